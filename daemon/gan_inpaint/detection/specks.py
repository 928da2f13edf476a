"""Specks of a pixel, which a picture that is reduced for the search no longer shows.

They are found at the picture's own size by a classical test: a pixel that differs from the median of its surroundings
by many times what its neighbourhood does, alone, and without a soft rim. A star has such a rim, as a lens drew it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Float32Array, UInt8Array
from gan_inpaint.engine.box import Box

PLAIN = 12.0
"""Mean differences of the neighbourhood from which on a speck is one at the default sensitivity."""
LEAST = 8
"""Least difference of a speck, in levels of 255."""
RIM = 0.45
"""The most that a pixel which touches a speck may differ, as a share of what the speck does."""
ALONE = 0.3
"""The most that a pixel near a speck may differ, as a share of what the speck does."""
MEDIAN, NEAR, NOISE = 5, 9, 33
"""Sides of three squares in pixels: for the median, for the pixels nearby, and for the noise."""
_MARGIN = NOISE // 2 + NEAR // 2
_BATCH = 1 << 20
"""Pixels looked at at a time; bounds the memory."""


def add_specks(damage_map: UInt8Array, gray: Callable[[Box], UInt8Array], threshold: float) -> None:
    """Add specks of a pixel to a damage map (H, W, 2).

    `gray(box)` returns a part of the picture (h, w) in 8 bits; `threshold` is the detector's, which stands for what is
    plain.
    """
    height, width = damage_map.shape[:2]
    for strip in Box(0, 0, width, height).strips(_BATCH):
        around = Box(0, strip.top - _MARGIN, width, strip.bottom + _MARGIN).clipped(width, height)
        inner = np.s_[strip.top - around.top : strip.bottom - around.top]
        part = damage_map[strip.slices]
        for channel, found in enumerate(_specks(gray(around), threshold)):
            np.maximum(part[..., channel], found[inner], out=part[..., channel])


def _specks(gray: UInt8Array, threshold: float) -> tuple[UInt8Array, UInt8Array]:
    """Return 255 × the probabilities (h, w) of light and of dark specks; 0 where there is none."""
    median = cv2.medianBlur(gray, MEDIAN)
    light, dark = cv2.subtract(gray, median), cv2.subtract(median, gray)
    both = cv2.max(light, dark)
    noise = cv2.boxFilter(both, cv2.CV_32F, (NOISE, NOISE), borderType=cv2.BORDER_REFLECT)
    least = np.maximum(_largest(both, 1, 3) / np.float32(RIM), _largest(both, 3, NEAR) / np.float32(ALONE))
    least = np.maximum(least, LEAST)
    return _probable(light, least, noise, threshold), _probable(dark, least, noise, threshold)


def _largest(differences: UInt8Array, inner: int, outer: int) -> UInt8Array:
    """Return the largest difference (h, w) in the square of side `outer` around each pixel, but for that of `inner`."""
    around = np.ones((outer, outer), np.uint8)
    hole = np.s_[(outer - inner) // 2 : (outer + inner) // 2]
    around[hole, hole] = 0
    largest: UInt8Array = cv2.dilate(differences, around)
    return largest


def _probable(difference: UInt8Array, least: Float32Array, noise: Float32Array, threshold: float) -> UInt8Array:
    """Return 255 × the probability (h, w) that a pixel which differs by at least so much is a speck."""
    found = np.zeros(difference.shape, np.uint8)
    there = np.nonzero(difference > least)
    odds = difference[there] / np.maximum(noise[there], 1) - PLAIN + math.log(threshold / (1 - threshold))
    found[there] = np.rint(255 / (1 + np.exp(-np.clip(odds, -20, 20))))
    return found
