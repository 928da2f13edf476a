"""Division of a mask into thin and thick: scratches, hairs and specks are repaired in another way than stains."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, UInt8Array

THIN = 16
"""Side of the squares that a thin region does not contain, in pixels; approximate."""
CELL = 8
"""Side of the cells in which thin regions are listed, in pixels."""
_SQUARE = 4
"""Side of the squares in which a mask is looked at, in pixels."""
_REACH = 2
"""Distance from a thick core within which a region counts as thick, in squares."""


class Divided(NamedTuple):
    """`thin` (rows, columns): the cells of 8 × 8 pixels with thin regions; `thick` (H, W): the rest, None if empty."""

    thin: BoolArray
    thick: BoolArray | None


def divide(mask: UInt8Array, undivided: float = 1.0) -> Divided:
    """Divide a mask (H, W), in which every value above 0 counts, into thin and thick.

    The mask is reduced to squares of 4 × 4 pixels, so that a large photograph costs little. The thin ends of a thick
    region count as thin from 8 to 12 pixels beyond its thick part. A connected component counts as thick in all its
    parts if more than the share `undivided` of it is thick: the arms of a person are no scratches.
    """
    hole = cv2.threshold(mask, 0, 255, cv2.THRESH_BINARY)[1]
    squares = _reduced(hole, _SQUARE)
    square = np.ones((THIN // _SQUARE, THIN // _SQUARE), np.uint8)
    core = cv2.erode((squares == 255).view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    if not core.any():
        return Divided(_cells(squares > 0), None)
    side = THIN // _SQUARE + 2 * _REACH + 1
    reach = np.ones((side, side), np.uint8)
    bodies = (cv2.dilate(core, reach) > 0) & (squares > 0)
    if undivided < 1:
        labels = cv2.connectedComponents((squares > 0).view(np.uint8), connectivity=8, ltype=cv2.CV_32S)[1]
        sizes = np.bincount(labels.ravel())
        bodies |= (np.bincount(labels[bodies], minlength=len(sizes)) > undivided * sizes)[labels]
    thick = cv2.resize(bodies.view(np.uint8), None, fx=_SQUARE, fy=_SQUARE, interpolation=cv2.INTER_NEAREST)
    height, width = mask.shape
    return Divided(_cells((squares > 0) & ~bodies), (thick[:height, :width] > 0) & (hole > 0))


def _reduced(hole: UInt8Array, side: int) -> UInt8Array:
    """Return the means over squares of `side` pixels, an even number of rows and columns.

    Beyond the edge a square is not hole.
    """
    down, right = (-extent % (2 * side) for extent in hole.shape)
    if down or right:
        hole = cv2.copyMakeBorder(hole, 0, down, 0, right, cv2.BORDER_CONSTANT, value=0)
    size = (hole.shape[1] // side, hole.shape[0] // side)
    means: UInt8Array = cv2.resize(hole, size, interpolation=cv2.INTER_AREA)  # one pixel of 16 still gives 16
    return means


def _cells(squares: BoolArray) -> BoolArray:
    """Return the cells of 8 × 8 pixels in which any of the four squares is true."""
    rows = squares[::2] | squares[1::2]
    cells: BoolArray = rows[:, ::2] | rows[:, 1::2]
    return cells
