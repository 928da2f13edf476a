"""Cover: few small windows of fixed sizes for many thin defects.

Windows are placed on a grid of cells. A window answers for the cells of its inner part, without one cell on each side:
thin defects need no wider context ring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.defects.thickness import CELL
from gan_inpaint.engine.arrays import BoolArray, IntArray

MARGIN = 8
"""Width of a window's context ring, in pixels; one cell."""
SIDES = (32, 64, 128)
"""Sides that windows may have, in pixels."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The windows' `sides` (n,) and `corners` (n, 2), the top and left pixel of their inner parts.

    `owners` (rows, columns) is the number of the window that answers for a cell, or -1.
    """

    sides: IntArray
    corners: IntArray
    owners: NDArray[np.int32]

    def batches(self, pixels: int) -> list[IntArray]:
        """Return the windows' numbers in batches of one side, each of at most `pixels` pixels or of one window."""
        batches = []
        for side in np.unique(self.sides):
            count = max(1, pixels // int(side) ** 2)
            numbers = np.flatnonzero(self.sides == side)
            batches += np.split(numbers, range(count, len(numbers), count))
        return batches


def cover(cells: BoolArray) -> Cover:
    """Return windows for the true cells (rows, columns); exactly one answers for each.

    Greedy: the topmost, then leftmost free cell takes the window that covers the most cells for each pixel run.
    """
    rows, columns = cells.shape
    border = _inner(SIDES[-1])
    free = np.pad(cells, ((0, border), (border, border)))
    owners = np.full(free.shape, -1, np.int32)
    sides: list[int] = []
    corners: list[tuple[int, int]] = []
    for row, column in np.argwhere(free).tolist():
        if not free[row, column]:
            continue
        side, left = _best(free, row, column)
        inner = np.s_[row : row + _inner(side), left : left + _inner(side)]
        owners[inner][free[inner]] = len(sides)
        free[inner] = False
        sides.append(side)
        corners.append((row * CELL, (left - border) * CELL))
    placed = np.array(corners, np.intp).reshape(-1, 2)
    return Cover(np.array(sides, np.intp), placed, owners[:rows, border : border + columns])


def _best(free: BoolArray, row: int, column: int) -> tuple[int, int]:
    """Return side and first column of the best window whose inner part begins in this row and holds this cell."""
    choices = []
    for side in SIDES:
        inner = _inner(side)
        first = column - inner + 1
        sums = np.cumsum(free[row : row + inner, first : column + inner].sum(axis=0))
        covered = sums[inner - 1 :] - np.concatenate([[0], sums[: inner - 1]])
        best = int(covered.argmax())
        choices.append((covered[best] / side**2, side, first + best))
    _, side, left = max(choices)
    return side, left


def _inner(side: int) -> int:
    """Return how many cells a window answers for along one axis."""
    return (side - 2 * MARGIN) // CELL
