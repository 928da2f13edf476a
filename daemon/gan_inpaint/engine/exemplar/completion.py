"""The steps of exemplar completion, from a picture with a smooth fill to the finished hole."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.exemplar.grid import Grid
from gan_inpaint.engine.exemplar.labelling import labels_of
from gan_inpaint.engine.exemplar.offsets import candidate_offsets
from gan_inpaint.engine.poisson import solve_poisson

CELLS = 6000
"""Cells of a hole at most: they become larger in larger holes."""
SMALLEST_CELL = 4
"""Pixels of a cell's side."""
LARGEST_CELL = 12
"""Pixels of a cell's side beyond which copies no longer meet well."""
BOX_CELLS = 40_000
"""Cells of the box around a hole at most: what is compared is kept for all of them."""
SCREEN = 0.002
"""How strongly the low frequencies of the result are pulled to the smooth fill, relative to its gradients."""


def cell_of(hole: BoolArray) -> int:
    """Return the side of the cells, in pixels, in which a hole (H, W) is completed."""
    return max(SMALLEST_CELL, round(float(np.sqrt(np.count_nonzero(hole) / CELLS))))


def complete(picture: Float32Array, hole: BoolArray, known: BoolArray) -> bool:
    """Complete `picture` (H, W, 3) in [-1, 1] where `hole` (H, W), in place, and return whether that was possible.

    The hole contains a smooth fill. What is copied comes from where `known` (H, W), nowhere in the hole. Nothing is
    changed where less is known than wanted, or where the hole or the box around it is too large.
    """
    cell, box = cell_of(hole), bounding_box(hole)
    if cell > LARGEST_CELL or box.width * box.height > BOX_CELLS * cell**2:
        return False
    grid = _grid(picture, hole, known, cell)
    if np.count_nonzero(grid.sources) < np.count_nonzero(grid.hole):
        return False
    offsets = candidate_offsets(grid)
    if not len(offsets):
        return False
    labels = labels_of(grid, offsets)
    if (labels[grid.hole] < 0).any():
        return False
    _compose(picture, hole, cell * offsets[labels], cell)
    return True


def _grid(picture: Float32Array, hole: BoolArray, known: BoolArray, cell: int) -> Grid:
    """Return the picture in cells; those that its edge cuts off repeat their last pixels, and are no sources."""
    rows, columns = (-(-extent // cell) for extent in hole.shape)
    below, right = rows * cell - hole.shape[0], columns * cell - hole.shape[1]

    def means(plane: Float32Array, border: int) -> Float32Array:
        whole = cv2.copyMakeBorder(plane, 0, below, 0, right, border, value=0)
        reduced: Float32Array = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
        return reduced

    colours = means(picture, cv2.BORDER_REPLICATE)
    targets = means(hole.astype(np.float32), cv2.BORDER_REPLICATE) > 0
    sources = ~targets & (means(known.astype(np.float32), cv2.BORDER_CONSTANT) >= 1)
    return Grid(colours, cv2.GaussianBlur(colours, (0, 0), 1.0), targets, sources)


def _compose(picture: Float32Array, hole: BoolArray, offsets: IntArray, cell: int) -> None:
    """Copy what each pixel's offset points to, and blend it in the gradient domain; in place.

    `offsets` (rows, columns, 2): down and across, in pixels, for each cell.
    """
    height, width = hole.shape
    box = bounding_box(hole).expanded(1).clipped(width, height)
    inside = hole[box.slices]
    down, across = _per_pixel(offsets, cell, box)
    copies = {step: _sampled(picture, box, down, across, step) for step in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))}
    here = copies[0, 0]
    smooth = picture[box.slices]
    copied = np.where(inside[..., None], here, smooth)
    residual = _divergence(copies, inside) - _laplacian(copied)
    deviation = 2.0 * cell
    pull = cv2.GaussianBlur(smooth, (0, 0), deviation) - cv2.GaussianBlur(copied, (0, 0), deviation)
    correction = solve_poisson(residual - np.float32(SCREEN) * pull, inside, SCREEN)
    smooth[inside] = np.clip(copied + correction, -1, 1)[inside]


def _per_pixel(offsets: IntArray, cell: int, box: Box) -> tuple[Float32Array, Float32Array]:
    """Return the offsets of each pixel of `box`, down and across."""
    rows, columns = np.arange(box.top, box.bottom) // cell, np.arange(box.left, box.right) // cell
    every = offsets[rows[:, None], columns].astype(np.float32)
    return np.ascontiguousarray(every[..., 0]), np.ascontiguousarray(every[..., 1])


def _sampled(
    picture: Float32Array, box: Box, down: Float32Array, across: Float32Array, step: tuple[int, int]
) -> Float32Array:
    """Return what the offsets of the pixels of `box` point to, `step` pixels (down, across) beside it."""
    height, width = picture.shape[:2]
    rows = np.arange(box.top, box.bottom, dtype=np.float32)[:, None] + down + step[0]
    columns = np.arange(box.left, box.right, dtype=np.float32) + across + step[1]
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    sampled: Float32Array = cv2.remap(picture, columns, rows, cv2.INTER_NEAREST)
    return sampled


def _divergence(copies: dict[tuple[int, int], Float32Array], inside: BoolArray) -> Float32Array:
    """Return the divergence of the copies' gradients; where two offsets meet, of the mean of both gradients.

    Between the hole and what is known the copy's gradient counts.
    """
    here = copies[0, 0]
    right, left = copies[0, 1] - here, here - copies[0, -1]
    lower, upper = copies[1, 0] - here, here - copies[-1, 0]
    divergence = np.zeros_like(here)
    for axis, after, before in ((1, right, left), (0, lower, upper)):
        one, other = _neighbours(axis, inside.ndim)
        both = inside[one] & inside[other]
        gradient = np.where(both[..., None], 0.5 * (after[one] + before[other]), 0)
        gradient += np.where((inside[one] & ~inside[other])[..., None], after[one], 0)
        gradient += np.where((~inside[one] & inside[other])[..., None], before[other], 0)
        divergence[one] += gradient
        divergence[other] -= gradient
    return divergence


def _neighbours(axis: int, axes: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the indices of all pixels but the last, and but the first, along `axis`."""
    one, other = [slice(None)] * axes, [slice(None)] * axes
    one[axis], other[axis] = slice(None, -1), slice(1, None)
    return tuple(one), tuple(other)


def _laplacian(picture: Float32Array) -> Float32Array:
    """Return the sum of differences to the four neighbours, of which those beyond the edges do not count."""
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32)
    laplacian: Float32Array = cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return laplacian
