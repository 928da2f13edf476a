"""Bands of detail, from fine to coarse, and how much of each is added to a fill at what depth of its hole."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Floats

_FINEST, _COARSER, _BANDS = 1.0, 2.5, 4
"""The finest band is what a Gaussian of one pixel takes away; up to three more are each 2.5 times as coarse."""
_DEPTH, _RISE = 4.5, 2.0
"""A coarser band is taken for holes 4.5 of its sigmas deep, and added from two of them behind the rim on."""
_BLEND = 0.8
"""Where two sources meet, a band is blended over 0.8 of the sigma of the next finer one."""
_AT_RIM, _RIM, _THICK = 0.6, 3, 20
"""Next to the rim of a thin hole a fill is sharp by itself: there 0.6 of the detail is added, more where the hole
is deeper, up to all of it at 20 pixels; 3 pixels further in all of it in any case."""
_INSIDE, _DEEP = 8, 24
"""Between so many pixels from the rim the strength of the finest band rises to 1."""


@dataclass(frozen=True, slots=True)
class Band:
    """`detail` (H, W, 3): what a Gaussian of `sigma` pixels takes away and one of `finer` does not; 0 for none."""

    detail: Floats
    sigma: float
    finer: float

    def taken(self, at: Floats) -> Floats:
        """(h, w, 3): the detail of the places `at` (h, w, 2), column and row, blended where they part; a coarse band is
        taken from a smaller picture."""
        step = max(1, int(self.finer / _FINEST))
        detail, places, method = self.detail, at, cv2.INTER_NEAREST
        if step > 1:
            size = (-(-detail.shape[1] // step), -(-detail.shape[0] // step))
            detail, method = cv2.resize(detail, size, interpolation=cv2.INTER_AREA), cv2.INTER_LINEAR
            centres = np.ascontiguousarray(at[step // 2 :: step, step // 2 :: step]) + np.float32(0.5)
            places = centres / np.float32(step) - np.float32(0.5)
        taken: Floats = cv2.remap(detail, places, None, method, borderMode=cv2.BORDER_CONSTANT)
        if self.finer:
            taken = smoothed(taken, _BLEND * self.finer / step)
        return taken if step == 1 else cv2.resize(taken, at.shape[1::-1], interpolation=cv2.INTER_LINEAR)

    def share(self, depth: Floats, deepest: float, strength: float) -> Floats:
        """How much of it is added at a `depth` (h, w) in pixels, 0 outside of the hole, of one that is `deepest` pixels
        deep; `strength`: of the finest band, near the rim."""
        if self.finer:
            inside: Floats = np.clip(depth / np.float32(_RISE * self.sigma) - 1, 0, 1)
            return inside
        rim = min(max(deepest / _THICK, _AT_RIM), 1.0)
        near = np.minimum(np.float32(rim) + np.float32((1 - rim) / _RIM) * (depth - 1), np.float32(1))
        whole = np.clip((depth - _INSIDE) / np.float32(_DEEP - _INSIDE), 0, 1)
        share: Floats = near * (np.float32(strength) + np.float32(1 - strength) * whole)
        return np.where(depth > 0, share, np.float32(0))


def bands_of(picture: Floats, deepest: float) -> tuple[list[Band], Floats]:
    """The bands of a picture (H, W, 3) that are taken in a hole of which a pixel is `deepest` pixels from the rim, the
    finest first, and what is left of the picture without them."""
    bands: list[Band] = []
    rest, finer, sigma = picture, 0.0, _FINEST
    while not bands or (len(bands) < _BANDS and sigma * _DEPTH <= deepest):
        smoother = smoothed(picture, sigma)
        into = None if rest is picture else rest
        bands.append(Band(cv2.subtract(rest, smoother, into), sigma, finer))
        rest, finer, sigma = smoother, sigma, sigma * _COARSER
    return bands, rest


def smoothed(picture: Floats, sigma: float) -> Floats:
    """`picture` (H, W, 3) through a Gaussian of `sigma` pixels; a wide one is applied to a smaller picture."""
    height, width = picture.shape[:2]
    step = max(1, int(sigma / _FINEST))
    small = cv2.resize(picture, (-(-width // step), -(-height // step)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step)
    smoothed: Floats = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return smoothed
