"""A line of damage from a few points on it, or from a rough stroke along it: the cheapest path along its ridge.

For what no detector finds: the user clicks two or more points on a scratch, or draws over it. Between the points the
path follows the ridge, which is where the picture is lighter, or darker, than on both sides (the “live wire” of
Mortensen and Barrett, 1995, with a ridge in place of an edge). Its width is measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.detection.ridges import REACH, ridges
from gan_inpaint.detection.strip import Place, Strip
from gan_inpaint.detection.strokes import Stroke, strokes
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
STRAIGHT = 0.03
"""Cost of a pixel on a perfect ridge against one where there is none: the larger, the straighter the path."""
BESIDE = np.float32(0.1)
"""Cost of a pixel as far beside the straight line between the points as these are from each other."""
AGAIN = np.float32(1.0)
"""Cost of a pixel on the path between earlier points: the two ways around a loop are not the same way twice."""
APART = 3
"""How far from such a path a pixel is on it, too, in pixels."""
CENTRE = 4
"""How far a path that has cut a corner may be from the middle of its ridge, in pixels."""
MIDDLE = 3
"""How strongly the middle of a ridge is preferred to its sides."""
SMOOTH = 1.5
"""Standard deviation of the mean along a path that takes grain's wobble out of it, in pixels."""
BARRED = np.float32(8.0)
"""Cost of a pixel beyond the edge of the picture, or outside the stroke."""
FAINTEST = 0.13
"""How much a path looks like a line on average, at least."""
BANDS = (32, 128)
"""The least and the most of how far beside the straight line between its points a path is looked for, in pixels."""
_BAND = 0.7
"""That distance as a share of the distance between the points."""
_AREA = 1 << 17
"""That distance times the distance between the points is not larger, unless it is the least: long lines are fast."""

