"""The dialogs of Select scratches… and Repair scratches…, by the keys that a user presses."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ..conftest import EditorDaemon, write_settings
from ..workbench import Screen, Workbench, eventually
from .scan import (
    REPAIR,
    SELECT,
    Bytes,
    Scan,
    found,
    serving,
)
from .session import Gimp, dismiss_message

WINDOW = "– GIMP$"
KEYS = {"Repair": "r", "Select": "s"}  # of the entries


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
        self.press("alt+r", "Up", "Right", KEYS[entry])
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
    dismiss_message(screen)
    shown.is_left(dialog)
    assert shown.scan.state() == before


@pytest.mark.parametrize("entry", ["Select", "Repair"])
def test_an_image_closed_under_the_dialog_is_reported(window: Gimp, screen: Screen, entry: str) -> None:
    shown = Shown(window, screen)
    dialog = shown.open(entry)
    assert entry == "Repair" or shown.shows_something(), "a search that the closing meets ends the dialog by itself"
    logged = len(window.log.read_bytes())
    window.call("close", image=shown.scan.image)
    keys = ["alt+t", "End", "Home"] if entry == "Select" else ["alt+p"]
    screen.press(*keys, window=dialog)
    dismiss_message(screen)
    shown.is_left(dialog)
    assert b"Traceback" not in window.log.read_bytes()[logged:]


def test_the_two_dialogs_about_damage_remember_the_same_values(window: Gimp, screen: Screen) -> None:
    scripted = Shown(window, screen)
    assert not scripted.scan.run(REPAIR, tone="dark", sensitivity=0.9)
    repaired = scripted.scan.state()
    window.call("close_all")
    shown = Shown(window, screen)
    dialog = shown.open("Select")
    screen.press("alt+t", "End", "alt+d", "ctrl+a", "2", "alt+n", "ctrl+a", "0", "period", "9", "Tab", window=dialog)
    screen.press("alt+e", window=dialog)
    shown.is_left(dialog)
    shown.press("shift+ctrl+a")
    dialog = shown.open("Repair")
    screen.press("alt+p", window=dialog)
    assert eventually(lambda: shown.scan.pixels().tobytes() == repaired[0])
    shown.is_left(dialog)


def test_the_dialog_of_a_repair_repairs(window: Gimp, screen: Screen) -> None:
    scripted = Shown(window, screen)
    assert not scripted.scan.run(REPAIR, tone="light")
    repaired = scripted.scan.state()
    window.call("close_all")
    shown = Shown(window, screen)
    before = shown.scan.state()
    dialog = shown.open("Repair")
    screen.press("alt+d", "ctrl+a", "2", "alt+n", "ctrl+a", "0", "period", "5", "Tab", window=dialog)
    screen.press("alt+t", "Home", "Down", "alt+p", window=dialog)
    assert shown.becomes(repaired)
    shown.is_left(dialog)
    shown.press("ctrl+z")
    assert shown.becomes(before)


def test_at_24_megapixels_the_dialog_follows_the_slider_and_is_left_at_once(window: Gimp, screen: Screen) -> None:
    made = window.call("scratched", width=6000, height=4000, spacing=140)
    eventually(lambda: screen.windows(WINDOW))
    first, last = (140, 140, 16, 44), (5740, 3780, 16, 44)
    dialog = "GAN Inpaint: select scratches"
    screen.press("alt+r", "Up", "Right", KEYS["Select"], window=WINDOW)
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
