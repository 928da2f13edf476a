"""The preview in the dialog of a fill, in a real Krita."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gan_inpaint_client import previews

from ..conftest import EditorDaemon
from ..workbench import eventually
from .picture import HOLE, Picture
from .session import Krita

GRAY = "#666666"  # of level 0.4
GAP_SECONDS = 0.5  # of this machine, which shares its cores; Krita itself stops for as long while a dialog opens


@pytest.fixture
def picture(krita: Krita) -> Iterator[Picture]:
    """A gray picture with a white speck that is selected, and no preview remembered."""
    shown = Picture(krita)
    krita.call("remember", name="preview", value="False")
    krita.call("paint", name="Background", boxes=[(0, 0, shown.width, shown.height)], level=0.4)
    x, y, width, height = HOLE
    krita.call("paint", name="Background", boxes=[(x + 4, y + 4, width - 8, height - 8)], level=1)
    shown.select()
    yield shown
    krita.call("remember", name="preview", value="False")


def opened(krita: Krita) -> None:
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")


def test_a_preview_shows_before_and_after_and_leaves_no_trace(krita: Krita, picture: Picture) -> None:
    before, undo = picture.pixels(), krita.call("next_undo")
    opened(krita)
    krita.call("switch_preview", on=True)
    krita.until("preview_says", sentence=previews.DONE)
    assert krita.call("preview_colours", split=0) == [GRAY, GRAY]
    assert krita.call("preview_colours", split=50) == ["#ffffff", GRAY]
    assert krita.call("preview_colours", split=100) == ["#ffffff", "#ffffff"]
    krita.call("press", button="Cancel")
    krita.until("calm")
    assert picture.layers() == ["Background"] and np.array_equal(picture.pixels(), before)
    assert krita.call("next_undo") == undo
    opened(krita)
    krita.until("preview_says", sentence=previews.DONE)
    krita.call("press", button="Cancel")


def test_another_option_is_previewed_at_once_and_the_fill_is_that_without_a_preview(
    krita: Krita, picture: Picture, editor_daemon: EditorDaemon
) -> None:
    name = picture.fill()
    plain = picture.pixels(name)
    picture.undo()
    opened(krita)
    krita.call("switch_preview", on=True)
    krita.until("preview_says", sentence=previews.DONE)
    fills = editor_daemon.status()["fills"]
    krita.call("watch_gaps")
    krita.call("dialog", dilate=5)
    krita.call("dialog", dilate=2)
    eventually(lambda: editor_daemon.status()["fills"] >= fills + 2)
    krita.until("preview_says", sentence=previews.DONE)
    assert krita.call("largest_gap") < GAP_SECONDS
    krita.call("press", button="Fill")
    krita.until("count_is", layers_wanted=2)
    assert np.array_equal(picture.pixels(picture.layers()[-1]), plain)


def test_cancel_drops_a_preview_that_is_under_way(krita: Krita, editor_daemon: EditorDaemon) -> None:
    picture = Picture(krita, 1300, 1300)
    picture.select((330, 330, 640, 640))
    opened(krita)
    krita.call("switch_preview", on=True)
    eventually(lambda: editor_daemon.status()["running"])
    krita.call("press", button="Cancel")
    eventually(lambda: not editor_daemon.status()["running"], seconds=3)
    krita.call("remember", name="preview", value="False")


def test_a_large_selection_has_no_preview(krita: Krita, editor_daemon: EditorDaemon) -> None:
    picture = Picture(krita, 2000, 1800)
    picture.select((300, 300, 1400, 1200))
    fills = editor_daemon.status()["fills"]
    opened(krita)
    krita.call("switch_preview", on=True)
    krita.until("preview_says", sentence=previews.TOO_LARGE)
    assert editor_daemon.status()["fills"] == fills
    krita.call("press", button="Cancel")
    krita.call("remember", name="preview", value="False")
