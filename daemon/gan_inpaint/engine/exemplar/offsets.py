"""Candidate offsets: from the hole to what resembles its smooth fill, and those at which the photograph repeats itself.

He and Sun 2012, section 3.1: the offsets between similar patches of a photograph are few, and a hole is completed by
the most frequent of them.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.exemplar.grid import Grid, few

COUNT = 120
"""Offsets at most, two thirds of them from the hole."""
PATCH = 7
"""Cells of a patch's side."""
QUERIES = 600
SOURCES = 2500
"""Patches that are compared at most."""
MATCHES = 3
"""Sources that each patch of the hole votes for."""
FARTHER = 1 / 15
"""Share of the picture's longer side within which a patch is not compared with itself."""


def candidate_offsets(grid: Grid) -> IntArray:
    """Return up to COUNT offsets (n, 2), down and across in cells, the most frequent first of each kind."""
    inside = cv2.erode(grid.sources.view(np.uint8), np.ones((PATCH, PATCH), np.uint8), borderValue=0) > 0
    sources = few(inside if inside.any() else grid.sources, SOURCES)
    found = _from_hole(grid, sources)
    found += [offset for offset in _from_repetition(grid, sources) if offset not in found]
    return np.array(found, np.intp).reshape(-1, 2)


def _from_hole(grid: Grid, sources: IntArray) -> list[tuple[int, int]]:
    targets = few(grid.hole, QUERIES)
    difference = _differences(_patches(grid.smooth, targets), _patches(grid.smooth, sources))
    count = min(MATCHES, difference.shape[1])
    best = np.argpartition(difference, count - 1, axis=1)[:, :count]
    return _peaks(sources[best] - targets[:, None], grid.hole, 0.8, COUNT * 2 // 3)


def _from_repetition(grid: Grid, sources: IntArray) -> list[tuple[int, int]]:
    patches = _patches(grid.colours, sources)
    chosen = np.arange(0, len(sources), -(-len(sources) // QUERIES))
    difference = _differences(patches[chosen], patches)
    rows, columns = sources.T.astype(np.int16)
    least = FARTHER * max(grid.hole.shape)
    beside = np.abs(rows[chosen][:, None] - rows) < least
    beside &= np.abs(columns[chosen][:, None] - columns) < least
    difference[beside] = np.inf
    best = difference.argmin(axis=1)
    away = sources[best] - sources[chosen]
    away = away[np.isfinite(difference[np.arange(len(chosen)), best])]
    return _peaks(np.concatenate([away, -away])[:, None], grid.hole, 1.4, COUNT // 3)


def _patches(plane: Float32Array, at: IntArray) -> Float32Array:
    """Return the squares of PATCH cells around `at` (n, 2): (n, PATCH² · C)."""
    reach = PATCH // 2
    padded = cv2.copyMakeBorder(plane, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (PATCH, PATCH), axis=(0, 1))
    return np.ascontiguousarray(windows[at[:, 0], at[:, 1]]).reshape(len(at), -1)


def _differences(wanted: Float32Array, given: Float32Array) -> Float32Array:
    """Return the squared difference of each of `wanted` (n, d) to each of `given` (m, d), but for a constant a row."""
    differences: Float32Array = np.einsum("ij,ij->i", given, given) - 2 * (wanted @ given.T)
    return differences


def _peaks(votes: IntArray, hole: BoolArray, deviation: float, most: int) -> list[tuple[int, int]]:
    """Return the offsets that get the most of `votes` (n, k, 2), in a histogram smoothed by `deviation` cells."""
    height, width = hole.shape
    histogram = np.zeros((2 * height, 2 * width), np.float32)
    np.add.at(histogram, (votes[..., 0] + height, votes[..., 1] + width), 1)
    histogram = cv2.GaussianBlur(histogram, (0, 0), deviation)
    histogram[histogram < cv2.dilate(histogram, np.ones((3, 3), np.uint8))] = 0
    rows, columns = np.nonzero(histogram)
    order = np.argsort(histogram[rows, columns], kind="stable")[::-1][:most]
    return list(zip((rows[order] - height).tolist(), (columns[order] - width).tolist(), strict=True))
