"""The scale at which a picture is searched: a large scan is reduced, and its damage map is enlarged again."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Samples, UInt8Array

LONGEST = 3600
"""Longest side at which a picture is searched, in pixels."""
# The cost of a search grows with the pixels: 24 megapixels cost a third at this scale. Of drawn defects, specks of one
# pixel and some of two were lost (docs/scans.md). A print that is scanned larger shows its damage larger.


def reduced(image: Samples) -> Samples:
    """Return a picture (H, W[, 1..4]) whose longest side is at most `LONGEST`; a smaller one is returned as it is.

    Each sample is the mean of those that it covers, in the picture's own light; what is not finite counts as 0.
    """
    height, width = image.shape[:2]
    longest = max(height, width)
    if longest <= LONGEST:
        return image
    if image.dtype == np.float16:
        image = image.astype(np.float32)
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        image = np.where(np.isfinite(image), image, np.float32(0))
    across, down = (max(1, round(extent * LONGEST / longest)) for extent in (width, height))
    means: Samples = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA)
    return means


def enlarged(damage_map: UInt8Array, width: int, height: int) -> UInt8Array:
    """Return a damage map (h, w, 2) at `width` × `height` pixels; of that size already, it is returned as it is."""
    if damage_map.shape[:2] == (height, width):
        return damage_map
    result: UInt8Array = cv2.resize(damage_map, (width, height), interpolation=cv2.INTER_LINEAR)
    return result
