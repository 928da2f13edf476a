"""The plug-in in a GIMP window: menu, dialog, undo, repeat and cancel, by the keys that a user presses."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from ..conftest import EditorDaemon, write_settings
from ..workbench import Screen, Workbench, eventually
from .session import MESSAGE, Gimp, dismiss_message

WINDOW = "– GIMP$"
DIALOG = "GAN Inpaint: fill selection"
REVERT = "Revert Image"
CANCEL_BUTTON = (-50, -20)  # from the window's lower right corner


class Photo:
    """An image in a window, and the keys that work on it."""

    def __init__(self, gimp: Gimp, screen: Screen, width: int = 400, height: int = 300, **properties: str) -> None:
        self.gimp, self.screen = gimp, screen
        made = gimp.call("create", width=width, height=height, **properties)
        self.image, self.layer = made["image"], made["layer"]
        self.select(100, 80, 60, 50)
        gimp.call("show", image=self.image)
        eventually(lambda: screen.windows(WINDOW))

    def select(self, *box: int) -> None:
        self.gimp.call("select", image=self.image, box=box, ellipse=True, feather=4)

    def state(self) -> list[str]:
        """What every layer holds, to the last bit."""
        layers = self.gimp.call("layers", image=self.image)
        return [sha256(self.gimp.bytes("pixels", layer=layer["id"])).hexdigest() for layer in layers]

    def press(self, *keys: str) -> None:
        self.screen.press(*keys, window=WINDOW)

    def becomes(self, state: list[str]) -> bool:
        return eventually(lambda: self.state() == state)

    def changes(self, *keys: str, window: str = WINDOW) -> list[str]:
        """Press keys in a window; the state that the plug-in leaves."""
        before = self.state()
        self.screen.press(*keys, window=window)
        return eventually(lambda: not self.gimp.filling() and (state := self.state()) != before and state)

    def cancel(self) -> None:
        """Click on the button beside GIMP's progress bar, which can be late, until the plug-in has ended."""

        def ends() -> bool:
            self.screen.click(*CANCEL_BUTTON, window=WINDOW)
            return not self.gimp.filling()

        eventually(ends)

    def open_dialog(self) -> None:
        """Filters → GAN Inpaint, which is the last entry of the menu, → Fill selection…"""
        self.press("alt+r", "Up", "Right", "f")
        eventually(lambda: self.screen.windows(DIALOG))

    def fill(self, *keys: str) -> list[str]:
        """Fill by the dialog, after pressing keys in it; the state that follows."""
        self.open_dialog()
        return self.changes(*keys, "alt+f", window=DIALOG)


@pytest.mark.parametrize("precision", ["u8-non-linear", "u16-linear", "u32-linear"])
def test_one_undo_restores_every_byte(gimp_window: Gimp, screen: Screen, precision: str) -> None:
    photo = Photo(gimp_window, screen, precision=precision)
    before = photo.state()
    filled = photo.fill()
    photo.press("ctrl+z")
    assert photo.becomes(before)
    photo.press("ctrl+y")
    assert photo.becomes(filled)


def test_one_undo_removes_a_new_layer(gimp_window: Gimp, screen: Screen) -> None:
    photo = Photo(gimp_window, screen)
    before = photo.state()
    gimp_window.call("fill", image=photo.image, drawables=[photo.layer], output="new-layer")
    assert len(photo.state()) == 2
    photo.press("ctrl+z")
    assert photo.becomes(before)


@pytest.mark.parametrize("way", ["empty layer", "painted layer", "mask", "transparent parts"])
def test_one_undo_takes_a_retouch_back(gimp_window: Gimp, screen: Screen, way: str) -> None:
    photo = Photo(gimp_window, screen, alpha=way == "transparent parts")
    layer, procedure, arguments = photo.layer, "gan-inpaint-fill", {}
    if way in ("empty layer", "painted layer"):
        layer = gimp_window.call("add_empty", image=photo.image)
    if way == "painted layer":
        procedure = "gan-inpaint-fill-painted"
        gimp_window.call("paint_box", layer=layer, box=(100, 80, 60, 50))
    elif way == "mask":
        arguments = {"output": "masked-layer"}
    elif way == "transparent parts":
        procedure = "gan-inpaint-fill-transparent"
        gimp_window.call("clear_box", layer=layer, box=(0, 0, 40, 30))
    before = photo.state()
    drawables = {"image": photo.image, "drawables": [layer]}
    answer = gimp_window.call("run", procedure_name=procedure, **drawables, **arguments)
    assert answer["status"] == "success" and photo.state() != before
    photo.press("ctrl+z")
    assert photo.becomes(before)


