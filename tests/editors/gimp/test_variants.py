"""Several fills side by side in a GIMP window: one key or click uses one of them, in one step of undo."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from ..conftest import EditorDaemon
from ..workbench import Screen, eventually
from .session import Gimp, dismiss_message
from .test_window import DIALOG, Photo

VARIANTS = "GAN Inpaint: variants"
FIRST = 7  # fills: five of the default model, and those of the two others
BATCH = 3


class Shown:
    """A picture with noise, whose fills are shown side by side."""

    def __init__(self, gimp: Gimp, screen: Screen, daemon: EditorDaemon, *keys: str, precision: str = "") -> None:
        self.screen, self.daemon = screen, daemon
        self.photo = Photo(gimp, screen, **({"precision": precision} if precision else {}))
        self.before = self.photo.state()
        self.fills = daemon.status()["fills"]
        self.photo.open_dialog()
        screen.press("alt+u", "Home", "alt+m", "Home", *keys, "alt+v", window=DIALOG)
        eventually(lambda: screen.windows(VARIANTS))

    def press(self, *keys: str) -> None:
        self.screen.press(*keys, window=VARIANTS)

    def has(self, fills: int) -> None:
        """Wait until the daemon has made so many fills, and rests."""
        eventually(lambda: self.daemon.status()["fills"] == self.fills + fills)

    def use(self, *keys: str) -> list[str]:
        """Press keys; the state that the plug-in leaves."""
        return self.photo.changes(*keys, window=VARIANTS)


def by_script(gimp: Gimp, **arguments: object) -> str:
    """The pixels of the same picture, filled by a script."""
    made = gimp.call("create", width=400, height=300)
    gimp.call("select", image=made["image"], box=(100, 80, 60, 50), ellipse=True, feather=4)
    answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]], **arguments)
    assert answer["status"] == "success"
    return gimp.call("pixels", layer=made["layer"])


@pytest.mark.parametrize(
    ("key", "arguments"),
    [("alt+1", {}), ("alt+2", {"variant": 2}), ("alt+5", {"variant": 1}), ("alt+7", {"model": "classical"})],
)
def test_a_key_uses_a_fill_and_one_undo_takes_it_back(
    gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon, key: str, arguments: dict[str, object]
) -> None:
    shown = Shown(gimp_window, screen, editor_daemon)
    shown.has(FIRST)
    after = shown.use(key)
    assert gimp_window.call("pixels", layer=shown.photo.layer) == by_script(gimp_window, **arguments)
    shown.photo.press("ctrl+z")
    assert shown.photo.becomes(shown.before)
    shown.photo.press("ctrl+y")
    assert shown.photo.becomes(after)


def test_a_script_can_ask_for_a_variant_and_each_is_another_fill(gimp: Gimp) -> None:
    fills = {by_script(gimp, variant=variant) for variant in range(4)}
    assert len(fills) == 4
    assert by_script(gimp, variant=3) in fills


def test_a_script_can_ask_for_a_variant_of_what_is_painted_too(gimp: Gimp) -> None:
    made = gimp.call("create", width=400, height=300)
    painted = gimp.call("add_empty", image=made["image"])
    gimp.call("paint_box", layer=painted, box=(100, 80, 60, 50))
    how = {"procedure_name": "gan-inpaint-fill-painted", "image": made["image"], "drawables": [painted], "variant": 2}
    assert gimp.call("run", **how)["status"] == "success"
    assert gimp.call("layers", image=made["image"])[0]["name"] == "GAN Inpaint 1: default, variant 2"


def test_the_new_layer_is_named_after_the_variant_and_its_receipt_has_the_number(
    gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon
) -> None:
    shown = Shown(gimp_window, screen, editor_daemon, "alt+u", "Down")
    shown.has(FIRST)
    shown.use("alt+3")
    new = gimp_window.call("layers", image=shown.photo.image)[0]
    assert new["name"] == "GAN Inpaint 1: default, variant 3"
    assert '"variant": 3' in gimp_window.call("note", layer=new["id"], name="gan-inpaint-receipt")


def test_more_adds_other_fills(gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon) -> None:
    shown = Shown(gimp_window, screen, editor_daemon)
    shown.has(FIRST)
    shown.press("alt+m")
    shown.has(FIRST + BATCH)
    shown.use("alt+8")
    assert gimp_window.call("pixels", layer=shown.photo.layer) == by_script(gimp_window, variant=5)


@pytest.mark.parametrize("fills", [0, FIRST])
def test_cancel_leaves_all_as_it_was(
    gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon, fills: int
) -> None:
    shown = Shown(gimp_window, screen, editor_daemon)
    if fills:
        shown.has(fills)
    shown.press("Escape")
    eventually(lambda: not screen.windows(VARIANTS) and not gimp_window.filling())
    eventually(lambda: not editor_daemon.status()["running"])
    assert shown.photo.state() == shown.before


def test_a_picture_that_changes_meanwhile_stays_as_it_is(
    gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon
) -> None:
    shown = Shown(gimp_window, screen, editor_daemon)
    shown.has(FIRST)
    noise = np.random.default_rng(1).integers(0, 256, 400 * 300 * 3, np.uint8)
    gimp_window.call("paint", layer=shown.photo.layer, data=base64.b64encode(noise.tobytes()).decode())
    changed = shown.photo.state()
    shown.press("alt+1")
    dismiss_message(screen)
    assert shown.photo.state() == changed


def test_deep_pictures_have_variants_too(gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon) -> None:
    shown = Shown(gimp_window, screen, editor_daemon, precision="float-linear")
    shown.has(FIRST)
    shown.use("alt+4")
    shown.photo.press("ctrl+z")
    assert shown.photo.becomes(shown.before)


def test_all_fills_can_be_kept_as_hidden_layers_of_a_group_and_this_is_remembered(
    gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon
) -> None:
    kept = Shown(gimp_window, screen, editor_daemon, "alt+u", "Down")
    kept.has(FIRST)
    kept.press("alt+k")
    after = kept.use("alt+3")
    group, source = gimp_window.call("layers", image=kept.photo.image)
    hole = group["box"]
    assert group["name"] == VARIANTS
    assert source["chosen"] and len(group["inside"]) == FIRST
    assert [layer["visible"] for layer in group["inside"]] == [number == 3 for number in range(1, FIRST + 1)]
    assert all(layer["box"] == hole for layer in group["inside"])
    assert group["inside"][2]["name"] == "GAN Inpaint 3: default, variant 3"
    fills = {gimp_window.call("pixels", layer=layer["id"]) for layer in group["inside"]}
    assert len(fills) == FIRST
    kept.photo.press("ctrl+z")
    assert kept.photo.becomes(kept.before)
    kept.photo.press("ctrl+y")
    assert kept.photo.becomes(after)
    gimp_window.call("close_all")
    again = Shown(gimp_window, screen, editor_daemon, "alt+u", "Down")
    again.has(FIRST)
    again.use("alt+1")
    assert len(gimp_window.call("layers", image=again.photo.image)[0]["inside"]) == FIRST
    gimp_window.call("close_all")
    without = Shown(gimp_window, screen, editor_daemon, "alt+u", "Down")
    without.has(FIRST)
    without.press("alt+k")
    without.use("alt+1")
    assert gimp_window.call("layers", image=without.photo.image)[0]["name"] == "GAN Inpaint 1: default"
