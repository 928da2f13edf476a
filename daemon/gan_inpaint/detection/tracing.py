"""A line of damage from a few points on it, or from a rough stroke along it.

For what no detector finds: the user clicks two or more points on a scratch, or draws over it. Between the points the
path follows the ridge, which is where the picture is lighter, or darker, than on both sides (the “live wire” of
Mortensen and Barrett, 1995, with a ridge in place of an edge). Where a path with few bends looks like a line nearly as
much, the line is that: scratches are straight, and broken. Its width is measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.detection import ways
from gan_inpaint.detection.ridges import REACH, ridges
from gan_inpaint.detection.strip import Place, Strip
from gan_inpaint.detection.strokes import Stroke, strokes
from gan_inpaint.detection.ways import Path
from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.pixels import check_image
from gan_inpaint.errors import BadRequest, NoLine
from gan_inpaint.options import Transfer

Point = tuple[float, float]
"""Column and row, in pixels; the middle of the first pixel is (0, 0)."""

SNAP = 6
"""How far a point may lie beside the line, in pixels."""
WIDEST = 32
"""Largest width that is measured, in pixels."""
SMOOTH = 1.5
"""Standard deviation of the mean along a path that takes grain's wobble out of it, in pixels."""
GENTLE = 0.9
"""How much a path with few bends looks like a line, as a share of what the best one does, if it is preferred."""
BOTH = 1.15
"""How much more than a light or a dark path one must look like a line that is now light and now dark."""
FAINTEST = 0.13
"""How much a path looks like a line on average, at least."""
BANDS = (32, 128)
"""The least and the most of how far beside the straight line between its points a path is looked for, in pixels."""
_AREA = 1 << 17
"""That distance times the distance between the points is not larger, unless it is the least: long lines are fast."""


@dataclass(frozen=True, slots=True)
class Traced:
    """`path` (n, 2): rows and columns of the middle line; `widths` (n,) in pixels; `mask` (H, W): 255 on the line."""

    path: Path
    widths: Float32Array
    mask: UInt8Array

    @property
    def thickness(self) -> float:
        """The median of the widths."""
        return float(np.median(self.widths))


@dataclass(frozen=True, slots=True)
class _Part:
    """The path between two points, and its widths (n,).

    `cost`: of the path, 0 if it may have few bends only; `likely` (n,): how much it looks like a line; `gentle` (m,):
    how much the path with few bends does.
    """

    path: Path
    cost: float
    widths: Float32Array
    likely: Float32Array
    gentle: Float32Array


def trace(image: Samples, points: Sequence[Point], transfer: Transfer = "srgb") -> Traced:
    """Trace a line of damage in `image` (H, W) or (H, W, 1..4) through `points`, in their order.

    Raises UnsupportedImage; BadRequest for fewer than two points, or a point outside the picture; NoLine.
    """
    check_image(image)
    height, width = image.shape[:2]
    if len(points) < 2:
        raise BadRequest("A line needs two points at least.")
    if not all(-0.5 <= column < width - 0.5 and -0.5 <= row < height - 0.5 for column, row in points):
        raise BadRequest("A point lies outside the picture.")
    return _traced(image, [Stroke([(row, column) for column, row in points], SNAP)], transfer, None)


def trace_along(image: Samples, mask: UInt8Array, transfer: Transfer = "srgb") -> Traced:
    """Trace the lines of damage under the rough strokes of `mask` (H, W), which is not 0 there.

    Raises UnsupportedImage; BadRequest for a mask of another size or type; NoLine, also for an empty mask.
    """
    check_image(image)
    if mask.shape != image.shape[:2] or mask.dtype != np.uint8:
        raise BadRequest(
            f"Strokes {mask.shape} of type {mask.dtype} do not fit the picture.",
            "They are a mask of its size with one byte for each pixel.",
        )
    return _traced(image, strokes(mask, SNAP), transfer, mask)