def test_a_repeat_fills_with_the_last_values_and_asks_nothing(gimp_window: Gimp, screen: Screen) -> None:
    photo = Photo(gimp_window, screen)
    assert len(photo.fill("alt+u", "Down")) == 2, "the dialog's choice of a new layer"
    photo.select(250, 150, 60, 50)
    assert len(photo.changes("ctrl+f")) == 3
    assert not screen.windows(DIALOG)


def test_the_dialog_offers_the_models_of_the_daemon_and_the_qualities(gimp_window: Gimp, screen: Screen) -> None:
    scripted = Photo(gimp_window, screen)
    gimp_window.call("fill", image=scripted.image, drawables=[scripted.layer], model="classical", quality="best")
    best = scripted.state()
    gimp_window.call("close_all")
    photo = Photo(gimp_window, screen)
    assert photo.fill("alt+u", "Home", "alt+m", "End", "alt+q", "End") == best
    assert photo.fill("alt+u", "Home", "alt+m", "Home", "alt+q", "Home") != best


def test_values_that_an_earlier_version_has_stored_do_no_harm(
    gimp_window: Gimp, screen: Screen, workbench: Workbench
) -> None:
    """Version 0.1.0 called the option “grow”."""
    Photo(gimp_window, screen).fill("alt+u", "Home")
    (stored,) = (workbench.path / "home" / ".config" / "GIMP").rglob("*gan-inpaint-fill.last")
    text = stored.read_text()
    assert "(dilate " in text
    stored.write_text(text.replace("(dilate ", "(grow "))
    gimp_window.call("close_all")
    photo = Photo(gimp_window, screen)
    before = photo.state()
    assert photo.fill() != before
    assert not screen.windows(MESSAGE)


def test_the_dialog_can_be_left_without_a_fill(gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon) -> None:
    photo = Photo(gimp_window, screen)
    before, fills = photo.state(), editor_daemon.status()["fills"]
    photo.open_dialog()
    screen.press("Escape", window=DIALOG)
    eventually(lambda: not screen.windows(DIALOG))
    assert photo.state() == before
    assert editor_daemon.status()["fills"] == fills


def test_an_image_that_is_reverted_under_the_dialog_is_reported_and_stays_as_it_was_saved(
    gimp_window: Gimp, screen: Screen, workbench: Workbench
) -> None:
    photo = Photo(gimp_window, screen)
    saved = photo.state()
    gimp_window.call("save", image=photo.image, path=str(workbench.path / "saved.xcf"))
    photo.open_dialog()
    logged = len(gimp_window.log.read_bytes())
    photo.press("alt+f", "v")
    eventually(lambda: screen.windows(REVERT))
    screen.press("alt+r", window=REVERT)
    (reverted,) = eventually(lambda: [each for each in gimp_window.call("images") if each["image"] != photo.image])
    screen.press("alt+f", window=DIALOG)
    dismiss_message(screen)
    eventually(lambda: not gimp_window.filling())
    photo.image = reverted["image"]
    assert photo.state() == saved
    assert b"Traceback" not in gimp_window.log.read_bytes()[logged:]


@pytest.fixture
def long_fill(gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon) -> Photo:
    """A picture that the daemon has begun to fill, and will not have filled soon."""
    Photo(gimp_window, screen).fill("alt+m", "Home")  # the default model, and a first time to be repeated
    photo = Photo(gimp_window, screen, 2000, 1500)
    gimp_window.call("select_speckles", image=photo.image, spacing=120, side=20)
    photo.press("ctrl+f")
    eventually(lambda: editor_daemon.status()["running"])
    return photo


def test_cancel_leaves_the_picture_alone(long_fill: Photo, editor_daemon: EditorDaemon) -> None:
    with editor_daemon.paused():
        before = long_fill.state()
        long_fill.cancel()
    eventually(lambda: not editor_daemon.status()["running"])
    assert long_fill.state() == before


def test_a_selection_that_changes_during_a_fill_leaves_the_picture_alone(
    long_fill: Photo, screen: Screen, editor_daemon: EditorDaemon
) -> None:
    with editor_daemon.paused():
        before = long_fill.state()
        long_fill.select(10, 10, 60, 50)
    dismiss_message(screen)
    assert long_fill.state() == before


def test_a_failure_is_shown_in_a_message(gimp_window: Gimp, screen: Screen, plugin: Path) -> None:
    photo = Photo(gimp_window, screen)
    before = photo.state()
    write_settings(plugin, plugin / "no-daemon.json")
    photo.press("alt+r", "Up", "Right", "f")
    dismiss_message(screen)
    assert photo.state() == before
