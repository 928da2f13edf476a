"""The picture in cells, as exemplar completion sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray

Value = TypeVar("Value", np.float32, np.uint8)
GOLDEN = 0.6180339887498949
"""Steps of the golden ratio have no period with which the rows of a grid could fall in step."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`colours` and `smooth` (h, w, 3) in [-1, 1]: means of cells, and these blurred; the hole contains a smooth fill.

    `hole` (h, w): cells that contain any pixel of the hole; `sources` (h, w): cells all of whose pixels are known.
    """

    colours: Float32Array
    smooth: Float32Array
    hole: BoolArray
    sources: BoolArray


def few(cells: BoolArray, most: int) -> IntArray:
    """Return rows and columns (n, 2) of at most `most` of the true cells, spread over all of them."""
    at = np.argwhere(cells)
    if len(at) > most:
        at = at[np.unique((np.arange(most) * GOLDEN % 1 * len(at)).astype(np.intp))]
    return at


def shifted(plane: NDArray[Value], down: int, across: int, beyond: float) -> NDArray[Value]:
    """Return `plane` (h, w, …) moved so that (y, x) has the value of (y + down, x + across), or `beyond` the edges."""
    height, width = plane.shape[:2]
    moved = np.full_like(plane, beyond)
    rows = slice(max(0, -down), min(height, height - down))
    columns = slice(max(0, -across), min(width, width - across))
    if rows.start < rows.stop and columns.start < columns.stop:
        there = (slice(rows.start + down, rows.stop + down), slice(columns.start + across, columns.stop + across))
        moved[rows, columns] = plane[there]
    return moved