def _traced(image: Samples, along: Sequence[Stroke], transfer: Transfer, within: UInt8Array | None) -> Traced:
    """Return the lines along strokes; raise NoLine if there are none."""
    parts = [part for stroke in along for part in _line(image, stroke, transfer, within)]
    if not parts:
        raise NoLine(
            "Nothing stands out along this line, neither light nor dark.",
            "Put the points closer to the scratch, or select it by hand.",
        )
    path = np.concatenate([part.path for part in parts]).clip(0, np.subtract(image.shape[:2], 1))
    widths = np.concatenate([part.widths for part in parts])
    return Traced(path, widths, _drawn(path, widths, image.shape[:2]))


def _line(image: Samples, stroke: Stroke, transfer: Transfer, within: UInt8Array | None) -> list[_Part]:
    """Return the parts of a line along a stroke: light, dark, or now one and now the other; or none."""
    found: tuple[list[_Part], ...] = ([], [], [])
    for start, goal in pairwise(stroke.places):
        strip = Strip(_rounded(start), _rounded(goal), _band(math.dist(start, goal)) + REACH)
        barred = ~strip.inside(*image.shape[:2])
        if within is not None:
            barred |= ~_enlarged(strip.mask(within))
        tones = _tones(strip.colours(image, transfer))
        for parts, tone, bends in zip(found, tones, (True, True, False), strict=True):
            parts.append(_between(strip, *tone, barred, stroke.reach, parts, bends))
    light, dark, mixed = found
    best = min(light, dark, key=lambda parts: sum(part.cost for part in parts))
    if _looks(part.likely for part in mixed) >= max(
        GENTLE * _looks(part.likely for part in best), BOTH * _looks(part.gentle for part in best)
    ):
        best = mixed
    return best if _looks(part.likely for part in best) >= FAINTEST else []


def _tones(colours: Float32Array) -> list[tuple[Float32Array, Float32Array]]:
    """Return how much each pixel (H, W) looks like a light line, a dark one, or either, and what is lighter on it."""
    light, dark = ridges(colours)
    gray = colours.mean(axis=2)
    standing_out = np.abs(gray - cv2.blur(gray, (2 * WIDEST + 1,) * 2))
    return [(light, gray), (dark, -gray), (np.maximum(light, dark), standing_out)]


def _looks(likely: Iterable[Float32Array]) -> float:
    """Return how much parts of a path look like a line on average."""
    return float(np.concatenate([*likely]).mean())


def _rounded(place: Place) -> Place:
    return float(round(place[0])), float(round(place[1]))


def _band(distance: float) -> int:
    """Return how far beside the line between two points a path is looked for."""
    least, most = BANDS
    return round(min(max(distance, least), most, max(least, _AREA / max(distance, 1.0))))