Path = NDArray[np.intp]
"""Pixels (n, 2) from end to end: row, column."""


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
    """The path between two points, its cost, how likely each pixel is (n,), and its widths (n,)."""

    path: Path
    cost: float
    likely: Float32Array
    widths: Float32Array


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

    Raises UnsupportedImage; BadRequest for a mask of another size; NoLine, also for an empty mask.
    """
    check_image(image)
    if mask.shape != image.shape[:2]:
        raise BadRequest("The strokes are not as large as the picture.")
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
    """Return the parts of a line along a stroke, light or dark, whichever is cheaper; none if nothing stands out."""
    found: tuple[list[_Part], list[_Part]] = ([], [])
    for start, goal in pairwise(stroke.places):
        strip = Strip(_rounded(start), _rounded(goal), _band(math.dist(start, goal)) + REACH)
        colours = strip.colours(image, transfer)
        barred = ~strip.inside(*image.shape[:2])
        if within is not None:
            barred |= ~_enlarged(strip.mask(within))
        for parts, likely, sign in zip(found, ridges(colours), (1, -1), strict=True):
            parts.append(_between(strip, likely, sign * colours.mean(axis=2), barred, stroke.reach, parts))
    best = min(found, key=lambda parts: sum(part.cost for part in parts))
    likely = np.concatenate([part.likely for part in best] or [np.zeros(1, np.float32)])
    return best if likely.mean() >= FAINTEST else []


def _rounded(place: Place) -> Place:
    return float(round(place[0])), float(round(place[1]))


def _band(distance: float) -> int:
    """Return how far beside the line between two points a path is looked for."""
    least, most = BANDS
    return round(min(max(_BAND * distance, least), most, max(least, _AREA / max(distance, 1.0))))


def _enlarged(mask: BoolArray) -> BoolArray:
    """Return a mask with SNAP pixels more on all sides."""
    around = np.ones((2 * SNAP + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(mask.view(np.uint8), around) > 0)


def _between(
    strip: Strip, likely: Float32Array, gray: Float32Array, barred: BoolArray, reach: float, earlier: list[_Part]
) -> _Part:
    """Return the cheapest path between the ends of a strip, where the line is lighter than its surroundings in `gray`.

    `likely` are the ridges in the strip. Each end is moved to the best place within `reach`; where the path goes on
    from an `earlier` one, that has moved it.
    """
    start, goal = (_snapped(np.where(barred, 0, likely), at, reach) for at in strip.ends)
    if earlier:
        start = _pixels(strip.from_picture(earlier[-1].path[-1:].astype(np.float64)))[0]
    cost = STRAIGHT + (1 - likely) ** 2 + BESIDE * _beside(strip)
    cost[_walked(strip, [part.path for part in earlier], start)] += AGAIN
    cost[barred] = BARRED
    inner = np.s_[REACH:-REACH, REACH:-REACH]  # beyond it the ridges do not see enough
    path = _cheapest(np.ascontiguousarray(cost[inner]), start - REACH, goal - REACH) + REACH
    path = _centred(path, likely)
    costs = cost[tuple(path.T)]
    total = float((np.hypot(*np.diff(path, axis=0).T) * (costs[1:] + costs[:-1])).sum() / 2)
    places = _pixels(strip.in_picture(_halfway(_smoothed(path))))
    kept = _without_corners(places)
    widths = np.repeat(_widths(gray, path), 2)[: len(places)]
    return _Part(places[kept], total, likely[tuple(path.T)], widths[kept])


def _centred(path: Path, likely: Float32Array) -> Path:
    """Return a path (n, 2) that keeps to the middle of its ridge, where it has cut the corners."""
    corner, far = path.min(axis=0) - CENTRE, path.max(axis=0) + CENTRE + 1
    corner = np.maximum(corner, 0)
    ridge = likely[corner[0] : far[0], corner[1] : far[1]]
    near = np.zeros(ridge.shape, np.uint8)
    near[tuple((path - corner).T)] = 1
    around = np.ones((2 * CENTRE + 1,) * 2, np.uint8)
    middle = ridge / (cv2.dilate(ridge, around) + np.float32(1e-6))
    cost = STRAIGHT + (1 - middle**MIDDLE) ** 2
    cost[cv2.dilate(near, around) == 0] = BARRED
    centred = _cheapest(np.ascontiguousarray(cost, np.float32), path[0] - corner, path[-1] - corner)
    return np.asarray(centred + corner)


def _pixels(places: NDArray[np.float64]) -> Path:
    return np.rint(places).astype(np.intp)


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


def _beside(strip: Strip) -> Float32Array:
    """Return how far each row of a strip (n, 1) is from its middle, as a share of the distance between the ends."""
    rows = np.abs(np.arange(strip.shape[0], dtype=np.float32) - np.float32(strip.around))[:, None]
    return np.asarray(rows / np.float32(max(strip.length, 1.0)), np.float32)


def _walked(strip: Strip, paths: list[Path], start: Path) -> BoolArray:
    """Return where a strip is on one of the paths, but for the surroundings of `start`."""
    walked = np.zeros(strip.shape, np.uint8)
    for path in paths:
        places = _pixels(strip.from_picture(path.astype(np.float64)))
        there = ((places >= 0) & (places < strip.shape)).all(axis=1)
        walked[tuple(places[there].T)] = 1
    walked = cv2.dilate(walked, np.ones((2 * APART + 1,) * 2, np.uint8))
    cv2.circle(walked, (int(start[1]), int(start[0])), 3 * APART, 0, -1)
    return np.asarray(walked > 0)


def _snapped(likely: Float32Array, at: NDArray[np.float64], reach: float) -> Path:
    """Return the pixel (2,) within `reach` of `at` that is most likely on the line; near ones are preferred."""
    rows, columns = (
        np.arange(max(0, math.ceil(centre - reach)), min(extent, math.floor(centre + reach) + 1))
        for centre, extent in zip(at.tolist(), likely.shape, strict=True)
    )
    distance = np.hypot(rows[:, None] - at[0], columns[None, :] - at[1])
    value = np.where(distance <= reach, likely[np.ix_(rows, columns)] - 0.5 * distance / reach, -np.inf)
    row, column = np.unravel_index(int(value.argmax()), value.shape)
    return np.array([rows[row], columns[column]], np.intp)


def _cheapest(cost: Float32Array, start: Path, goal: Path) -> Path:
    """Return the path (n, 2) of least summed cost over pixels that touch.

    OpenCV's search for the contours of objects does this, with the cost in the place of the gradient's magnitude.
    """
    search = cv2.segmentation.IntelligentScissorsMB()
    search.setWeights(0.0, 0.0, 1.0)
    search.applyImageFeatures(np.ones(cost.shape, np.uint8), np.zeros((*cost.shape, 2), np.float32), cost)
    search.buildMap((int(start[1]), int(start[0])))
    contour: NDArray[np.int32] = search.getContour((int(goal[1]), int(goal[0])))
    path: Path = contour.reshape(-1, 2)[:, ::-1].astype(np.intp)
    return path


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
