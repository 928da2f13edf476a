"""A scratch is followed through a few points on it, and selected as wide as it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import gan_inpaint
from gan_inpaint.detection.tracing import trace, trace_along
from gan_inpaint.errors import BadRequest, NoLine, UnsupportedImage

HEIGHT, WIDTH = 160, 240


def _line() -> np.ndarray:
    """The middle of a curved line, (n, 2): x, y."""
    x = np.arange(20, 221, dtype=np.float64)
    return np.stack([x, 80 + 30 * np.sin(x / 35)], 1)


def _scan(width: int, light: bool) -> np.ndarray:
    """A gray picture with grain, an edge across it, and the line."""
    gray = np.full((HEIGHT, WIDTH), 110.0)
    gray[:, 130:] = 150
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    points = np.rint(_line() * 16).astype(np.int32)
    cv2.polylines(mask, [points], False, 255, width, cv2.LINE_AA, 4)
    opacity = mask / 255
    gray = gray + np.random.default_rng(3).normal(0, 6, gray.shape)
    return np.clip(gray * (1 - opacity) + (215 if light else 40) * opacity, 0, 255).astype(np.uint8)


def _distances(path: np.ndarray) -> np.ndarray:
    """How far each point of the line is from the path."""
    return np.hypot(*(_line()[:, None, ::-1] - path[None]).transpose(2, 0, 1)).min(axis=1)


POINTS = [(22.0, 97.0), (120.0, 76.0), (219.0, 80.0)]
"""Points that lie a few pixels beside the line."""


@pytest.mark.parametrize("light", [True, False])
@pytest.mark.parametrize("width", [1, 3, 7])
def test_three_points_beside_a_line_find_all_of_it(width: int, light: bool) -> None:
    traced = trace(_scan(width, light), POINTS)
    assert (_distances(traced.path) <= 2).mean() > 0.95
    assert width <= np.median(traced.widths) + 1 <= width + 4
    assert not traced.mask[_far(width)].any()


def _far(width: int) -> np.ndarray:
    near = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.polylines(near, [np.rint(_line()).astype(np.int32)], False, 255, width + 12)
    return near == 0


@pytest.mark.parametrize("light", [True, False])
def test_a_faint_line_in_grain_is_followed_beside_a_strong_edge(light: bool) -> None:
    gray = np.full((HEIGHT, WIDTH), 90.0)
    edge = np.concatenate([_line() + np.array([0, 30]), [(WIDTH, HEIGHT), (0, HEIGHT)]])
    cv2.fillPoly(gray, [np.rint(edge).astype(np.int32)], 190.0)
    line = np.zeros_like(gray)
    cv2.polylines(line, [np.rint(_line() * 16).astype(np.int32)], False, 1.0, 2, cv2.LINE_8, 4)
    gray += (10 if light else -10) * line + np.random.default_rng(4).normal(0, 7, gray.shape)
    traced = trace(gray.clip(0, 255).astype(np.uint8), POINTS)
    assert (_distances(traced.path) <= 2).mean() > 0.9


def test_a_coloured_line_that_is_as_light_as_the_picture_is_found() -> None:
    gray = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    cv2.polylines(gray, [np.rint(_line()).astype(np.int32)], False, (180, 120, 60), 2)
    assert (_distances(trace(gray, POINTS).path) <= 2).mean() > 0.95


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_the_same_is_traced_at_every_depth_and_the_picture_stays(dtype: type) -> None:
    scan = _scan(3, True)
    deep = scan.astype(dtype) * 257 if dtype == np.uint16 else scan.astype(dtype) / 255
    before = deep.tobytes()
    assert (trace(deep, POINTS).mask != trace(scan, POINTS).mask).mean() < 0.001
    assert deep.tobytes() == before


def _drawn(line: np.ndarray, opacity: np.ndarray, ground: np.ndarray, level: float) -> np.ndarray:
    """A picture with grain and a line, 3 pixels wide, through points (n, 2): x, y; `opacity` is that of its pixels."""
    there = np.zeros(ground.shape, np.uint8)
    cv2.polylines(there, [np.rint(line).astype(np.int32)], False, 255, 3)
    picture = np.where(there > 0, ground * (1 - opacity) + level * opacity, ground)
    return (picture + np.random.default_rng(5).normal(0, 4, ground.shape)).clip(0, 255).astype(np.uint8)


def _near(path: np.ndarray, line: np.ndarray) -> float:
    """How much of a line the path is within 2 pixels of."""
    return float((np.hypot(*(line[:, None, ::-1] - path[None]).transpose(2, 0, 1)).min(axis=1) <= 2).mean())


STRAIGHT = np.stack([np.arange(20, 221, dtype=np.float64), np.linspace(60, 90, 201)], axis=1)


def test_a_broken_straight_line_is_followed_past_a_whole_one_that_touches_it_twice() -> None:
    dashes = np.broadcast_to((np.arange(WIDTH) % 20 < 14).astype(np.float64), (HEIGHT, WIDTH))
    scan = _drawn(STRAIGHT, dashes, np.full((HEIGHT, WIDTH), 110.0), 150)
    cv2.ellipse(scan, (120, 76), (45, 18), 8.5, 180, 360, 150, 2)
    assert _near(trace(scan, [(20.0, 60.0), (220.0, 90.0)]).path, STRAIGHT) > 0.95


def test_a_fold_that_is_dark_on_light_and_light_on_dark_is_followed() -> None:
    ground = np.where(np.arange(WIDTH) // 50 % 2, 60.0, 180.0)[None].repeat(HEIGHT, axis=0)
    scan = _drawn(STRAIGHT, np.ones((HEIGHT, WIDTH)), ground, 120)
    assert _near(trace(scan, [(22.0, 61.0), (218.0, 89.0)]).path, STRAIGHT) > 0.95


def test_a_line_that_goes_back_and_forth_is_followed_from_three_points() -> None:
    x = np.linspace(40, 200, 1600)
    line = np.stack([x, 80 + 28 * np.sin((x - 40) * 2 * np.pi / 40)], axis=1)
    scan = _drawn(line, np.ones((HEIGHT, WIDTH)), np.full((HEIGHT, WIDTH), 110.0), 170)
    assert _near(trace(scan, [tuple(line[0]), tuple(line[800]), tuple(line[-1])]).path, line) > 0.95


def test_python_gets_the_mask() -> None:
    scan = _scan(3, True)
    assert np.array_equal(gan_inpaint.trace(scan, POINTS), trace(scan, POINTS).mask)


@pytest.mark.parametrize(
    ("image", "points", "error"),
    [
        (np.zeros((20, 20), np.uint8), [(1, 1)], BadRequest),
        (np.zeros((20, 20), np.uint8), [(1, 1), (20, 3)], BadRequest),
        (np.zeros((20, 20), np.uint8), [(1, 1), (float("nan"), 3)], BadRequest),
        (np.zeros(20, np.uint8), [(1, 1), (2, 3)], UnsupportedImage),
    ],
)
def test_what_cannot_be_traced_is_refused_with_a_sentence(
    image: np.ndarray, points: list[tuple[float, float]], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"\.$"):
        trace(image, points)


def _stroke() -> np.ndarray:
    """A stroke 21 pixels wide, 5 pixels below the line."""
    roughly = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.polylines(roughly, [np.rint(_line() + np.array([0, 5])).astype(np.int32)], False, 255, 21)
    return roughly


@pytest.mark.parametrize("light", [True, False])
def test_a_rough_stroke_along_a_line_finds_it(light: bool) -> None:
    scan = _scan(3, light)
    mask = gan_inpaint.trace(scan, along=_stroke())
    assert np.array_equal(mask, trace_along(scan, _stroke()).mask)
    inner = np.rint(_line()[20:-20]).astype(int)
    assert (mask[inner[:, 1], inner[:, 0]] == 255).mean() > 0.95
    assert not mask[_far(3)].any()


def test_each_stroke_of_a_mask_finds_its_line() -> None:
    scan, strokes = np.full((HEIGHT, WIDTH), 110, np.uint8), np.zeros((HEIGHT, WIDTH), np.uint8)
    for row in (40, 120):
        scan[row : row + 2] = 180
        strokes[row - 8 : row + 9, 30:200] = 255
    mask = gan_inpaint.trace(scan, along=strokes)
    assert all((mask[row : row + 2, 50:180] == 255).all() for row in (40, 120))
    assert not mask[60:100].any()


@pytest.mark.parametrize(
    ("points", "strokes", "error"),
    [
        ([(1, 1), (9, 9)], np.ones((20, 20), np.uint8), BadRequest),
        ([], np.ones((20, 21), np.uint8), BadRequest),
        ([], np.ones((20, 20), np.bool_), BadRequest),
        ([], np.zeros((20, 20), np.uint8), NoLine),
        ([], None, BadRequest),
    ],
)
def test_strokes_that_cannot_be_used_are_refused_with_a_sentence(
    points: list[tuple[float, float]], strokes: np.ndarray | None, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"\.$"):
        gan_inpaint.trace(np.zeros((20, 20), np.uint8), points, along=strokes)
