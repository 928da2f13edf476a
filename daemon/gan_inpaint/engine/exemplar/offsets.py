"""Candidate offsets: to what resembles the smooth fill or the hole's surroundings, and where the photograph repeats.

He and Sun 2012, section 3.1: the offsets between similar patches of a photograph are few, and a hole is completed by
the most frequent of them.
"""

from __future__ import annotations

from itertools import islice

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray, shifted
from gan_inpaint.engine.box import bounding_box
from gan_inpaint.engine.exemplar.grid import Grid
from gan_inpaint.engine.exemplar.lines import line_offsets
from gan_inpaint.engine.patches import Offset, differences, frequent_offsets, patches, spread

HOLE_OFFSETS = 12
"""Offsets at most to what resembles the smooth fill."""
REPEATED = 6
"""Offsets at most at which the photograph repeats itself."""
SURROUNDING = 6
"""Offsets at most to what resembles the surroundings of the hole."""
NEAR = 12
"""Cells from the hole within which its surroundings are compared."""
CLEAR = 0.5
"""Share of the hole's height or width by which these offsets lead away at least."""
COVERED = 0.4
"""Share of the hole's cells that each of them must lead to a source."""
PATCH = 7
"""Cells of a patch's side."""
QUERIES = 400
SOURCES = 2500
"""Patches that are compared at most."""
QUERIES_AROUND = 250
"""Patches of the hole's surroundings that are compared at most."""
MATCHES = 3
"""Sources that each patch of the hole votes for."""
MATCHES_AROUND = 5
"""Sources that each patch of its surroundings votes for."""
APART = 3
"""Side of the squares of the histogram of offsets in which only the highest counts, in cells."""
COVERING = 24
"""Offsets at most for cells that none of the others suits."""
DEEP = 9
"""Side of the squares of sources in whose middle these lead, in cells."""
LARGE = 1000
"""Cells of a hole from which on that many patches are compared; fewer in smaller holes."""
SMALL = 0.2
"""Share of the patches that are compared in the smallest holes."""
FARTHER = 1 / 15
"""Share of the picture's longer side within which a patch is not compared with itself."""


def candidate_offsets(grid: Grid) -> IntArray:
    """Return some offsets (n, 2), down and across in cells, those first without which a cell had no source."""
    sources = _sources(grid)
    found = _from_hole(grid, sources)
    for more in (_from_repetition(grid, sources), _from_surroundings(grid, sources), line_offsets(grid)):
        found += [offset for offset in more if offset not in found]
    return np.array(_covering(grid, found) + found, np.intp).reshape(-1, 2)


def _sources(grid: Grid) -> IntArray:
    inside = _within(grid.sources, PATCH)
    return _few(inside if inside.any() else grid.sources, _enough(grid, SOURCES))


def _enough(grid: Grid, most: int) -> int:
    """Return how many patches are compared where `most` are in a large hole."""
    return round(most * min(1, max(SMALL, np.count_nonzero(grid.hole) / LARGE)))


def _within(sources: BoolArray, side: int) -> BoolArray:
    """Return the cells (h, w) that have nothing but `sources` (h, w) in the square of that side around them."""
    within: BoolArray = cv2.erode(sources.view(np.uint8), np.ones((side, side), np.uint8), borderValue=0) > 0
    return within


def _from_hole(grid: Grid, sources: IntArray) -> list[Offset]:
    targets = _few(grid.hole, QUERIES)
    difference = differences(patches(grid.smooth, targets, PATCH), patches(grid.smooth, sources, PATCH))
    away = sources[_least(difference, MATCHES)] - targets[:, None]
    return frequent_offsets(away, grid.hole.shape, 0.8, APART, HOLE_OFFSETS)


def _least(difference: Float32Array, most: int) -> IntArray:
    """Return the indices of up to `most` of the least differences of each row (n, m), in any order."""
    count = min(most, difference.shape[1])
    least: IntArray = np.argpartition(difference, count - 1, axis=1)[:, :count]
    return least


def _from_repetition(grid: Grid, sources: IntArray) -> list[Offset]:
    around = patches(grid.colours, sources, PATCH)
    chosen = np.arange(0, len(sources), -(-len(sources) // _enough(grid, QUERIES)))
    difference = differences(around[chosen], around)
    least = FARTHER * max(grid.hole.shape)
    difference[_beside(sources[chosen], sources, least, least)] = np.inf
    best = difference.argmin(axis=1)
    away = sources[best] - sources[chosen]
    away = away[np.isfinite(difference[np.arange(len(chosen)), best])]
    return frequent_offsets(np.concatenate([away, -away]), grid.hole.shape, 1.4, APART, REPEATED)


def _beside(some: IntArray, others: IntArray, height: float, width: float) -> BoolArray:
    """Return which of `others` (m, 2) are less than that away from each of `some` (n, 2), down and across; (n, m)."""
    rows, columns = others.T.astype(np.int16)
    down, across = some.T.astype(np.int16)[..., None]
    beside: BoolArray = (np.abs(down - rows) < height) & (np.abs(across - columns) < width)
    return beside


def _from_surroundings(grid: Grid, sources: IntArray) -> list[Offset]:
    reach = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    around = _few(
        (cv2.dilate(grid.hole.view(np.uint8), reach) > 0) & _within(grid.sources, PATCH), _enough(grid, QUERIES_AROUND)
    )
    if not len(around):
        return []
    difference = differences(patches(grid.colours, around, PATCH), patches(grid.colours, sources, PATCH))
    box = bounding_box(grid.hole)
    difference[_beside(around, sources, CLEAR * box.height, CLEAR * box.width)] = np.inf
    away = sources[_least(difference, MATCHES_AROUND)] - around[:, None]
    likely = frequent_offsets(away, grid.hole.shape, 1.4, APART, 6 * SURROUNDING)
    inside = _within(grid.sources, 3).view(np.uint8)
    useful = (offset for offset in likely if shifted(inside, *offset, 0)[grid.hole].mean() > COVERED)
    return list(islice(useful, SURROUNDING))


def _covering(grid: Grid, found: list[Offset]) -> list[Offset]:
    """Return offsets by which also the cells can be copied that no offset of `found` leads from to a source."""
    inside = _within(grid.sources, 3).view(np.uint8)
    deep = cv2.erode(inside, np.ones((DEEP, DEEP), np.uint8), borderValue=0)
    targets = deep if deep.any() else inside
    distance, nearest = cv2.distanceTransformWithLabels(1 - targets, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    places = np.argwhere(targets)[np.argsort(nearest[targets > 0])]
    bare = grid.hole.copy()
    for offset in found:
        bare &= shifted(inside, *offset, 0) == 0
    more: list[Offset] = []
    while len(places) and bare.any() and len(more) < COVERING:
        cell = np.unravel_index(np.argmax(np.where(bare, distance, -1)), bare.shape)
        down, across = (places[nearest[cell] - 1] - cell).tolist()
        more.append((down, across))
        bare &= shifted(inside, down, across, 0) == 0
    return more


def _few(cells: BoolArray, most: int) -> IntArray:
    """Return at most `most` of the true cells (n, 2), each once, by rows."""
    return np.unique(spread(cells, most), axis=0)
