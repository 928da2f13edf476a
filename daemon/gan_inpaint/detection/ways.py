"""Paths in a strip between two points on a line: along its ridge wherever that leads, or with as few bends as possible.

Both are paths of least cost over pixels that touch. The cost is small where a pixel looks like the middle of a line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.detection.bends import least_bent
from gan_inpaint.detection.ridges import REACH
from gan_inpaint.detection.strip import Strip
from gan_inpaint.engine.arrays import BoolArray, Float32Array

STRAIGHT = 0.03
"""Cost of a pixel on a perfect ridge: the larger, the straighter the path."""
GROUND = np.float32(6.0)
"""Cost of a pixel where there is no ridge: the larger, the less a path leaves its ridge for a short cut."""
BESIDE = np.float32(0.1)
"""Cost of a pixel as far beside the straight line between the points as these are from each other."""
AGAIN = np.float32(4.0)
"""Cost of a pixel on the path between earlier points: the two ways around a loop are not the same way twice."""
APART = 2
"""How far from such a path a pixel is on it, too, in pixels."""
BARRED = np.float32(16.0)
"""Cost of a pixel beyond the edge of the picture, or outside the stroke."""
CENTRE = 4
"""How far a path may be from the middle of its ridge, in pixels."""
MIDDLE = 3
"""How strongly the middle of a ridge is preferred to its sides."""
AWAY = np.float32(0.3)
"""Cost of a pixel that far from a path with few bends, which moves to its ridge."""
OFF = np.float32(2.0)
"""Cost of an end of a path with few bends as far beside the point as it may lie."""
NEARER = 0.8
"""How much more likely a pixel as far from a point as an end may lie must be than the point itself."""

Path = NDArray[np.intp]
"""Pixels (n, 2) from end to end: row, column."""


def following(
    strip: Strip, likely: Float32Array, barred: BoolArray, reach: float, earlier: Sequence[Path]
) -> tuple[Path, Float32Array]:
    """Return the path along the ridge between the ends of a strip, and the cost (H, W) of each pixel.

    `likely` (H, W): how much each pixel looks like the middle of a line; `barred` (H, W): where the line is not. Each
    end is moved to the best place within `reach`; where the path goes on from an `earlier` one, that has moved it.
    """
    start, goal = (_snapped(np.where(barred, 0, likely), at, reach) for at in strip.ends)
    if earlier:
        start = _last(strip, earlier)
    cost = STRAIGHT + GROUND * (1 - likely) ** 3 + BESIDE * _beside(strip)
    cost[_walked(strip, earlier, start)] += AGAIN
    cost[barred] = BARRED
    inner = np.s_[REACH:-REACH, REACH:-REACH]  # beyond it the ridges do not see enough
    path = _cheapest(np.ascontiguousarray(cost[inner]), start - REACH, goal - REACH) + REACH
    return _centred(path, likely), cost


def gentle(strip: Strip, likely: Float32Array, barred: BoolArray, reach: float, earlier: Sequence[Path]) -> Path:
    """Return the path between the ends of a strip that bends little, however broken the line is; as for `following`."""
    rows = np.arange(len(likely), dtype=np.float32)
    beside = np.abs(rows - strip.around) / np.float32(reach)
    free = np.where(beside <= 1, OFF * beside**2, np.float32(np.inf))
    begin, first = free, strip.around
    if earlier:
        row, first = _last(strip, earlier).tolist()
        begin = np.where(rows == row, np.float32(0), np.float32(np.inf))
    last = max(first + 1, strip.around + round(strip.length))
    return _moved_to_ridge(least_bent(np.where(barred, BARRED, 1 - likely), first, last, begin, free), likely)


def _last(strip: Strip, earlier: Sequence[Path]) -> Path:
    """Return where the last of the earlier paths ends in a strip (2,)."""
    end: Path = np.rint(strip.from_picture(earlier[-1][-1:].astype(np.float64)))[0].astype(np.intp)
    return end


def _centred(path: Path, likely: Float32Array) -> Path:
    """Return a path (n, 2) that keeps to the middle of its ridge, where it has cut the corners."""
    corner, ridge, far = _around(path, likely)
    middle = ridge / (cv2.dilate(ridge, np.ones((2 * CENTRE + 1,) * 2, np.uint8)) + np.float32(1e-6))
    cost = STRAIGHT + GROUND * (1 - middle**MIDDLE) ** 2
    return _within(path, corner, cost, far)


def _moved_to_ridge(path: Path, likely: Float32Array) -> Path:
    """Return a path (n, 2) that keeps to the ridge where there is one beside it."""
    corner, ridge, far = _around(path, likely)
    return _within(path, corner, STRAIGHT + (1 - ridge) ** 2 + AWAY * far**2, far)


def _around(path: Path, likely: Float32Array) -> tuple[Path, Float32Array, Float32Array]:
    """Return the corner (2,) of the surroundings of a path, what is likely there, and how far it is, as CENTREs."""
    corner, end = np.maximum(path.min(axis=0) - CENTRE, 0), path.max(axis=0) + CENTRE + 1
    ridge = likely[corner[0] : end[0], corner[1] : end[1]]
    off = np.ones(ridge.shape, np.uint8)
    off[tuple((path - corner).T)] = 0
    return corner, ridge, cv2.distanceTransform(off, cv2.DIST_L2, 5) / np.float32(CENTRE)


def _within(path: Path, corner: Path, cost: Float32Array, far: Float32Array) -> Path:
    """Return the cheapest path with the ends of another one that is nowhere far from it."""
    cost[far > 1] = BARRED
    found = _cheapest(np.ascontiguousarray(cost, np.float32), path[0] - corner, path[-1] - corner)
    return np.asarray(found + corner)


def _beside(strip: Strip) -> Float32Array:
    """Return how far each row of a strip (n, 1) is from its middle, as a share of the distance between the ends."""
    rows = np.abs(np.arange(strip.shape[0], dtype=np.float32) - np.float32(strip.around))[:, None]
    return np.asarray(rows / np.float32(max(strip.length, 1.0)), np.float32)


def _walked(strip: Strip, paths: Sequence[Path], start: Path) -> BoolArray:
    """Return where a strip is on one of the paths, but for the surroundings of `start`."""
    walked = np.zeros(strip.shape, np.uint8)
    for path in paths:
        places = np.rint(strip.from_picture(path.astype(np.float64))).astype(np.intp)
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
    value = np.where(distance <= reach, likely[np.ix_(rows, columns)] - NEARER * distance / reach, -np.inf)
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
