"""Places along rough strokes: what a user has drawn over a line of damage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.detection.strip import Place
from gan_inpaint.engine.arrays import BoolArray, UInt8Array

APART = 96
"""Pixels along a stroke from one of its places to the next."""
SHORTEST = 8
"""Strokes along which nobody can follow a line, in pixels."""
WIDEST = 32
"""The largest half of a stroke's width that counts, in pixels."""


@dataclass(frozen=True)
class Stroke:
    """Places (row, column) in their order; the line is at most `reach` pixels beside each of them."""

    places: Sequence[Place]
    reach: float


def strokes(mask: UInt8Array, least: float) -> list[Stroke]:
    """Return the strokes of a mask (H, W), one for each connected component; their `reach` is at least `least`."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((mask > 0).view(np.uint8), connectivity=8)
    found = []
    for number in range(1, count):
        left, top, width, height = boxes[number, : cv2.CC_STAT_AREA].tolist()
        component = labels[top : top + height, left : left + width] == number
        path, half = _middle(component)
        if len(path) >= SHORTEST:
            chosen = path[np.rint(np.linspace(0, len(path) - 1, 2 + (len(path) - 1) // APART)).astype(int)]
            places = [(float(row), float(column)) for row, column in np.add(chosen, (top, left)).tolist()]
            found.append(Stroke(places, min(max(half, least), WIDEST)))
    return found


def _middle(component: BoolArray) -> tuple[NDArray[np.intp], float]:
    """Return the longest middle line (n, 2) of a component (H, W), and half of the component's width along it."""
    padded = np.pad(component, 1).view(np.uint8)
    skeleton = cv2.ximgproc.thinning(padded * np.uint8(255)) > 0
    path = longest(np.argwhere(skeleton))
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 5)
    return path - 1, float(np.median(inside[tuple(path.T)])) if len(path) else 0.0


def longest(pixels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the path (n, 2) between the two pixels of a thin line (m, 2) that are farthest apart along it."""
    if not len(pixels):
        return pixels
    there = {(row, column) for row, column in pixels.tolist()}
    end, _ = _farthest(there, next(iter(sorted(there))))
    end, before = _farthest(there, end)
    path = [end]
    while before[path[-1]] != path[-1]:
        path.append(before[path[-1]])
    return np.array(path, np.intp)


def _farthest(
    there: set[tuple[int, int]], start: tuple[int, int]
) -> tuple[tuple[int, int], dict[tuple[int, int], tuple[int, int]]]:
    """Return the pixel that is most steps away from `start`, and the one before each pixel on the way to it."""
    before = {start: start}
    front = [start]
    last = start
    while front:
        last = front[0]
        reached = []
        for row, column in front:
            for down in (-1, 0, 1):
                for right in (-1, 0, 1):
                    near = row + down, column + right
                    if near in there and near not in before:
                        before[near] = row, column
                        reached.append(near)
        front = reached
    return last, before
