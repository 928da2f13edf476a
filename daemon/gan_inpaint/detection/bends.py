"""The least bent path along a strip: for scratches, which are straight or bend gently, however broken they are.

Dynamic programming over places and directions: a change of direction costs, a direction does not. So a path passes over
the gaps of a broken line, and beside what is plainer than the line but would need a bend.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Float32Array

STEP = 4
"""Columns from one place at which a path may bend to the next."""
STEEPEST = 4
"""Rows that a path may go up or down within a step; with as many as STEP, half a right angle."""
BEND = np.float32(4.0)
"""Cost of another direction by a row in a step; twice that much costs four times as much."""


def least_bent(cost: Float32Array, first: int, last: int, begin: Float32Array, end: Float32Array) -> NDArray[np.intp]:
    """Return the path (n, 2) of least cost, row and column, from column `first` to `last` of a strip, a pixel a column.

    `cost` (H, W): of each pixel; `begin` and `end` (H,): of each row in the first and the last column, infinite where
    the path must not be.
    """
    steps = max(1, round((last - first) / STEP))
    columns = np.rint(np.linspace(first, last, steps * STEP + 1)).astype(np.intp)
    along = cost[:, columns[:-1]].reshape(len(cost), steps, STEP)
    slopes = np.arange(-STEEPEST, STEEPEST + 1)
    segments = np.stack([_segment(along, int(slope)) for slope in slopes], axis=1)  # rows, slopes, steps
    bends = BEND * np.subtract.outer(slopes, slopes).astype(np.float32) ** 2
    before = np.arange(len(cost))[:, None] - slopes  # the row from which each slope leads to a row
    possible = (before >= 0) & (before < len(cost))
    before = np.clip(before, 0, len(cost) - 1)
    reached = np.repeat(begin[:, None], len(slopes), axis=1)
    turns = np.empty((steps, *reached.shape), np.int8)
    for step in range(steps):
        with_bend = reached[:, None, :] + bends if step else reached[:, None, :]
        turns[step] = with_bend.argmin(axis=2)
        left = with_bend.min(axis=2) + segments[:, :, step]
        reached = np.where(possible, np.take_along_axis(left, before, axis=0), np.float32(np.inf))
    return _walked_back(reached + end[:, None], turns, slopes, columns)


def _segment(along: Float32Array, slope: int) -> Float32Array:
    """Return the cost (H, steps) of each step that leaves a row with a slope."""
    total = np.zeros(along.shape[:2], np.float32)
    rows = np.arange(len(along))
    for column in range(STEP):
        total += along[np.clip(rows + round(slope * column / STEP), 0, len(along) - 1), :, column]
    return total * np.float32(np.hypot(1, slope / STEP))


def _walked_back(
    reached: Float32Array, turns: NDArray[np.int8], slopes: NDArray[np.int_], columns: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the path (n, 2) that ends where `reached` (H, slopes) is least."""
    row, turn = (int(index) for index in np.unravel_index(int(reached.argmin()), reached.shape))
    rows = [row]
    for step in range(len(turns) - 1, -1, -1):
        row -= int(slopes[turn])
        turn = int(turns[step, row, turn])
        rows.append(row)
    places = np.arange(columns[0], columns[-1] + 1)
    nodes = columns[::STEP]
    return np.stack([np.rint(np.interp(places, nodes, rows[::-1])).astype(np.intp), places], axis=1)
