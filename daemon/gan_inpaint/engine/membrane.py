"""A membrane that takes the colour step out of a fill.

Poisson blending with the fill's gradients (Pérez, Gangnet and Blake, "Poisson Image Editing", 2003, section 2, as a
correction to the fill: equation 5): the difference between picture and fill, known along the hole's rim, is continued
over the hole as a solution of Laplace's equation. It is smooth, so a quarter of the resolution is enough; that also
averages the rim's grain, which would otherwise be smeared inwards.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Flags, Floats

_CELL = 4
_SWEEPS = 8
_NEIGHBOURS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
_OUTLIER = 0.2


def colour_step(difference: Floats, ring: Flags, outer: Flags) -> Floats:
    """(H, W, 3) to be added to a fill in [-1, 1]; `difference` (K, 3) is picture minus fill, at the K pixels of `ring`.

    The difference is trusted in `outer` (H, W), the outermost pixels of `ring` (H, W), which lies around the mask:
    next to the mask there may be a rim of the object that was to go, and it must not tint the fill. Pixels of the ring
    nearer to the mask, where a seam would be seen, count where they agree with the outer ones to within 0.2.
    """
    height, width = ring.shape
    shape = (-(-height // _CELL), -(-width // _CELL))
    y, x = np.nonzero(ring)
    cells = y // _CELL * shape[1] + x // _CELL
    step = _continued(difference, cells, outer[y, x], shape)
    rest = difference - step.reshape(-1, 3)[cells]
    step += _continued(rest, cells, (np.abs(rest) < _OUTLIER).all(axis=1), shape)
    enlarged: Floats = cv2.resize(step, (shape[1] * _CELL, shape[0] * _CELL), interpolation=cv2.INTER_LINEAR)
    return enlarged[:height, :width]


def _continued(values: Floats, cells: NDArray[np.intp], used: Flags, shape: tuple[int, int]) -> Floats:
    """Means over each cell of those `values` (K, 3) that are `used` (K,), continued over all cells (*shape, 3).

    `cells` (K,) numbers the cells row by row.
    """
    cells, values = cells[used], values[used]
    count = shape[0] * shape[1]
    counts = np.bincount(cells, minlength=count)
    sums = np.stack([np.bincount(cells, weights, count) for weights in values.T], axis=1)
    means = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
    return laplace(means.reshape(*shape, 3), (counts > 0).reshape(shape))


def laplace(values: Floats, known: Flags) -> Floats:
    """Continues `values` (H, W, 3), zero except where `known` (H, W), smoothly; all zero if nothing is known.

    Coarse to fine: the solution of the problem at half the resolution, then a few Jacobi sweeps. The array's own edges
    let the membrane hang free.
    """
    height, width = known.shape
    if known.all() or not known.any():
        return values
    smaller = (-(-width // 2), -(-height // 2))
    weights = cv2.resize(known.astype(np.float32), smaller, interpolation=cv2.INTER_AREA)
    means = cv2.resize(values, smaller, interpolation=cv2.INTER_AREA)
    means /= np.where(weights > 0, weights, np.float32(1))[..., None]
    coarse = laplace(means, weights > 0)
    result: Floats = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    fixed = known[..., None]
    np.copyto(result, values, where=fixed)
    for _ in range(_SWEEPS):
        result = cv2.filter2D(result, -1, _NEIGHBOURS, borderType=cv2.BORDER_REPLICATE)
        np.copyto(result, values, where=fixed)
    return result
