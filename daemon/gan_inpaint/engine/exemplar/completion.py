"""The steps of exemplar completion, from a picture with a smooth fill to the finished hole."""

from __future__ import annotations

import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.exemplar.alignment import aligned
from gan_inpaint.engine.exemplar.composition import compose
from gan_inpaint.engine.exemplar.grid import Grid, grid_of
from gan_inpaint.engine.exemplar.labelling import finer_labels, labels_of
from gan_inpaint.engine.exemplar.offsets import candidate_offsets
from gan_inpaint.engine.interruption import GoOn, always

CELLS = 6000
"""Cells of a hole at most: they become larger in larger holes."""
SMALLEST_CELL = 4
"""Pixels of a cell's side in which offsets are chosen."""
LARGEST_FINAL_CELL = 12
"""Pixels of the side of the cells in which the seams between offsets are found, at most."""
LARGEST_CELL = 24
"""Pixels of a cell's side in which offsets are chosen: a hole of 3.4 megapixels."""
BOX_CELLS = 40_000
"""Cells of the box around a hole at most: what is compared is kept for all of them."""
REACH = 2
"""How far around a hole it is completed from, in its longer sides: small holes must not cost a large search."""
LEAST_REACH = 64
"""The same in pixels, at least."""
BOX_PIXELS = 1 << 22
"""Pixels of the box around a hole at most: copies are blended in all of it."""


def cells_of(hole: BoolArray) -> list[int]:
    """Return the sides of the cells, in pixels, in which a hole (H, W) is completed: each half of the one before."""
    cell = max(float(SMALLEST_CELL), float(np.sqrt(np.count_nonzero(hole) / CELLS)))
    halvings = max(0, int(np.ceil(np.log2(cell / LARGEST_FINAL_CELL))))
    final = round(cell / 2**halvings)
    return [final << halving for halving in range(halvings, -1, -1)]


def surroundings(hole: Box, width: int, height: int) -> Box:
    """Return the part of a picture of `width` × `height` pixels from which a hole in the box `hole` is completed."""
    return hole.expanded(max(LEAST_REACH, REACH * max(hole.width, hole.height))).clipped(width, height)


def complete(picture: Float32Array, hole: BoolArray, known: BoolArray, go_on: GoOn = always) -> bool:
    """Complete `picture` (H, W, 3) in [-1, 1] where `hole` (H, W), in place, and return whether that was possible.

    The hole contains a smooth fill. What is copied comes from where `known` (H, W), nowhere in the hole. Nothing is
    changed where less is known than wanted, or where the hole or the box around it is too large.
    """
    cells, box = cells_of(hole), bounding_box(hole)
    if cells[0] > LARGEST_CELL or box.width * box.height > min(BOX_CELLS * cells[0] ** 2, BOX_PIXELS):
        return False
    grid = grid_of(picture, hole, known, cells[0])
    chosen = _chosen(grid, go_on)
    if chosen is None:
        return False
    offsets = aligned(picture, hole, known, cells[0] * chosen, cells[0], go_on)
    offsets = _refined(grid.within(), offsets, cells[0], go_on)
    for cell in cells[1:]:
        finer = grid_of(picture, hole, known, cell).within()
        offsets = _refined(finer, _of_halves(offsets, finer), cell, go_on)
    compose(picture, hole, offsets, cells[-1], 2.0 * cells[0], go_on)
    return True


def _chosen(grid: Grid, go_on: GoOn) -> IntArray | None:
    """Return where each cell of the hole is copied from, (h, w, 2) in cells down and across; None if from nowhere."""
    if np.count_nonzero(grid.sources) < np.count_nonzero(grid.hole):
        return None
    offsets = candidate_offsets(grid)
    if not len(offsets):
        return None
    labels = labels_of(grid, offsets, go_on)
    return None if (labels[grid.hole] < 0).any() else offsets[labels]


def _of_halves(offsets: IntArray, grid: Grid) -> IntArray:
    """Return `offsets` (h, w, 2) of cells twice as large for the cells of `grid`."""
    height, width = grid.hole.shape
    return np.repeat(np.repeat(offsets, 2, axis=0), 2, axis=1)[:height, :width]


def _refined(grid: Grid, own: IntArray, cell: int, go_on: GoOn) -> IntArray:
    """Return the offsets `own` (h, w, 2), in pixels, of the cells of `grid`, of `cell` pixels, with their seams moved.

    They were chosen in squares of 2 × 2 cells.
    """
    distinct, numbers = np.unique(own[grid.hole], axis=0, return_inverse=True)
    labels = np.full(grid.hole.shape, -1, np.intp)
    labels[grid.hole] = numbers.reshape(-1)
    finer = finer_labels(grid, np.rint(distinct / cell).astype(np.intp), labels, go_on)
    return np.where((finer < 0)[..., None], own, distinct[finer])
