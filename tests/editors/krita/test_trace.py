"""Trace Scratch in a real Krita: from a painted stroke, or from a rough selection, the scratch itself is selected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from gan_inpaint_client import refusals

from ..conftest import EditorDaemon
from ..workbench import eventually
from .picture import Picture
from .session import Krita

TRACE = "gan_inpaint_trace_scratch"
SCRATCH, ROUGH = (140, 20, 2, 160), (132, 30, 18, 140)
BESIDE = (20, 20, 30, 30)


class Scan(Picture):
    """A gray page with a light scratch."""

    def __init__(self, krita: Krita, **properties: str) -> None:
        super().__init__(krita, **properties)
        krita.call("paint", name="Background", boxes=[(0, 0, self.width, self.height)], level=0.4)
        krita.call("paint", name="Background", boxes=[SCRATCH], level=0.8)

    def draw(self, box: tuple[int, int, int, int]) -> str:
        """Paint a stroke on a new layer, the active one; its name."""
        layer = self.krita.call("add", kind="empty paint layer")
        self.krita.call("stroke", name=layer, box=box, colour="ff0000")
        self.krita.call("activate", name=layer)
        self.krita.until("is_active", name=layer)
        return layer

    def trace(self) -> npt.NDArray[np.uint8]:
        """Trace, and wait until something else is selected; (height, width)."""
        before = self.selection()
        self.krita.call("trigger", action=TRACE)
        eventually(lambda: not np.array_equal(self.selection(), before))
        return self.selection().reshape(self.height, self.width).copy()


def is_the_scratch(selection: npt.NDArray[np.uint8]) -> bool:
    x, _, width, _ = SCRATCH
    return bool((selection[40:160, x : x + width] == 255).mean() > 0.95 and not selection[:, : x - 6].any())


@pytest.mark.parametrize("depth", ["U8", "U16", "F32"])
def test_a_rough_selection_becomes_the_scratch(krita: Krita, depth: str) -> None:
    scan = Scan(krita, depth=depth)
    before = scan.pixels()
    scan.select(ROUGH)
    selection = scan.trace()
    assert is_the_scratch(selection) and np.count_nonzero(selection) < ROUGH[2] * ROUGH[3] / 2
    assert scan.layers() == ["Background"] and np.array_equal(scan.pixels(), before)


def test_a_painted_stroke_adds_the_scratch_below_it_to_the_selection(krita: Krita) -> None:
    scan = Scan(krita)
    scan.select(BESIDE)
    layer = scan.draw(ROUGH)
    selection = scan.trace()
    x, y, width, height = BESIDE
    assert (selection[y : y + height, x : x + width] == 255).all()
    selection[y : y + height, x : x + width] = 0
    assert is_the_scratch(selection)
    assert scan.layers() == ["Background", layer]


def test_nothing_drawn_and_nothing_selected_is_said(krita: Krita) -> None:
    scan = Scan(krita)
    assert scan.refused(TRACE) == refusals.NO_STROKE
    assert not krita.call("has_selection")


def test_nothing_that_stands_out_is_said_and_the_selection_stays(krita: Krita) -> None:
    scan = Scan(krita)
    scan.select((20, 20, 14, 150))
    before = scan.selection()
    assert scan.refused(TRACE).startswith("Nothing stands out along this line")
    assert np.array_equal(scan.selection(), before)


def test_a_stroke_without_a_picture_below_is_said(krita: Krita) -> None:
    scan = Scan(krita)
    scan.draw(ROUGH)
    krita.call("remove", name="Background")
    krita.call("trigger", action=TRACE)
    assert scan.message() == refusals.NO_LAYER_BELOW


def test_cancel_leaves_the_selection_alone(krita: Krita, editor_daemon: EditorDaemon) -> None:
    picture = Picture(krita, 2000, 1500)
    krita.call("select_speckles", spacing=120, side=60)  # as many strokes, many seconds of work
    before = picture.selection(), picture.pixels()
    krita.call("trigger", action=TRACE)
    eventually(lambda: editor_daemon.status()["running"])
    with editor_daemon.paused():
        krita.until("progress")
        krita.call("press_cancel")
        assert not krita.call("progress")
    eventually(lambda: not editor_daemon.status()["running"])
    assert np.array_equal(picture.selection(), before[0]) and np.array_equal(picture.pixels(), before[1])
    assert not krita.call("messages")


def test_a_trace_follows_one_that_was_cancelled(krita: Krita, editor_daemon: EditorDaemon) -> None:
    scan = Scan(krita)
    scan.select(ROUGH)
    with editor_daemon.paused():
        krita.call("trigger", action=TRACE)
        krita.until("progress")
        krita.call("press_cancel")
        assert not krita.call("progress")
    assert is_the_scratch(scan.trace())
