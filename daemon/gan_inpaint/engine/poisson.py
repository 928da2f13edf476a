"""Poisson's equation on a region of any shape, by conjugate gradients with a multigrid cycle as preconditioner.

Tatebe, "The Multigrid Preconditioned Conjugate Gradient Method", 1993. A plain cycle may diverge where a region is
ragged; as a preconditioner it needs three or four steps whatever the size of the region.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array
from gan_inpaint.engine.interruption import GoOn, always

STEPS = 6
"""Steps of conjugate gradients at most."""
ENOUGH = 2e-2
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
    """`region` (h, w, 1), 1 inside, the `diagonal` (h, w, 1) of the operator, and a sweep's `weight` (h, w, 1)."""

    region: Float32Array
    diagonal: Float32Array
    weight: Float32Array

    def applied(self, values: Float32Array) -> Float32Array:
        """Return the operator, screen minus Laplacian, on `values` (h, w, C), 0 outside of the region."""
        result: Float32Array = self.diagonal * values
        result -= _sum_of_neighbours(values)
        result *= self.region
        return result

    def started(self, wanted: Float32Array) -> Float32Array:
        """Return zeros, (h, w, C), after the sweeps."""
        values: Float32Array = self.weight * wanted
        return self.smoothed(values, wanted, SMOOTHING - 1)

    def smoothed(self, values: Float32Array, wanted: Float32Array, sweeps: int) -> Float32Array:
        """Return `values` (h, w, C), 0 outside of the region, after some sweeps; they are overwritten."""
        for _ in range(sweeps):
            target = _sum_of_neighbours(values)
            target += wanted
            target *= self.weight
            values *= 1 - DAMPING
            values += target
        return values


def solve_poisson(
    right_side: Float32Array, region: BoolArray, screen: float = 0.0, go_on: GoOn = always
) -> Float32Array:
    """Return u (H, W, C) with Laplacian(u) - screen · u = `right_side` (H, W, C) in `region` (H, W), 0 outside of it.

    The array's own edges let u hang free. `go_on` is called often; what it raises ends the work and is passed on.
    """
    levels = _levels(region, screen)
    residual = -right_side * levels[0].region
    solution = np.zeros_like(residual)
    size = float(np.linalg.norm(residual))
    if not size:
        return solution
    direction = conditioned = _cycle(levels, 0, residual, go_on)
    energy = _products(residual, conditioned)
    for _ in range(STEPS):
        image = levels[0].applied(direction)
        length = _ratio(energy, _products(direction, image))
        solution += length * direction
        image *= length
        residual -= image
        if float(np.linalg.norm(residual)) < ENOUGH * size:
            break
        conditioned = _cycle(levels, 0, residual, go_on)
        before, energy = energy, _products(residual, conditioned)
        direction *= _ratio(energy, before)
        direction += conditioned
    return solution


def solve_roughly(right_side: Float32Array, region: BoolArray, screen: float, go_on: GoOn = always) -> Float32Array:
    """Return about what `solve_poisson` returns, by one cycle: enough for a `screen` that lets nothing reach far."""
    levels = _levels(region, screen)
    return _cycle(levels, 0, -right_side * levels[0].region, go_on)


def _level(region: BoolArray, screen: float) -> _Level:
    height, width = region.shape
    diagonal = np.full((height, width, 1), 4 + screen, np.float32)
    diagonal[[0, -1]] -= 1
    diagonal[:, [0, -1]] -= 1
    diagonal, inside = np.maximum(diagonal, 1), region[..., None].astype(np.float32)
    return _Level(inside, diagonal, DAMPING * inside / diagonal)


def _levels(region: BoolArray, screen: float) -> list[_Level]:
    levels = []
    while True:
        levels.append(_level(region, screen))
        if min(region.shape) <= COARSEST:
            return levels
        coarser = _halved(region[..., None].astype(np.float32))[..., 0] >= COVERED
        if not coarser.any():
            return levels
        region, screen = coarser, 4 * screen


def _cycle(levels: list[_Level], number: int, wanted: Float32Array, go_on: GoOn) -> Float32Array:
    """Return an approximate solution on level `number`: smooth, correct by the coarser level, smooth."""
    go_on()
    level = levels[number]
    values = level.started(wanted)
    if number + 1 == len(levels):
        return level.smoothed(values, wanted, COARSEST_SWEEPS)
    rest = np.float32(4) * _halved(wanted - level.applied(values)) * levels[number + 1].region
    correction = _cycle(levels, number + 1, rest, go_on)
    height, width = wanted.shape[:2]
    enlarged = cv2.resize(correction, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)[:height, :width]
    values += enlarged.reshape(values.shape) * level.region
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
