"""Select scratches… and Repair scratches…, in a real GIMP and with a daemon that has a tiny detector."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.detector import product_with, scratched_page, write_detector

import gan_inpaint_client as client

from ..conftest import EditorDaemon, daemon_environment, write_settings
from ..workbench import Screen, Workbench, eventually
from .session import Gimp

SELECT, REPAIR = "gan-inpaint-select-scratches", "gan-inpaint-repair-scratches"
PAGE, DAMAGE = scratched_page()
HEIGHT, WIDTH = PAGE.shape
CLEAN = np.broadcast_to(PAGE[0], PAGE.shape)
IMAGE = (190, 150)
PLACE = (7, 9)  # of the layer in the image
PART = (37, 19, 60, 50)  # of the image: some of the long scratch, none of the speck
SAMPLES = {"u8-non-linear": np.uint8, "u16-non-linear": np.uint16, "u32-non-linear": np.uint32}
Bytes = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a daemon that ships with the tiny detector."""
    folder = tmp_path_factory.mktemp("product")
    return product_with(write_detector(folder / "tiny.onnx"), folder / "product", os.pathsep.join(sys.path))


@contextmanager
def serving(workbench: Workbench, product: dict[str, str], name: str) -> Iterator[EditorDaemon]:
    """Such a daemon, as long as the block lasts; it may end before."""
    environment = daemon_environment(workbench, name) | product
    command = [sys.executable, "-m", "gan_inpaint"]
    subprocess.run([*command, "serve", "--detach"], env=environment, check=True)
    yield EditorDaemon(workbench.path / name / "daemon.json")
    subprocess.run([*command, "stop"], env=environment, check=True)


@pytest.fixture(scope="module")
def finder(workbench: Workbench, product: dict[str, str]) -> Iterator[EditorDaemon]:
    """Such a daemon for all tests that leave it running."""
    with serving(workbench, product, "finder") as daemon:
        yield daemon


@pytest.fixture
def console(gimp: Gimp, plugin: Path, finder: EditorDaemon) -> Gimp:
    """A GIMP without a window, whose plug-in uses that daemon."""
    write_settings(plugin, finder.runtime_file)
    return gimp


@pytest.fixture
def window(gimp_window: Gimp, plugin: Path, finder: EditorDaemon) -> Gimp:
    """The same in a window."""
    write_settings(plugin, finder.runtime_file)
    return gimp_window


@dataclass(frozen=True)
class Scan:
    """An image in GIMP with one layer, at PLACE, that shows a page."""

    gimp: Gimp
    image: int
    layer: int

    @classmethod
    def create(
        cls,
        gimp: Gimp,
        page: Bytes = PAGE,
        precision: str = "u8-non-linear",
        place: tuple[int, int] = PLACE,
        **properties: Any,
    ) -> Scan:
        made = gimp.call(
            *("create",),
            width=IMAGE[0],
            height=IMAGE[1],
            precision=precision,
            layer=(*place, WIDTH, HEIGHT),
            **properties,
        )
        gimp.call("paint", layer=made["layer"], data=base64.b64encode(samples(page, precision, **properties)).decode())
        return cls(gimp, **made)

    def choose(self, *, soft: bool = False) -> None:
        """Select PART of the image."""
        self.gimp.call("select", image=self.image, box=PART, ellipse=soft, feather=10 if soft else 0)

    def run(self, procedure: str, **arguments: Any) -> str:
        """Run a procedure; the sentence with which it fails, if it does."""
        answer = self.gimp.call("run", procedure_name=procedure, image=self.image, drawables=[self.layer], **arguments)
        assert (answer["status"] == "success") == (not answer["message"])
        return str(answer["message"])

    def pixels(self) -> Bytes:
        """The layer's bytes, (120, 160, bytes a pixel)."""
        return np.frombuffer(self.gimp.bytes("pixels", layer=self.layer), np.uint8).reshape(HEIGHT, WIDTH, -1)

    def selection(self) -> Bytes:
        """What is selected in the layer, (120, 160)."""
        return np.frombuffer(self.gimp.bytes("selection", layer=self.layer), np.uint8).reshape(PAGE.shape)

    def bounds(self) -> list[int] | None:
        """Of what is selected anywhere in the image."""
        return self.gimp.call("selection_bounds", image=self.image)

    def state(self) -> tuple[bytes, bytes]:
        return self.pixels().tobytes(), self.selection().tobytes()


