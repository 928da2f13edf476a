"""A scratch is followed through a few points on it, and selected as wide as it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import gan_inpaint
from gan_inpaint.detection.tracing import trace
from gan_inpaint.errors import BadRequest, UnsupportedImage

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
