"""Whatever stands out within a selection: light or dark, thin or small, against the grain around it.

For what no detector finds. The user says where; so what is lighter or darker than its surroundings is damage there. The
measure is the top-hat transform, the classical filter for scratches, over its median in and around the selection.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Float32Array, Samples, UInt8Array
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.pixels import check_image, encoded
from gan_inpaint.options import Transfer

SIDES = (7, 15, 31)
"""Sides of the squares that damage must not fill, in pixels."""
AROUND = 48
"""Pixels around the selection whose grain is measured, too."""
PLAIN = 6.0
"""Medians of the top-hat from which on a pixel stands out at the default sensitivity."""
FINEST = 1 / 255
"""Least grain, as a share of white: a level of 8 bits."""


def within(
    damage_map: UInt8Array, image: Samples, mask: UInt8Array, threshold: float, transfer: Transfer
) -> UInt8Array:
    """Return the damage map (H, W, 2) with everything that stands out where `mask` (H, W) is not 0, and nothing else.

    `image`: the picture, as for `find_damage`; `threshold`: the detector's, which stands for what stands out plainly.
    """
    check_image(image)
    result = np.zeros_like(damage_map)
    left, top, width, height = cv2.boundingRect(mask)
    if not width:
        return result
    around = Box(left - AROUND, top - AROUND, left + width + AROUND, top + height + AROUND)
    box = around.clipped(mask.shape[1], mask.shape[0])
    values, unknown = encoded(image[box.slices], transfer)
    known = (mask[box.slices] > 0) & ~unknown
    for channel, operation in enumerate((cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)):
        odds = _plainness(values, operation) - np.float32(PLAIN) + np.float32(math.log(threshold / (1 - threshold)))
        evidence = np.rint(255 / (1 + np.exp(-np.clip(odds, -20, 20)))).astype(np.uint8)
        both = np.maximum(evidence, damage_map[(*box.slices, channel)])
        result[(*box.slices, channel)] = np.where(known, both, 0)
    return result


def _plainness(values: Float32Array, operation: int) -> Float32Array:
    """Return how many medians each pixel (h, w) is lighter, or darker, than its surroundings, in its plainest band."""
    plainest = np.zeros(values.shape[:2], np.float32)
    for side in SIDES:
        raised = cv2.morphologyEx(
            np.ascontiguousarray(values), operation, np.ones((side, side), np.uint8), borderType=cv2.BORDER_REPLICATE
        )
        raised = raised.reshape(*plainest.shape, -1)
        grain = np.maximum(np.median(raised, axis=(0, 1)), FINEST)
        np.maximum(plainest, (raised / grain).max(axis=2), out=plainest)
    return plainest
