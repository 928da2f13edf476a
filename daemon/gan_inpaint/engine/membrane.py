"""A membrane that removes the colour step between a fill and the picture around it.

Poisson blending with the fill's gradients (Pérez, Gangnet and Blake, "Poisson Image Editing", 2003, section 2), in the
form of a correction to the fill (equation 5): the difference between picture and fill, known along the boundary of the
hole, is continued over the hole as a solution of Laplace's equation. The solution is smooth, so a quarter of the
resolution is enough. The reduction also averages the grain of the boundary, which would otherwise be smeared inwards.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.pyramid import Level, area_halved, push

_CELL = 4
"""Side of the cells in which the membrane is solved, in pixels."""
_SWEEPS = 8
"""Jacobi sweeps at each level of the pyramid."""
_NEIGHBOURS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
_OUTLIER = 0.2
"""Difference from the outer ring, in units of [-1, 1], from which a pixel near the mask belongs to the object."""


def colour_correction(difference: Float32Array, ring: BoolArray, outer: BoolArray) -> Float32Array:
    """Return what to add to a fill in [-1, 1] to remove its colour step, (H, W, 3).

    `difference` (K, 3) is picture minus fill at the K pixels of `ring` (H, W), the ring of known pixels around the
    mask. It is trusted in `outer` (H, W), the outermost pixels of the ring: a remainder of the removed object may stand
    right beside the mask, and it must not tint the fill. Pixels nearer to the mask, where a seam would be seen, count
    where they agree with the outer ones.
    """
    height, width = ring.shape
    shape = (-(-height // _CELL), -(-width // _CELL))
    y, x = np.nonzero(ring)
    cells = y // _CELL * shape[1] + x // _CELL
    step = _continued(difference, cells, outer[y, x], shape)
    rest = difference - step.reshape(-1, 3)[cells]
    step += _continued(rest, cells, (np.abs(rest) < _OUTLIER).all(axis=1), shape)
    enlarged: Float32Array = cv2.resize(step, (shape[1] * _CELL, shape[0] * _CELL), interpolation=cv2.INTER_LINEAR)
    return enlarged[:height, :width]


def _continued(values: Float32Array, cells: IntArray, used: BoolArray, shape: tuple[int, int]) -> Float32Array:
    """Return the means of the `used` (K,) among `values` (K, 3) over each cell, continued over all cells (*shape, 3).

    `cells` (K,) numbers the cells row by row.
    """
    cells, values = cells[used], values[used]
    count = shape[0] * shape[1]
    counts = np.bincount(cells, minlength=count)
    sums = np.stack([np.bincount(cells, weights, count) for weights in values.T], axis=1)
    means = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
    return solve_laplace(means.reshape(*shape, 3), (counts > 0).reshape(shape))


def solve_laplace(values: Float32Array, known: BoolArray) -> Float32Array:
    """Return `values` (H, W, 3), zero except where `known` (H, W), continued smoothly; all zero if nothing is known.

    Coarse to fine, with a few Jacobi sweeps at each level. At the edges of the array the membrane hangs free.
    """
    levels = [(values, known[..., None].astype(np.float32))]
    while 0 < np.count_nonzero(levels[-1][1]) < levels[-1][1].size:
        levels.append(_coarser(levels[-1]))
    coarsest, _ = levels.pop()
    return push(levels, coarsest, _relaxed)


def _coarser(level: Level) -> Level:
    """Return the next level, in which a cell is known when any of it is."""
    means, weight = (area_halved(plane) for plane in level)
    means /= np.where(weight > 0, weight, np.float32(1))
    return means, (weight > 0).astype(np.float32)


def _relaxed(surface: Float32Array, unknown: Float32Array) -> Float32Array:
    """Return `surface` (H, W, 3) after the sweeps of one level; only where `unknown` (H, W, 1) is 1 may it move."""
    fixed, start = unknown == 0, surface
    for _ in range(_SWEEPS):
        surface = cv2.filter2D(surface, -1, _NEIGHBOURS, borderType=cv2.BORDER_REPLICATE)
        np.copyto(surface, start, where=fixed)
    return surface