def samples(page: Bytes, precision: str, gray: bool = False, alpha: bool = False) -> bytes:
    """A page as the bytes of a layer, with faint noise where a sample has more than 8 bits."""
    kind = SAMPLES[precision]
    generator = np.random.default_rng(1)
    spread = np.iinfo(kind).max // 255
    color = page[..., None].astype(np.uint64) * spread
    color = np.repeat(color, 1 if gray else 3, 2)
    if spread > 1:
        color = np.clip(color, spread, None) - generator.integers(0, spread // 64, color.shape, np.uint64)
    channels = [color, generator.integers(1, 255, (*page.shape, 1), np.uint64) * spread] if alpha else [color]
    return np.concatenate(channels, 2).astype(kind).tobytes()


def found(finder: EditorDaemon, page: Bytes = PAGE, **arguments: Any) -> Bytes:
    """What the daemon itself finds in a page."""
    with client.connect(str(finder.runtime_file)) as connection:
        size: dict[str, Any] = {"width": WIDTH, "height": HEIGHT, "layout": "gray", "depth": "u8"}
        return np.frombuffer(connection.detect(page.data, **size, **arguments).mask, np.uint8).reshape(PAGE.shape)


@pytest.mark.parametrize("arguments", [{}, {"sensitivity": 0.9}, {"kinds": "light"}, {"kinds": "dark"}, {"dilate": 0}])
def test_what_is_found_becomes_the_selection(console: Gimp, finder: EditorDaemon, arguments: dict[str, Any]) -> None:
    scan = Scan.create(console)
    before = scan.pixels()
    assert not scan.run(SELECT, **arguments)
    selected = scan.selection()
    assert np.array_equal(selected, found(finder, **arguments))
    assert selected[DAMAGE].any() and not selected.all()
    assert np.array_equal(scan.pixels(), before)


def test_every_argument_changes_what_is_selected(finder: EditorDaemon) -> None:
    masks = [
        found(finder, **arguments).tobytes()
        for arguments in ({}, {"sensitivity": 0.9}, {"kinds": "light"}, {"kinds": "dark"}, {"dilate": 0})
    ]
    assert len(set(masks)) == len(masks)


@pytest.mark.parametrize("place", [(-20, 40), (60, -30)])
def test_what_lies_beyond_the_image_is_not_selected(
    console: Gimp, finder: EditorDaemon, place: tuple[int, int]
) -> None:
    scan = Scan.create(console, place=place)
    assert not scan.run(SELECT)
    rows, columns = np.indices(PAGE.shape)
    x, y = columns + place[0], rows + place[1]
    seen = (x >= 0) & (x < IMAGE[0]) & (y >= 0) & (y < IMAGE[1])
    assert np.array_equal(scan.selection(), np.where(seen, found(finder), 0))


def test_damage_only_beyond_the_image_selects_nothing(console: Gimp) -> None:
    scan = Scan.create(console, place=(-140, 0))
    assert scan.run(SELECT, kinds="light").startswith("No damage was found")
    assert scan.bounds() is None


@pytest.mark.parametrize("soft", [False, True])
def test_scratches_are_selected_within_the_selection_only(console: Gimp, finder: EditorDaemon, soft: bool) -> None:
    scan = Scan.create(console)
    scan.choose(soft=soft)
    before = scan.selection()
    assert not scan.run(SELECT)
    selected = scan.selection()
    assert np.array_equal(selected, np.minimum(found(finder), before))
    assert selected.any() and (selected[found(finder) == 255] == 0).any()


def test_nothing_stays_selected_outside_of_the_layer(console: Gimp) -> None:
    scan = Scan.create(console)
    console.call("select", image=scan.image, box=(0, 0, *IMAGE))
    assert not scan.run(SELECT)
    left, top, right, bottom = scan.bounds() or []
    assert PLACE[0] <= left and PLACE[1] <= top and right <= PLACE[0] + WIDTH and bottom <= PLACE[1] + HEIGHT


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize(
    ("precision", "properties"),
    [
        ("u8-non-linear", {}),
        ("u8-non-linear", {"gray": True, "alpha": True}),
        ("u16-non-linear", {}),
        ("u16-non-linear", {"alpha": True}),
        ("u32-non-linear", {}),
    ],
)
def test_all_but_the_damage_stays_bit_identical(
    console: Gimp, finder: EditorDaemon, precision: str, properties: dict[str, bool], soft: bool
) -> None:
    scan = Scan.create(console, precision=precision, **properties)
    if soft:
        scan.choose(soft=True)
    allowed = scan.selection() > 0 if soft else np.ones(PAGE.shape, np.bool_)
    before = scan.pixels()
    assert not scan.run(REPAIR)
    after, may_change = scan.pixels(), (found(finder) > 0) & allowed
    assert np.array_equal(after[~may_change], before[~may_change])
    repaired = DAMAGE & (scan.selection() == 255) if soft else DAMAGE
    color = 0 if precision == "u8-non-linear" else after.shape[2] // (4 if properties else 3) - 1
    distance = after[repaired, color].astype(int) - CLEAN[repaired]
    assert repaired.any() and np.abs(distance).max() < 40, "the slope goes on where the damage was"
    if "alpha" in properties:
        sample = np.dtype(SAMPLES[precision]).itemsize
        assert np.array_equal(after[..., -sample:], before[..., -sample:])


@pytest.mark.parametrize("arguments", [{"kinds": "light"}, {"kinds": "dark"}])
def test_only_the_chosen_kind_of_damage_is_repaired(
    console: Gimp, finder: EditorDaemon, arguments: dict[str, str]
) -> None:
    scan = Scan.create(console)
    before = scan.pixels()
    assert not scan.run(REPAIR, **arguments)
    changed = (scan.pixels() != before).any(axis=2)
    assert changed.any() and not changed[found(finder, **arguments) == 0].any()


def test_a_locked_layer_can_be_searched_but_not_repaired(console: Gimp, finder: EditorDaemon) -> None:
    scan = Scan.create(console)
    console.call("lock", layer=scan.layer)
    before = scan.state()
    assert scan.run(REPAIR).startswith("The layer's pixels are locked.")
    assert scan.state() == before
    assert not scan.run(SELECT)
    assert np.array_equal(scan.selection(), found(finder))


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_nothing_found_is_reported_and_changes_nothing(console: Gimp, procedure: str, chosen: bool) -> None:
    scan = Scan.create(console, CLEAN)
    if chosen:
        scan.choose(soft=True)
    before = scan.state()
    assert scan.run(procedure).startswith("No damage was found")
    assert scan.state() == before


@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
def test_a_daemon_that_is_gone_is_reported(console: Gimp, plugin: Path, workbench: Workbench, procedure: str) -> None:
    write_settings(plugin, workbench.path / "none" / "daemon.json")
    scan = Scan.create(console)
    scan.choose()
    before = scan.state()
    assert "gan-inpaint plugin install" in scan.run(procedure)
    assert scan.state() == before


WINDOW = "– GIMP$"
MESSAGE = "GIMP Message"
ENTRIES = ["Fill", "Repair", "Select"]


class Shown:
    """A scan in a window, and the keys that work on it."""

    def __init__(self, gimp: Gimp, screen: Screen) -> None:
        self.scan, self.screen = Scan.create(gimp), screen
        gimp.call("show", image=self.scan.image)
        eventually(lambda: screen.windows(WINDOW))

    def press(self, *keys: str) -> None:
        self.screen.press(*keys, window=WINDOW)

    def becomes(self, state: tuple[bytes, bytes]) -> bool:
        return eventually(lambda: self.scan.state() == state)

    def open(self, entry: str) -> str:
        """Filters → GAN Inpaint → entry; the title of its dialog."""
        dialog = f"GAN Inpaint: {entry.lower()} scratches"
        self.press("alt+r", "Up", "Right", *["Down"] * ENTRIES.index(entry), "Return")
        eventually(lambda: self.screen.windows(dialog))
        return dialog

    def selects(self, mask: Bytes) -> bool:
        return eventually(lambda: np.array_equal(self.scan.selection(), mask))

    def shows(self, mask: Bytes) -> bool:
        """Whether what this mask selects at all is shown in red before long."""
        hard = np.where(mask > 0, np.uint8(255), np.uint8(0))
        return eventually(lambda: self.scan.gimp.bytes("overlay", layer=self.scan.layer) == hard.tobytes())

    def shows_something(self) -> bool:
        return eventually(lambda: any(self.scan.gimp.bytes("overlay", layer=self.scan.layer)))

    def is_left(self, dialog: str) -> None:
        eventually(lambda: not self.screen.windows(dialog) and not self.scan.gimp.filling())


def runs_of_the_network(finder: EditorDaemon) -> int:
    """How often the daemon has looked at a picture of this plug-in, which sends colours."""
    return (finder.runtime_file.parent / "log" / "daemon.log").read_text("utf-8").count("for damage 160×120 rgb")


@pytest.mark.parametrize("procedure", [SELECT, REPAIR])
@pytest.mark.parametrize("soft", [False, True])
def test_one_undo_brings_everything_back(window: Gimp, screen: Screen, procedure: str, soft: bool) -> None:
    shown = Shown(window, screen)
    if soft:
        shown.scan.choose(soft=True)
    before = shown.scan.state()
    assert not shown.scan.run(procedure)
    after = shown.scan.state()
    assert after != before
    shown.press("ctrl+z")
    assert shown.becomes(before)
    shown.press("ctrl+y")
    assert shown.becomes(after)


def test_the_slider_selects_while_the_dialog_is_open_and_one_undo_takes_it_back(
    window: Gimp, screen: Screen, finder: EditorDaemon
) -> None:
    shown = Shown(window, screen)
    shown.scan.choose(soft=True)
    chosen = shown.scan.selection()
    most, last = (
        np.minimum(found(finder, **arguments), chosen)
        for arguments in ({"sensitivity": 1.0, "dilate": 2}, {"sensitivity": 1.0, "dilate": 0})
    )
    looks = runs_of_the_network(finder)
    dialog = shown.open("Select")
    screen.press("alt+d", "ctrl+a", "2", "alt+n", "ctrl+a", "1", "Tab", window=dialog)
    assert shown.shows(most)
    assert shown.selects(chosen), "the selection is that of before until the dialog ends"
    screen.press("alt+d", "ctrl+a", "0", "Tab", "alt+e", window=dialog)
    assert shown.selects(last)
    shown.is_left(dialog)
    assert np.array_equal(shown.scan.selection(), last)
    assert runs_of_the_network(finder) == looks + 1
    shown.press("ctrl+z")
    assert shown.selects(chosen)


def test_a_detection_that_the_daemon_has_forgotten_is_made_again(
    window: Gimp, screen: Screen, finder: EditorDaemon
) -> None:
    shown = Shown(window, screen)
    dialog = shown.open("Select")
    wanted = found(finder, sensitivity=0.9, dilate=1)
    for _ in range(7):
        found(finder)  # the daemon remembers eight
    looks = runs_of_the_network(finder)
    screen.press("alt+d", "ctrl+a", "1", "alt+n", "ctrl+a", "0", "period", "9", "Tab", window=dialog)
    assert shown.shows(wanted)
    assert runs_of_the_network(finder) == looks + 1
    screen.press("Escape", window=dialog)
    shown.is_left(dialog)


def test_leaving_the_dialog_brings_the_selection_back_without_a_step_of_undo(window: Gimp, screen: Screen) -> None:
    shown = Shown(window, screen)
    shown.scan.choose()
    first = shown.scan.state()
    shown.scan.choose(soft=True)
    before = shown.scan.state()
    dialog = shown.open("Select")
    assert shown.shows_something()
    screen.press("Escape", window=dialog)
    shown.is_left(dialog)
    assert shown.scan.state() == before
    assert not window.call("channels", image=shown.scan.image)
    shown.press("ctrl+z", "ctrl+z")  # the feathering, and the ellipse
    assert shown.becomes(first)


def test_a_daemon_that_ends_while_the_dialog_is_open_is_reported_and_the_selection_comes_back(
    window: Gimp, screen: Screen, plugin: Path, workbench: Workbench, product: dict[str, str]
) -> None:
    shown = Shown(window, screen)
    shown.scan.choose(soft=True)
    before = shown.scan.state()
    with serving(workbench, product, "ending") as daemon:
        write_settings(plugin, daemon.runtime_file)
        dialog = shown.open("Select")
        assert shown.shows_something()
    screen.press("alt+d", "ctrl+a", "3", "alt+n", window=dialog)
    eventually(lambda: screen.windows(MESSAGE))
    screen.press("Return", window=MESSAGE)
    shown.is_left(dialog)
    assert shown.scan.state() == before


@pytest.mark.parametrize("entry", ["Select", "Repair"])
def test_an_image_closed_under_the_dialog_is_reported(window: Gimp, screen: Screen, entry: str) -> None:
    shown = Shown(window, screen)
    dialog = shown.open(entry)
    logged = len(window.log.read_bytes())
    window.call("close", image=shown.scan.image)
    keys = ["alt+k", "End", "Home"] if entry == "Select" else ["alt+p"]
    screen.press(*keys, window=dialog)
    eventually(lambda: screen.windows(MESSAGE))
    screen.press("Return", window=MESSAGE)
    shown.is_left(dialog)
    assert b"Traceback" not in window.log.read_bytes()[logged:]


def test_the_two_dialogs_about_damage_remember_the_same_values(window: Gimp, screen: Screen) -> None:
    scripted = Shown(window, screen)
    assert not scripted.scan.run(REPAIR, kinds="dark", sensitivity=0.9)
    repaired = scripted.scan.state()
    window.call("close_all")
    shown = Shown(window, screen)
    dialog = shown.open("Select")
    screen.press("alt+k", "End", "alt+d", "ctrl+a", "2", "alt+n", "ctrl+a", "0", "period", "9", "Tab", window=dialog)
    screen.press("alt+e", window=dialog)
    shown.is_left(dialog)
    shown.press("shift+ctrl+a")
    dialog = shown.open("Repair")
    screen.press("alt+p", window=dialog)
    assert eventually(lambda: shown.scan.pixels().tobytes() == repaired[0])
    shown.is_left(dialog)


def test_the_dialog_of_a_repair_repairs(window: Gimp, screen: Screen) -> None:
    scripted = Shown(window, screen)
    assert not scripted.scan.run(REPAIR, kinds="light")
    repaired = scripted.scan.state()
    window.call("close_all")
    shown = Shown(window, screen)
    before = shown.scan.state()
    dialog = shown.open("Repair")
    screen.press("alt+d", "ctrl+a", "2", "alt+n", "ctrl+a", "0", "period", "5", "Tab", window=dialog)
    screen.press("alt+k", "Home", "Down", "alt+p", window=dialog)
    assert shown.becomes(repaired)
    shown.is_left(dialog)
    shown.press("ctrl+z")
    assert shown.becomes(before)


def test_at_24_megapixels_the_dialog_follows_the_slider_and_is_left_at_once(window: Gimp, screen: Screen) -> None:
    made = window.call("scratched", width=6000, height=4000, spacing=140)
    eventually(lambda: screen.windows(WINDOW))
    first, last = (140, 140, 16, 44), (5740, 3780, 16, 44)
    dialog = "GAN Inpaint: select scratches"
    screen.press("alt+r", "Up", "Right", *["Down"] * ENTRIES.index("Select"), "Return", window=WINDOW)
    eventually(lambda: screen.windows(dialog), 120)

    def shown() -> list[int]:
        return [window.call("overlay_pixels", image=made["image"], box=box) for box in (first, last)]

    def shows_other(than: list[int]) -> bool:
        now = shown()
        return all(now) and now[0] != than[0] and now[1] != than[1]

    screen.press("alt+d", "ctrl+a", "2", "Tab", window=dialog)
    eventually(lambda: all(shown()))
    for pixels in "0", "2", "0":
        before = shown()
        started = time.monotonic()
        screen.press("alt+d", "ctrl+a", pixels, "Tab", window=dialog)
        assert eventually(partial(shows_other, before))
        assert time.monotonic() - started < 5  # seconds; the keys alone take one
    started = time.monotonic()
    screen.press("Escape", window=dialog)
    eventually(lambda: not screen.windows(dialog) and not window.filling())
    assert time.monotonic() - started < 5
    assert window.call("selection_bounds", image=made["image"]) is None
    assert not window.call("channels", image=made["image"])