def _enlarged(mask: BoolArray) -> BoolArray:
    """Return a mask with SNAP pixels more on all sides."""
    around = np.ones((2 * SNAP + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(mask.view(np.uint8), around) > 0)


def _between(
    strip: Strip,
    likely: Float32Array,
    gray: Float32Array,
    barred: BoolArray,
    reach: float,
    parts: Sequence[_Part],
    bends: bool,
) -> _Part:
    """Return the part of a line between the ends of a strip that goes on from earlier `parts`.

    `likely` are the ridges in the strip; the line is lighter than its surroundings in `gray`. The path with few bends
    is taken if it looks like a line nearly as much as the one that follows the ridge; without `bends`, always.
    """
    earlier = [part.path for part in parts]
    path = straight = ways.gentle(strip, likely, barred, reach, earlier)
    cost = 0.0
    if bends:
        on_ridge, costs = ways.following(strip, likely, barred, reach, earlier)
        if likely[tuple(straight.T)].mean() < GENTLE * likely[tuple(on_ridge.T)].mean():
            path = on_ridge
        cost = _total(costs[tuple(path.T)], path)
    places = np.rint(strip.in_picture(_halfway(_smoothed(path)))).astype(np.intp)
    kept = _without_corners(places)
    widths = np.repeat(_widths(gray, path), 2)[: len(places)]
    return _Part(places[kept], cost, widths[kept], likely[tuple(path.T)], likely[tuple(straight.T)])


def _total(costs: Float32Array, path: Path) -> float:
    """Return the cost of a path (n, 2) whose pixels cost so much each (n,)."""
    return float((np.hypot(*np.diff(path, axis=0).T) * (costs[1:] + costs[:-1])).sum() / 2)


def _smoothed(path: Path) -> NDArray[np.float64]:
    """Return a path (n, 2) without the wobble of grain."""
    size = (1, 2 * math.ceil(3 * SMOOTH) + 1)
    places = path.astype(np.float32)[:, None]
    smooth: Float32Array = cv2.GaussianBlur(places, size, 1.0, sigmaY=SMOOTH, borderType=cv2.BORDER_REPLICATE)
    return smooth.reshape(-1, 2).astype(np.float64)


def _halfway(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path with the places halfway between its pixels, so that none is missing when it is turned."""
    between = np.empty((2 * len(path) - 1, 2))
    between[::2], between[1::2] = path, (path[1:] + path[:-1]) / 2
    return between


def _without_corners(places: Path) -> list[int]:
    """Return which of these pixels (n, 2) make a path on which no pixel touches the one after the next."""
    kept: list[int] = []
    for number, place in enumerate(places):
        if kept and (places[kept[-1]] == place).all():
            continue
        if len(kept) > 1 and np.abs(places[kept[-2]] - place).max() <= 1:
            kept.pop()
        kept.append(number)
    return kept


def _widths(gray: Float32Array, path: Path) -> Float32Array:
    """Return the width (n,) of a light line at each pixel of its `path` in `gray` (H, W), in pixels.

    It is the full width at half of the line's height over its surroundings, and the median along the path, so that
    grain and crossings do not count.
    """
    reach = np.arange(-WIDEST, WIDEST + 1, dtype=np.float32)
    smooth: NDArray[np.float32] = cv2.blur(
        path.astype(np.float32)[:, None], (1, 9), borderType=cv2.BORDER_REPLICATE
    ).reshape(-1, 2)
    ahead = np.gradient(smooth, axis=0) if len(path) > 1 else np.ones_like(smooth)
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-6)[:, None]
    rows, columns = path[:, :1] + reach * ahead[:, 1:], path[:, 1:] - reach * ahead[:, :1]
    profiles = cv2.remap(
        gray, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return _along(profiles, max(1, len(path) // 16 | 1))


def _along(profiles: Float32Array, over: int) -> Float32Array:
    """Return the widths of the lines across whose middles `profiles` (n, 2·WIDEST + 1) run."""
    window = min(len(profiles), 2 * over + 15)
    smooth = cv2.blur(profiles, (1, window), borderType=cv2.BORDER_REPLICATE)
    middle = WIDEST
    top = smooth[:, middle - 1 : middle + 2].max(axis=1)
    ground = np.median(smooth, axis=1)
    half = ((top + ground) / 2)[:, None]
    above = smooth >= half
    right = np.argmin(np.pad(above[:, middle:], ((0, 0), (0, 1))), axis=1)
    left = np.argmin(np.pad(above[:, middle::-1], ((0, 0), (0, 1))), axis=1)
    widths: Float32Array = np.clip(left + right - 1, 1, 2 * WIDEST).astype(np.float32)
    return widths


def _drawn(path: Path, widths: Float32Array, shape: tuple[int, int]) -> UInt8Array:
    """Return a mask (H, W) with a disc at each pixel of the path that covers its width, wherever its middle lies."""
    mask = np.zeros(shape, np.uint8)
    for (row, column), width in zip(path.tolist(), widths.tolist(), strict=True):
        cv2.circle(mask, (column, row), math.ceil(width / 2), 255, -1)
    return mask
