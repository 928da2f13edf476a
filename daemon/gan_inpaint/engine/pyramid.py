"""Image pyramids: one level down, one level up, and push–pull over all of them.

A level has half the width and height of the level below it, rounded up.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples

Level = tuple[Float32Array, Float32Array]
"""Values (h, w, C), multiplied by their weight, and the weight (h, w, C) or (h, w, 1) in [0, 1]; 0 = unknown."""

_LEAST_WEIGHT = 1e-6
"""Smallest divisor of a weighted mean."""


def halved(plane: Float32Array) -> Float32Array:
    """Return the means over 2 × 2 cells of `plane` (H, W, C); a cell at the edge averages the pixels it has."""
    plane = _even(plane)
    rows = plane[::2] + plane[1::2]
    means: Float32Array = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return means


def area_halved(plane: Float32Array) -> Float32Array:
    """Return `plane` (H, W, C) at half the size by area averaging, where the cells of odd sizes share pixels."""
    size = (-(-plane.shape[1] // 2), -(-plane.shape[0] // 2))
    means: Float32Array = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return means.reshape(size[1], size[0], -1)


def all_of_cells(region: BoolArray) -> BoolArray:
    """Return which 2 × 2 cells of `region` (H, W) are true in every pixel that they have."""
    region = _even(region)
    rows = region[::2] & region[1::2]
    every: BoolArray = rows[:, ::2] & rows[:, 1::2]
    return every


def enlarged(picture: Float32Array, shape: tuple[int, ...]) -> Float32Array:
    """Return `picture` (h, w, C) at the height and width of `shape` (H, W, …), interpolated linearly."""
    smooth: Float32Array = cv2.resize(picture, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return smooth.reshape(*shape[:2], -1)


def add_enlarged(picture: Float32Array, change: Float32Array, hole: BoolArray) -> None:
    """Add `change` (h, w, 3), made one level up, to `picture` (H, W, 3) in its `hole` (H, W); in place."""
    cv2.accumulate(enlarged(change, hole.shape), picture, hole.view(np.uint8))


def weighted_mean(value: Float32Array, weight: Float32Array) -> Float32Array:
    """Return the values of a level without their weight, (h, w, C); 0 where nothing is known."""
    mean: Float32Array = np.divide(value, np.maximum(weight, _LEAST_WEIGHT), dtype=np.float32)
    return mean


def push(
    levels: list[Level],
    coarsest: Float32Array,
    relax: Callable[[Float32Array, Float32Array], Float32Array] | None = None,
) -> Float32Array:
    """Return the first of `levels` (h, w, C), completed with what the coarser levels know.

    This is the second half of push–pull (Gortler et al., "The Lumigraph", 1996, section 3.4); the first half, the
    reduction to `levels`, weighs differently for each use. `coarsest` is complete, one level above the last of them.
    `relax(surface, unknown)` smooths each completed level, given the unknown share (h, w, C) or (h, w, 1) of its
    pixels; it may overwrite the surface.
    """
    filled = coarsest
    for value, weight in reversed(levels):
        unknown = 1 - weight
        filled = value + unknown * enlarged(filled, unknown.shape)
        if relax is not None:
            filled = relax(filled, unknown)
    return filled


def _even(plane: Samples) -> Samples:
    """Return `plane` (H, W, …) with the last row and column repeated where their number is odd."""
    down, right = plane.shape[0] % 2, plane.shape[1] % 2
    if not down and not right:
        return plane
    return np.pad(plane, ((0, down), (0, right), *[(0, 0)] * (plane.ndim - 2)), mode="edge")
