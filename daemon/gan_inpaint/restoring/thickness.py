"""Which of a mask is thin, and which is thick: scratches, hairs and specks are repaired otherwise than stains."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Bytes, Flags

THIN = 16
"""What nowhere holds a square of about this many pixels a side is thin."""
CELL = 8
_QUARTER = 4


class Divided(NamedTuple):
    """`thin` (rows, columns): the cells of 8 × 8 pixels that hold something thin; `thick` (H, W): what is not."""

    thin: Flags
    thick: Flags | None


def divide(mask: Bytes) -> Divided:
    """Tell thin from thick in a mask (H, W), where all that is above 0 counts.

    It is looked at in squares of 4 × 4 pixels, so that a large photograph costs little. The thin ends of something
    thick count as thin, those that lie within 8 to 12 pixels of its thick part do not.
    """
    hole = cv2.threshold(mask, 0, 255, cv2.THRESH_BINARY)[1]
    squares = _reduced(hole, _QUARTER)
    square = np.ones((THIN // _QUARTER, THIN // _QUARTER), np.uint8)
    core = cv2.erode((squares == 255).view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    if not core.any():
        return Divided(_cells(squares > 0), None)
    reach = np.ones((THIN // _QUARTER + 5, THIN // _QUARTER + 5), np.uint8)
    bodies = (cv2.dilate(core, reach) > 0) & (squares > 0)
    thick = cv2.resize(bodies.view(np.uint8), None, fx=_QUARTER, fy=_QUARTER, interpolation=cv2.INTER_NEAREST)
    height, width = mask.shape
    return Divided(_cells((squares > 0) & ~bodies), (thick[:height, :width] > 0) & (hole > 0))


def _reduced(hole: Bytes, side: int) -> Bytes:
    """Means over squares; a square that the edge cuts off counts as if the rest of it were not hole.

    The number of rows and of columns is even.
    """
    down, right = (-extent % (2 * side) for extent in hole.shape)
    if down or right:
        hole = cv2.copyMakeBorder(hole, 0, down, 0, right, cv2.BORDER_CONSTANT, value=0)
    size = (hole.shape[1] // side, hole.shape[0] // side)
    means: Bytes = cv2.resize(hole, size, interpolation=cv2.INTER_AREA)  # of 16, one of them 255: 16
    return means


def _cells(squares: Flags) -> Flags:
    """Squares of 8 × 8 pixels of which any quarter is true."""
    rows = squares[::2] | squares[1::2]
    cells: Flags = rows[:, ::2] | rows[:, 1::2]
    return cells
