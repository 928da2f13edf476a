"""Poisson's equation on a region of any shape, by conjugate gradients with a multigrid cycle as preconditioner.

Tatebe, "The Multigrid Preconditioned Conjugate Gradient Method", 1993. A plain cycle may diverge where a region is
ragged; as a preconditioner it needs three or four steps whatever the size of the region.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array

STEPS = 6
"""Steps of conjugate gradients at most."""
ENOUGH = 1e-2
"""Residual, as a share of the first one, that ends them."""
SMOOTHING = 2
"""Jacobi sweeps before and after the correction by a coarser level."""
DAMPING = np.float32(0.8)
COARSEST = 6
"""Cells of a level's shorter side from which on no coarser one is used."""
COARSEST_SWEEPS = 20
COVERED = 0.75
"""Share of a coarser cell that must lie in the region."""

_TINY = 1e-20
_NEIGHBOURS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)


@dataclass(frozen=True, slots=True)
class _Level:
    """`region` (h, w, 1), 1 inside, and `diagonal` (h, w, 1) of the operator."""

    region: Float32Array
    diagonal: Float32Array

    def applied(self, values: Float32Array) -> Float32Array:
        """Return the operator, screen minus Laplacian, on `values` (h, w, C), 0 outside of the region."""
        return (self.diagonal * values - _sum_of_neighbours(values)) * self.region

    def smoothed(self, values: Float32Array, wanted: Float32Array, sweeps: int) -> Float32Array:
        for _ in range(sweeps):
            target = (wanted + _sum_of_neighbours(values)) / self.diagonal
            values = (values + DAMPING * (target - values)) * self.region
        return values


def solve_poisson(right_side: Float32Array, region: BoolArray, screen: float = 0.0) -> Float32Array:
    """Return u (H, W, C) with Laplacian(u) - screen · u = `right_side` (H, W, C) in `region` (H, W), 0 outside of it.

    The array's own edges let u hang free.
    """
    levels = _levels(region, screen)
    wanted = -right_side * levels[0].region
    solution = np.zeros_like(wanted)
    residual = wanted
    size = float(np.linalg.norm(residual))
    if not size:
        return solution
    direction = conditioned = _cycle(levels, 0, residual)
    energy = _products(residual, conditioned)
    for _ in range(STEPS):
        image = levels[0].applied(direction)
        length = _ratio(energy, _products(direction, image))
        solution += length * direction
        residual = residual - length * image
        if float(np.linalg.norm(residual)) < ENOUGH * size:
            break
        conditioned = _cycle(levels, 0, residual)
        before, energy = energy, _products(residual, conditioned)
        direction = conditioned + _ratio(energy, before) * direction
    return solution


def _levels(region: BoolArray, screen: float) -> list[_Level]:
    levels = []
    while True:
        height, width = region.shape
        diagonal = np.full((height, width, 1), 4 + screen, np.float32)
        diagonal[[0, -1]] -= 1
        diagonal[:, [0, -1]] -= 1
        levels.append(_Level(region[..., None].astype(np.float32), np.maximum(diagonal, 1)))
        if min(height, width) <= COARSEST:
            return levels
        coarser = _halved(region[..., None].astype(np.float32))[..., 0] >= COVERED
        if not coarser.any():
            return levels
        region, screen = coarser, 4 * screen


def _cycle(levels: list[_Level], number: int, wanted: Float32Array) -> Float32Array:
    """Return an approximate solution on level `number`: smooth, correct by the coarser level, smooth."""
    level = levels[number]
    values = np.zeros_like(wanted)
    if number + 1 == len(levels):
        return level.smoothed(values, wanted, COARSEST_SWEEPS)
    values = level.smoothed(values, wanted, SMOOTHING)
    rest = np.float32(4) * _halved(wanted - level.applied(values)) * levels[number + 1].region
    correction = _cycle(levels, number + 1, rest)
    height, width = wanted.shape[:2]
    enlarged = cv2.resize(correction, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)[:height, :width]
    values = (values + enlarged.reshape(values.shape)) * level.region
    return level.smoothed(values, wanted, SMOOTHING)


def _halved(plane: Float32Array) -> Float32Array:
    """Return means over 2 × 2 cells of `plane` (H, W, C), of which those beyond its edges are 0."""
    height, width, channels = plane.shape
    if height % 2 or width % 2:
        plane = np.pad(plane, ((0, height % 2), (0, width % 2), (0, 0)))
    size = (plane.shape[1] // 2, plane.shape[0] // 2)
    means: Float32Array = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return means.reshape(size[1], size[0], channels)


def _sum_of_neighbours(values: Float32Array) -> Float32Array:
    summed: Float32Array = cv2.filter2D(values, -1, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    return summed.reshape(values.shape)


def _products(one: Float32Array, other: Float32Array) -> Float32Array:
    """Return the scalar product of each channel, (C,)."""
    products: Float32Array = np.einsum("ijk,ijk->k", one, other)
    return products


def _ratio(one: Float32Array, other: Float32Array) -> Float32Array:
    ratio: Float32Array = np.divide(one, np.maximum(other, _TINY), dtype=np.float32)
    return ratio
