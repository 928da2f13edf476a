"""Candidate offsets: from the hole to what resembles its smooth fill, and those at which the photograph repeats itself.

He and Sun 2012, section 3.1: the offsets between similar patches of a photograph are few, and a hole is completed by
the most frequent of them.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, IntArray
from gan_inpaint.engine.exemplar.grid import Grid
from gan_inpaint.engine.patches import Offset, differences, frequent_offsets, patches, spread

COUNT = 120
"""Offsets at most, two thirds of them from the hole."""
PATCH = 7
"""Cells of a patch's side."""
QUERIES = 600
SOURCES = 2500
"""Patches that are compared at most."""
MATCHES = 3
"""Sources that each patch of the hole votes for."""
APART = 3
"""Side of the squares of the histogram of offsets in which only the highest counts, in cells."""
FARTHER = 1 / 15
"""Share of the picture's longer side within which a patch is not compared with itself."""


def candidate_offsets(grid: Grid) -> IntArray:
    """Return up to COUNT offsets (n, 2), down and across in cells, the most frequent first of each kind."""
    inside = cv2.erode(grid.sources.view(np.uint8), np.ones((PATCH, PATCH), np.uint8), borderValue=0) > 0
    sources = _few(inside if inside.any() else grid.sources, SOURCES)
    found = _from_hole(grid, sources)
    found += [offset for offset in _from_repetition(grid, sources) if offset not in found]
    return np.array(found, np.intp).reshape(-1, 2)


def _from_hole(grid: Grid, sources: IntArray) -> list[Offset]:
    targets = _few(grid.hole, QUERIES)
    difference = differences(patches(grid.smooth, targets, PATCH), patches(grid.smooth, sources, PATCH))
    count = min(MATCHES, difference.shape[1])
    best = np.argpartition(difference, count - 1, axis=1)[:, :count]
    return frequent_offsets(sources[best] - targets[:, None], grid.hole.shape, 0.8, APART, COUNT * 2 // 3)


def _from_repetition(grid: Grid, sources: IntArray) -> list[Offset]:
    around = patches(grid.colours, sources, PATCH)
    chosen = np.arange(0, len(sources), -(-len(sources) // QUERIES))
    difference = differences(around[chosen], around)
    rows, columns = sources.T.astype(np.int16)
    least = FARTHER * max(grid.hole.shape)
    beside = np.abs(rows[chosen][:, None] - rows) < least
    beside &= np.abs(columns[chosen][:, None] - columns) < least
    difference[beside] = np.inf
    best = difference.argmin(axis=1)
    away = sources[best] - sources[chosen]
    away = away[np.isfinite(difference[np.arange(len(chosen)), best])]
    return frequent_offsets(np.concatenate([away, -away]), grid.hole.shape, 1.4, APART, COUNT // 3)


def _few(cells: BoolArray, most: int) -> IntArray:
    """Return at most `most` of the true cells (n, 2), each once, by rows."""
    return np.unique(spread(cells, most), axis=0)
