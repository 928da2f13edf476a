"""Transparent holes: selected transparent pixels become as opaque as they are selected."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.pixels import DEPTHS, alpha, light, transparent_pixels

RIM = 2
"""Pixels beside a transparent place that belong to its soft edge, where they are half-transparent."""


def opaque_after(image: Samples, mask: UInt8Array) -> BoolArray | None:
    """Return where (H, W) a fill raises the alpha of `image`: the transparent pixels in `mask`, and their rim.

    None if there are none. Other half-transparent pixels, such as those of smoke, keep their alpha.
    """
    opacity = alpha(image)
    if opacity is None:
        return None
    transparent = transparent_pixels(image) & (mask > 0)
    if not transparent.any():
        return None
    return _with_rim(transparent) & (mask > 0) & np.asarray(opacity < DEPTHS[opacity.dtype])


def transparent_parts(image: Samples) -> UInt8Array:
    """Return the mask (H, W) that fills the transparent parts of `image`: 255 in them, less in their soft rim."""
    opacity, mask = alpha(image), np.zeros(image.shape[:2], np.uint8)
    if opacity is not None:
        missing = np.ceil((1 - np.clip(light(opacity), 0, 1)) * 255)
        np.copyto(mask, missing, where=_with_rim(transparent_pixels(image)), casting="unsafe")
    return mask


def raised(opacity: Samples, weight: Float32Array) -> Float32Array:
    """Return alpha, of any type and shape, as float32 in [0, 1] after a fill of that `weight` went below it."""
    sum_: Float32Array = np.minimum(light(opacity) + weight, np.float32(1))
    return sum_


def _with_rim(transparent: BoolArray) -> BoolArray:
    square = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    return np.asarray(cv2.dilate(transparent.view(np.uint8), square) > 0)
