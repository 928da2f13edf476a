"""Conversion between an image's own samples and a filler's pixels, three channels of sRGB-encoded light in [-1, 1].

In between, samples are float32 "light", with 1.0 as white at every depth: (H, W) for gray and (H, W, 3) for colour,
without alpha.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples
from gan_inpaint.errors import UnsupportedImage
from gan_inpaint.options import Transfer

DEPTHS = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535, np.dtype(np.float16): 1, np.dtype(np.float32): 1}
"""Sample value of white for each depth that an image may have."""

_LARGEST_HALF = 65504.0
"""Largest finite float16."""
_LARGEST = 1e37
"""Largest light that is worked with; float32's own end would overflow on the way."""
_SAMPLED = 20_000
"""Values that the percentiles of a range are taken from, at most."""
_TAILS = (0.5, 99.5)
"""Percentiles that bound the range of a picture beyond [0, 1]."""


def check_image(image: Samples) -> None:
    """Raise UnsupportedImage unless `image` is (H, W) or (H, W, 1..4) of a depth in `DEPTHS`."""
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype not in DEPTHS or image.ndim not in (2, 3) or not 1 <= channels <= 4:
        raise UnsupportedImage(
            f"A picture of {channels} channels of type {image.dtype} cannot be worked on.",
            "Convert it to gray or RGB, with 8 or 16 bits or floating point.",
        )


def colours(image: Samples) -> Samples:
    """Return a view on the samples of `image`, (H, W) or (H, W, 1..4), without alpha: (H, W) or (H, W, 3)."""
    if image.ndim == 2:
        return image
    return image[..., 0] if image.shape[2] < 3 else image[..., :3]


def alpha(image: Samples) -> Samples | None:
    """Return a view on the alpha (H, W) of `image`; None if it has none."""
    return image[..., -1] if image.ndim == 3 and image.shape[2] in (2, 4) else None


def finite_pixels(values: Samples) -> BoolArray:
    """Return where (H, W) all channels of `values` (H, W[, C]) are finite numbers."""
    finite = np.isfinite(values)
    return np.asarray(finite if finite.ndim == 2 else finite.all(axis=2))


def transparent_pixels(image: Samples) -> BoolArray:
    """Return where (H, W) `image` has alpha 0; nowhere if it has no alpha."""
    opacity = alpha(image)
    return np.zeros(image.shape[:2], np.bool_) if opacity is None else np.asarray(opacity == 0)


def unknown_pixels(image: Samples) -> BoolArray:
    """Return where (H, W) the colour of `image` means nothing: where it is transparent, or not a finite number."""
    unknown = transparent_pixels(image)
    return unknown if image.dtype.kind != "f" else unknown | ~finite_pixels(colours(image))


def light(samples: Samples) -> Float32Array:
    """Return samples of any depth as float32, 1.0 = white; float32 samples are not copied."""
    white = DEPTHS[samples.dtype]
    if white == 1:
        return samples.astype(np.float32, copy=False)
    values: Float32Array = np.multiply(samples, np.float32(1 / white), dtype=np.float32)
    return values


def encoded(samples: Samples, transfer: Transfer) -> tuple[Float32Array, BoolArray]:
    """Return an image's sRGB-encoded light (H, W[, 3]), 0 where it is not finite, and its unknown pixels (H, W)."""
    values, unknown = light(colours(samples)), unknown_pixels(samples)
    if samples.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, np.float32(0))
    return srgb_encoded(values) if transfer == "linear" else values, unknown


def quantised(values: Float32Array, dtype: np.dtype[Any]) -> Samples:
    """Return float32 light as samples of type `dtype`, rounded and clipped to its range; `values` is overwritten."""
    white = DEPTHS[dtype]
    if white > 1:
        np.multiply(values, np.float32(white), out=values)
        np.rint(values, out=values)
        np.clip(values, 0, white, out=values)
    elif dtype == np.float16:
        np.clip(values, -_LARGEST_HALF, _LARGEST_HALF, out=values)
    else:
        np.clip(values, -_LARGEST, _LARGEST, out=values)
    return values.astype(dtype)


