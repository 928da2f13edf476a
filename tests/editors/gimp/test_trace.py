"""Trace scratch in a real GIMP: from a path, or from a rough selection, the scratch itself is selected."""

from __future__ import annotations

import numpy as np
import pytest

from ..conftest import EditorDaemon
from ..workbench import Screen, eventually
from .scan import HEIGHT, PLACE, WIDTH, Bytes, Scan
from .session import MESSAGE, Gimp
from .test_window import Photo

TRACE = "gan-inpaint-trace-scratch"
WINDOW = "– GIMP$"
PAGE = np.random.default_rng(3).normal(100, 3, (HEIGHT, WIDTH)).astype(np.uint8)
SCRATCH = np.zeros((HEIGHT, WIDTH), np.bool_)
for _row in range(10, 110):
    SCRATCH[_row, 40 + _row // 4 : 42 + _row // 4] = True
PAGE[SCRATCH] = 200
ON_IT = [(42.5, 12.0), (66.0, 108.0)]  # of the layer


def placed(points: list[tuple[float, float]]) -> list[list[float]]:
    """Points of the layer in the image."""
    return [[x + PLACE[0], y + PLACE[1]] for x, y in points]


def selects_the_scratch(selection: Bytes) -> bool:
    """Whether the scratch is selected between the points, as wide as it is, and nothing far from it."""
    between = SCRATCH.copy()
    between[:14], between[107:] = False, False
    near = np.zeros_like(SCRATCH)
    for shift in range(-4, 5):
        near |= np.roll(SCRATCH, shift, axis=1)
    near[:8], near[112:] = False, False
    return bool((selection[between] == 255).mean() > 0.95 and not selection[~near].any())


@pytest.mark.parametrize("precision", ["u8-non-linear", "u16-non-linear"])
def test_two_points_of_a_path_are_enough(gimp: Gimp, precision: str) -> None:
    scan = Scan.create(gimp, PAGE, precision)
    before = scan.pixels()
    gimp.call("add_path", image=scan.image, strokes=[placed(ON_IT)])
    assert not scan.run(TRACE)
    assert selects_the_scratch(scan.selection())
    assert np.array_equal(scan.pixels(), before) and gimp.call("channels", image=scan.image) == []


def test_what_a_path_finds_is_added_to_the_selection(gimp: Gimp) -> None:
    scan = Scan.create(gimp, PAGE)
    gimp.call("select", image=scan.image, box=(PLACE[0] + 120, PLACE[1] + 50, 20, 20))
    earlier = scan.selection()
    gimp.call("add_path", image=scan.image, strokes=[placed(ON_IT)])
    assert not scan.run(TRACE)
    after = scan.selection()
    assert (after[earlier == 255] == 255).all() and selects_the_scratch(np.where(earlier == 255, 0, after))


def test_a_rough_selection_becomes_the_scratch(gimp: Gimp) -> None:
    scan = Scan.create(gimp, PAGE)
    gimp.call("select", image=scan.image, box=(PLACE[0] + 38, PLACE[1] + 4, 34, 112))
    assert not scan.run(TRACE)
    selection = scan.selection()
    assert (selection[30:90][SCRATCH[30:90]] == 255).mean() > 0.95
    assert (selection == 255).sum() < 3 * SCRATCH.sum()


@pytest.mark.parametrize(
    ("strokes", "said"),
    [
        ([], "There is no path and no selection."),
        ([[(50.0, 50.0)]], "The path has one point only."),
        ([[(50.0, 50.0), (150.0, 400.0)]], "A point of the path is outside the layer."),
        ([[(120.0, 20.0), (140.0, 100.0)]], "Nothing stands out along this line"),
    ],
)
def test_what_cannot_be_traced_is_said_and_nothing_is_selected(
    gimp: Gimp, strokes: list[list[tuple[float, float]]], said: str
) -> None:
    scan = Scan.create(gimp, PAGE)
    if strokes:
        gimp.call("add_path", image=scan.image, strokes=[placed(stroke) for stroke in strokes])
    assert scan.run(TRACE).startswith(said)
    assert scan.bounds() is None and gimp.call("channels", image=scan.image) == []


def test_one_undo_brings_the_selection_back(gimp_window: Gimp, screen: Screen) -> None:
    scan = Scan.create(gimp_window, PAGE)
    gimp_window.call("show", image=scan.image)
    eventually(lambda: screen.windows(WINDOW))
    gimp_window.call("select", image=scan.image, box=(10, 10, 20, 20))
    before = scan.state()
    gimp_window.call("add_path", image=scan.image, strokes=[placed(ON_IT)])
    assert not scan.run(TRACE)
    after = scan.state()
    assert after != before
    screen.press("ctrl+z", window=WINDOW)
    assert eventually(lambda: scan.state() == before)
    screen.press("ctrl+y", window=WINDOW)
    assert eventually(lambda: scan.state() == after)


def test_cancel_leaves_the_selection_alone(gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon) -> None:
    photo = Photo(gimp_window, screen, 2000, 1500)
    gimp_window.call(
        "select_speckles", image=photo.image, spacing=120, side=60
    )  # as many strokes, many seconds of work

    def state() -> tuple[bytes, list[str]]:
        return gimp_window.bytes("selection", layer=photo.layer), photo.state()

    before = state()
    photo.press("alt+r", "Up", "Right", "Up", "Return")  # the last entry of the last menu of Filters
    eventually(lambda: editor_daemon.status()["running"])
    with editor_daemon.paused():
        assert gimp_window.filling()
        photo.cancel()
    eventually(lambda: not editor_daemon.status()["running"])
    assert state() == before
    assert not screen.windows(MESSAGE)
