"""The preview in the dialog of a fill, by the keys that a user presses in a real GIMP."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ..conftest import EditorDaemon
from ..workbench import Screen, eventually
from .session import Gimp
from .test_window import DIALOG, WINDOW, Photo

CANCEL_SECONDS = 2.0  # of this machine, which shares its cores; it takes a few tenths


@pytest.fixture
def photo(gimp_window: Gimp, screen: Screen) -> Iterator[Photo]:
    """A picture under the dialog, in which the preview was switched on; it is switched off in the end."""
    shown = Photo(gimp_window, screen)
    yield shown
    if not screen.windows(DIALOG):
        shown.open_dialog()
    screen.press("alt+p", "Escape", window=DIALOG)
    shown_no_more(screen)


def shown_no_more(screen: Screen) -> None:
    eventually(lambda: not screen.windows(DIALOG))


def test_a_preview_is_filled_twice_and_nothing_of_it_gets_into_the_image(
    photo: Photo, screen: Screen, editor_daemon: EditorDaemon
) -> None:
    before, fills = photo.state(), editor_daemon.status()["fills"]
    photo.open_dialog()
    screen.press("alt+p", window=DIALOG)
    eventually(lambda: editor_daemon.status()["fills"] == fills + 2)
    screen.press("alt+d", "ctrl+a", "5", "Tab", window=DIALOG)
    eventually(lambda: editor_daemon.status()["fills"] >= fills + 4)
    assert photo.state() == before
    screen.press("Escape", window=DIALOG)
    shown_no_more(screen)
    assert photo.state() == before
    photo.press("ctrl+z")
    assert photo.state() == before, "there is no step of undo"


def test_the_fill_is_that_without_a_preview(photo: Photo, screen: Screen, editor_daemon: EditorDaemon) -> None:
    plain = photo.fill("alt+u", "Home")
    photo.press("ctrl+z")
    eventually(lambda: photo.state() != plain)
    fills = editor_daemon.status()["fills"]
    photo.open_dialog()
    screen.press("alt+p", window=DIALOG)
    eventually(lambda: editor_daemon.status()["fills"] == fills + 2)
    assert photo.changes("alt+f", window=DIALOG) == plain
    fills = editor_daemon.status()["fills"]
    photo.open_dialog()
    assert eventually(lambda: editor_daemon.status()["fills"] == fills + 2), "the next dialog has a preview, too"


def test_cancel_drops_a_preview_that_is_under_way(
    photo: Photo, screen: Screen, gimp_window: Gimp, editor_daemon: EditorDaemon
) -> None:
    photo = Photo(gimp_window, screen, 1400, 1400)
    photo.select(350, 350, 690, 690)
    before = photo.state()
    photo.open_dialog()
    screen.press("alt+p", window=DIALOG)
    eventually(lambda: editor_daemon.status()["running"])
    screen.press("Escape", window=DIALOG)
    began = time.monotonic()
    eventually(lambda: not editor_daemon.status()["running"])
    assert time.monotonic() - began < CANCEL_SECONDS
    shown_no_more(screen)
    assert photo.state() == before


def test_a_large_selection_has_no_preview(
    photo: Photo, screen: Screen, gimp_window: Gimp, editor_daemon: EditorDaemon
) -> None:
    photo = Photo(gimp_window, screen, 2400, 1800)
    photo.select(400, 300, 1500, 1100)
    fills = editor_daemon.status()["fills"]
    photo.open_dialog()
    screen.press("alt+p", "alt+d", "ctrl+a", "3", "Tab", window=DIALOG)
    assert screen.windows(WINDOW)
    screen.press("Escape", window=DIALOG)
    shown_no_more(screen)
    assert editor_daemon.status()["fills"] == fills and not editor_daemon.status()["running"]