@dataclass(frozen=True, slots=True)
class Range:
    """How a window's light maps to [-1, 1]: linear light is encoded, then `low` maps to -1 and `high` to 1.

    `low` and `high` are 0 and 1 unless known pixels exceed them, as those of floating-point images may.
    """

    low: float
    high: float
    transfer: Transfer

    def normalised(self, encoded: Float32Array) -> Float32Array:
        """Return sRGB-encoded light in [-1, 1], clipped."""
        scale = 2 / (self.high - self.low)
        result: Float32Array = np.multiply(encoded, np.float32(scale))
        result -= np.float32(1 + self.low * scale)
        return np.clip(result, -1, 1, out=result)

    def converted(self, normalised: Float32Array, other: Range) -> Float32Array:
        """Return [-1, 1] of this range as [-1, 1] of another one with the same transfer; not clipped."""
        if other == self:
            return normalised
        scale = (self.high - self.low) / (other.high - other.low)
        shift = 2 * (self.low - other.low) / (other.high - other.low) + scale - 1
        converted: Float32Array = normalised * np.float32(scale) + np.float32(shift)
        return converted

    def light(self, normalised: Float32Array) -> Float32Array:
        """Return [-1, 1], clipped to it first, as light in the image's own transfer."""
        encoded: Float32Array = np.clip(normalised, -1, 1)
        encoded += np.float32(1)
        encoded *= np.float32((self.high - self.low) / 2)
        encoded += np.float32(self.low)
        return srgb_decoded(encoded) if self.transfer == "linear" else encoded


def range_of(encoded: Float32Array, known: BoolArray, transfer: Transfer) -> Range:
    """Return the range of sRGB-encoded light (H, W[, 3]) over its known pixels (H, W), which are finite.

    Beyond [0, 1] the outermost half percent on each side is left out: a single glint must not darken all that the
    filler sees.
    """
    if encoded.min() >= 0 and encoded.max() <= 1:
        return Range(0.0, 1.0, transfer)
    values = encoded[known]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=1.0))
    if low < 0 or high > 1:
        few = values.reshape(-1)[:: max(1, values.size // _SAMPLED)]
        outer = np.percentile(few, _TAILS)
        low, high = max(-_LARGEST, min(0.0, float(outer[0]))), min(_LARGEST, max(1.0, float(outer[1])))
    return Range(low, high, transfer)


def normalised(samples: Samples, known: BoolArray, transfer: Transfer) -> tuple[Float32Array, Range]:
    """Return finite samples (H, W[, 3]), without alpha, in [-1, 1], and their range over the `known` pixels (H, W)."""
    if samples.dtype == np.uint8:
        looked_up: Float32Array = cv2.LUT(samples, _byte_table(transfer))
        return looked_up, Range(0.0, 1.0, transfer)
    values = light(samples)
    if transfer == "linear":
        values = srgb_encoded(values)
    limits = range_of(values, known, transfer) if samples.dtype.kind == "f" else Range(0.0, 1.0, transfer)
    return limits.normalised(values), limits


@cache
def _byte_table(transfer: Transfer) -> Float32Array:
    """Return each value of a byte in [-1, 1], (256,)."""
    values = light(np.arange(256, dtype=np.uint8))
    return Range(0.0, 1.0, transfer).normalised(srgb_encoded(values) if transfer == "linear" else values)


def srgb_encoded(values: Float32Array) -> Float32Array:
    """Return linear light on the sRGB curve (IEC 61966-2-1), continued above 1 and mirrored below 0."""
    size = np.abs(values)
    curve: Float32Array = cv2.pow(size, 1 / 2.4).reshape(size.shape)
    curve *= np.float32(1.055)
    curve -= np.float32(0.055)
    np.multiply(size, np.float32(12.92), out=curve, where=size <= 0.0031308)
    return np.copysign(curve, values, out=curve)


def srgb_decoded(values: Float32Array) -> Float32Array:
    """Return the inverse of `srgb_encoded`."""
    size = np.abs(values)
    curve: Float32Array = cv2.pow((size + np.float32(0.055)) * np.float32(1 / 1.055), 2.4).reshape(size.shape)
    np.multiply(size, np.float32(1 / 12.92), out=curve, where=size <= 0.04045)
    return np.copysign(curve, values, out=curve)
