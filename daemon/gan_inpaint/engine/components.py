"""Connected components of a mask, found on a grid of cells so that a large photograph costs little.

A cell is 8 × 8 pixels and belongs to the hole when any of its pixels does. Components that share cells or touch through
them count as one: dust that is close together is one component.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, UInt8Array
from gan_inpaint.engine.box import Box

CELL = 8
"""Side of a cell, in pixels."""

Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Component:
    """One connected component of the hole: its bounding box, and its largest thickness in pixels."""

    box: Box
    thickness: int


@dataclass(frozen=True, slots=True)
class Components:
    """`labels` (rows, columns) of the cells: 0 outside the hole, i + 1 in `components[i]`.

    The upper left pixel of the first cell is at (`left`, `top`), both multiples of 8.
    """

    components: list[Component]
    labels: Labels
    left: int
    top: int


def find_components(mask: UInt8Array) -> Components:
    """Return the connected components of a mask (H, W), not empty; every value above 0 is hole.

    One pass over the mask finds the bounding box of the hole; everything else happens inside it.
    """
    height, width = mask.shape
    left, top, cells = _cells(mask)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8, ltype=cv2.CV_32S)
    boxes = [_pixels(left, top, Box(x, y, x + w, y + h)).clipped(width, height) for x, y, w, h, _ in stats.tolist()]
    components = [Component(box, thick) for box, thick in zip(boxes, _thickness(labels, count), strict=True)]
    return Components(components[1:], labels, left, top)


def split_by_grid(found: Components, index: int, side: int) -> Components:
    """Return the components with `index`, which is long and thin, cut along a grid of `side` ≥ 8 pixels."""
    cells = _cells_of(found, index)
    step = side // CELL
    columns = -(-cells.shape[1] // step)
    tiles = (np.arange(cells.shape[0])[:, None] // step) * columns + np.arange(cells.shape[1]) // step + 1
    return _divided(found, index, np.where(cells, tiles, 0))


def split_by_thickness(found: Components, index: int, thickness: int) -> Components:
    """Return the components with `index` cut into regions thicker than `thickness` pixels and thin ones.

    A person who was selected together with a wire then does not decide the scale at which the wire is filled.
    """
    cells = _cells_of(found, index).astype(np.uint8)
    side = (thickness // CELL + 1) | 1
    square = np.ones((side, side), np.uint8)
    padded = cv2.copyMakeBorder(cells, side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    thick = cv2.dilate(cv2.morphologyEx(padded, cv2.MORPH_OPEN, square), square)[side:-side, side:-side] & cells
    thick_count, thick_labels = cv2.connectedComponents(thick, connectivity=8, ltype=cv2.CV_32S)
    _, thin_labels = cv2.connectedComponents(cells - thick, connectivity=8, ltype=cv2.CV_32S)
    return _divided(found, index, np.where(thin_labels > 0, thin_labels + thick_count - 1, thick_labels))


def _cells_of(found: Components, index: int) -> BoolArray:
    mine: BoolArray = found.labels[_slices(found, index)] == index + 1
    return mine


def _slices(found: Components, index: int) -> tuple[slice, slice]:
    box = found.components[index].box
    return (
        slice((box.top - found.top) // CELL, -(-(box.bottom - found.top) // CELL)),
        slice((box.left - found.left) // CELL, -(-(box.right - found.left) // CELL)),
    )


def _divided(found: Components, index: int, pieces: NDArray[np.integer[Any]]) -> Components:
    """Return the components with `index` replaced by its pieces, numbered > 0 in `pieces`, shaped as `_cells_of`.

    The first piece keeps the index; the others follow the components that there were.
    """
    whole = found.components[index]
    rows, columns = _slices(found, index)
    ys, xs = np.nonzero(pieces)
    _, numbers = np.unique(pieces[ys, xs], return_inverse=True)
    count = int(numbers.max()) + 1
    compact = np.zeros(pieces.shape, np.int32)
    compact[ys, xs] = numbers + 1
    labels = found.labels.copy()
    labels[rows, columns][ys, xs] = np.where(numbers == 0, index, len(found.components) - 1 + numbers) + 1
    lows = np.full((count, 2), np.iinfo(np.int64).max)
    highs = np.zeros((count, 2), np.int64)
    at = np.stack([xs + columns.start, ys + rows.start], 1)
    np.minimum.at(lows, numbers, at)
    np.maximum.at(highs, numbers, at + 1)
    thickness = _thickness(compact, count + 1)[1:]
    divided = [
        Component(_pixels(found.left, found.top, Box(*low, *high)).clipped(whole.box.right, whole.box.bottom), thick)
        for low, high, thick in zip(lows.tolist(), highs.tolist(), thickness, strict=True)
    ]
    components = [*found.components[:index], divided[0], *found.components[index + 1 :], *divided[1:]]
    return Components(components, labels, found.left, found.top)


def _cells(mask: UInt8Array) -> tuple[int, int, UInt8Array]:
    """Return left and top of the hole's bounding box, rounded down to cells, and the cells, 1 where any is hole."""
    x, y, w, h = cv2.boundingRect(mask)
    left, top = x // CELL * CELL, y // CELL * CELL
    columns, rows = -(-(x + w - left) // CELL), -(-(y + h - top) // CELL)
    hole = cv2.threshold(mask[top : y + h, left : x + w], 0, 255, cv2.THRESH_BINARY)[1]
    missing_rows, missing_columns = rows * CELL - hole.shape[0], columns * CELL - hole.shape[1]
    if missing_rows or missing_columns:
        hole = cv2.copyMakeBorder(hole, 0, missing_rows, 0, missing_columns, cv2.BORDER_CONSTANT, value=0)
    # The mean of 64 pixels, one of them 255, still rounds to 4.
    mean = cv2.resize(hole, (columns, rows), interpolation=cv2.INTER_AREA)
    return left, top, (mean > 0).astype(np.uint8)


def _pixels(left: int, top: int, cells: Box) -> Box:
    """Return the pixels of a rectangle of cells, where the first cell begins at (`left`, `top`)."""
    return Box(*(start + CELL * cell for start, cell in zip((left, top, left, top), cells, strict=True)))


def _thickness(labels: NDArray[np.integer[Any]], count: int) -> list[int]:
    """Return for each label the side, in pixels, of its largest square of an odd number of cells."""
    hole = labels > 0
    padded = cv2.copyMakeBorder(hole.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(padded, cv2.DIST_C, 3)[1:-1, 1:-1]
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, labels[hole], distance[hole])
    sides: list[int] = ((2 * deepest.astype(np.int64) - 1) * CELL).tolist()
    return sides
