"""Frequency bands of detail, and the share of each that is added at a given depth of a hole."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Float32Array

_FINEST = 1.0
"""Sigma of the Gaussian that separates the finest band, in pixels."""
_COARSER = 2.5
"""Ratio of the sigmas of neighbouring bands."""
_BANDS = 4
"""Most bands of a picture."""
_DEPTH = 4.5
"""Depth of a hole from which a coarser band is used, in sigmas of the band."""
_RISE = 2.0
"""Depth in the hole at which a coarser band sets in, and over which it rises to its full share, in sigmas."""
_BLEND = 0.8
"""Sigma over which a coarser band is blended where two sources meet, in sigmas of the next finer band."""
_AT_BOUNDARY = 0.6
"""Share of the finest band at the boundary of a thin hole, where fills are sharp by themselves."""
_BOUNDARY = 3
"""Distance from the boundary over which that share rises to 1, in pixels."""
_THICK = 20
"""Depth of a hole from which the share at the boundary is 1, in pixels."""
_INSIDE = 8
"""Depth in the hole at which the weight of the finest band begins to rise to 1, in pixels."""
_DEEP = 24
"""Depth in the hole at which the weight of the finest band is 1, in pixels."""


@dataclass(frozen=True, slots=True)
class Band:
    """`detail` (H, W, 3): what a Gaussian of `sigma` pixels removes and one of `finer` pixels, 0 for none, does not."""

    detail: Float32Array
    sigma: float
    finer: float

    def sampled(self, at: Float32Array) -> Float32Array:
        """Return the detail (h, w, 3) of the places `at` (h, w, 2), column and row, blended where sources meet.

        Coarse bands are sampled at a reduced resolution.
        """
        step = max(1, int(self.finer / _FINEST))
        detail, places, method = self.detail, at, cv2.INTER_NEAREST
        if step > 1:
            size = (-(-detail.shape[1] // step), -(-detail.shape[0] // step))
            detail, method = cv2.resize(detail, size, interpolation=cv2.INTER_AREA), cv2.INTER_LINEAR
            centres = np.ascontiguousarray(at[step // 2 :: step, step // 2 :: step]) + np.float32(0.5)
            places = centres / np.float32(step) - np.float32(0.5)
        sampled: Float32Array = cv2.remap(detail, places, None, method, borderMode=cv2.BORDER_CONSTANT)
        if self.finer:
            sampled = smoothed(sampled, _BLEND * self.finer / step)
        return sampled if step == 1 else cv2.resize(sampled, at.shape[1::-1], interpolation=cv2.INTER_LINEAR)

    def share(self, depth: Float32Array, deepest: float, weight: float) -> Float32Array:
        """Return the share of the band that is added at `depth` (h, w) pixels in a hole, 0 outside of it.

        `deepest` is the depth of the hole in pixels; `weight` in [0, 1] that of the finest band near the boundary.
        """
        if self.finer:
            inside: Float32Array = np.clip(depth / np.float32(_RISE * self.sigma) - 1, 0, 1)
            return inside
        least = min(max(deepest / _THICK, _AT_BOUNDARY), 1.0)
        near = np.minimum(np.float32(least) + np.float32((1 - least) / _BOUNDARY) * (depth - 1), np.float32(1))
        whole = np.clip((depth - _INSIDE) / np.float32(_DEEP - _INSIDE), 0, 1)
        share: Float32Array = near * (np.float32(weight) + np.float32(1 - weight) * whole)
        return np.where(depth > 0, share, np.float32(0))


def bands_of(picture: Float32Array, deepest: float) -> tuple[list[Band], Float32Array]:
    """Return the bands of `picture` (H, W, 3), the finest first, and the smooth picture (H, W, 3) without them.

    They are those that are used in a hole of `deepest` pixels of depth.
    """
    bands: list[Band] = []
    rest, finer, sigma = picture, 0.0, _FINEST
    while not bands or (len(bands) < _BANDS and sigma * _DEPTH <= deepest):
        smoother = smoothed(picture, sigma)
        into = None if rest is picture else rest
        bands.append(Band(cv2.subtract(rest, smoother, into), sigma, finer))
        rest, finer, sigma = smoother, sigma, sigma * _COARSER
    return bands, rest


def smoothed(picture: Float32Array, sigma: float) -> Float32Array:
    """Return `picture` (H, W, 3) through a Gaussian of `sigma` pixels; a wide one works at a reduced resolution."""
    height, width = picture.shape[:2]
    step = max(1, int(sigma / _FINEST))
    small = cv2.resize(picture, (-(-width // step), -(-height // step)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step)
    smoothed: Float32Array = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return smoothed
