"""Between an image's own samples and what a filler sees: three channels of sRGB-encoded light in [-1, 1].

Samples are handled as float32 "light" in between, with 1.0 as white whatever the depth. Arrays are (H, W) for gray and
(H, W, 3) for colour there; alpha never comes along.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats, Samples
from gan_inpaint.errors import UnsupportedImage

Transfer = Literal["srgb", "linear"]

DEPTHS = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535, np.dtype(np.float16): 1, np.dtype(np.float32): 1}
"""The sample value of white for each depth that an image may have."""

_LARGEST_HALF = 65504.0
_SAMPLED = 20_000


def check_image(image: Samples) -> None:
    """Raises UnsupportedImage where an array is no picture with pixels of a depth and a layout that is handled."""
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype not in DEPTHS or image.ndim not in (2, 3) or not 1 <= channels <= 4:
        raise UnsupportedImage(
            f"A picture of {channels} channels of type {image.dtype} cannot be worked on.",
            "Convert it to gray or RGB, with 8 or 16 bits or floating point.",
        )


def colours(image: Samples) -> Samples:
    """A view on an image's (H, W) or (H, W, 1..4) samples without its alpha: (H, W) or (H, W, 3)."""
    if image.ndim == 2:
        return image
    return image[..., 0] if image.shape[2] < 3 else image[..., :3]


def alpha(image: Samples) -> Samples | None:
    """A view on an image's alpha (H, W), if it has one."""
    return image[..., -1] if image.ndim == 3 and image.shape[2] in (2, 4) else None


def light(samples: Samples) -> Floats:
    """Samples of any depth as float32, 1.0 = white; not a copy where they are that already."""
    white = DEPTHS[samples.dtype]
    if white == 1:
        return samples.astype(np.float32, copy=False)
    values: Floats = np.multiply(samples, np.float32(1 / white), dtype=np.float32)
    return values


def encoded(samples: Samples, transfer: Transfer) -> tuple[Floats, Flags]:
    """sRGB-encoded light (H, W[, 3]) of an image's samples, and where (H, W) it means nothing and is not to be used:
    where a pixel is transparent, or no finite number, which gives 0."""
    opacity, values = alpha(samples), light(colours(samples))
    unknown = opacity == 0 if opacity is not None else np.zeros(values.shape[:2], np.bool_)
    if samples.dtype.kind == "f":
        finite = np.isfinite(values)
        values = np.where(finite, values, np.float32(0))
        unknown = unknown | ~(finite if finite.ndim == 2 else finite.all(axis=2))
    return srgb_encoded(values) if transfer == "linear" else values, unknown


def quantised(values: Floats, dtype: np.dtype[Any]) -> Samples:
    """float32 light as samples of a depth: rounded and clipped where it is an integer one. `values` is overwritten."""
    white = DEPTHS[dtype]
    if white > 1:
        np.multiply(values, np.float32(white), out=values)
        np.rint(values, out=values)
        np.clip(values, 0, white, out=values)
    elif dtype == np.float16:
        np.clip(values, -_LARGEST_HALF, _LARGEST_HALF, out=values)
    return values.astype(dtype)


@dataclass(frozen=True, slots=True)
class Range:
    """How one window's light maps to [-1, 1]: encoded, if it is linear, then `low` to -1 and `high` to 1.

    [0, 1] unless the window's known pixels leave it, as those of floating-point images may.
    """

    low: float
    high: float
    transfer: Transfer

    def normalised(self, encoded: Floats) -> Floats:
        """sRGB-encoded light → [-1, 1], clipped."""
        scale = 2 / (self.high - self.low)
        result: Floats = np.multiply(encoded, np.float32(scale))
        result -= np.float32(1 + self.low * scale)
        return np.clip(result, -1, 1, out=result)

    def converted(self, normalised: Floats, other: Range) -> Floats:
        """[-1, 1] of this range → [-1, 1] of another one, of the same transfer; not clipped."""
        if other == self:
            return normalised
        scale = (self.high - self.low) / (other.high - other.low)
        shift = 2 * (self.low - other.low) / (other.high - other.low) + scale - 1
        converted: Floats = normalised * np.float32(scale) + np.float32(shift)
        return converted

    def light(self, normalised: Floats) -> Floats:
        """[-1, 1] → light, in the image's own transfer; clipped to the range first."""
        encoded: Floats = np.clip(normalised, -1, 1)
        encoded += np.float32(1)
        encoded *= np.float32((self.high - self.low) / 2)
        encoded += np.float32(self.low)
        return srgb_decoded(encoded) if self.transfer == "linear" else encoded


def range_of(encoded: Floats, known: Flags, transfer: Transfer) -> Range:
    """The range of a window's sRGB-encoded light (H, W[, 3]) over its known pixels (H, W), which are finite.

    Outside of [0, 1] the outermost half percent on each side is left out, so that a single glint does not darken all
    that the filler sees.
    """
    if encoded.min() >= 0 and encoded.max() <= 1:
        return Range(0.0, 1.0, transfer)
    values = encoded[known]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=1.0))
    if low < 0 or high > 1:
        few = values.reshape(-1)[:: max(1, values.size // _SAMPLED)]
        outer = np.percentile(few, (0.5, 99.5))
        low, high = min(0.0, float(outer[0])), max(1.0, float(outer[1]))
    return Range(low, high, transfer)


def normalised(samples: Samples, known: Flags, transfer: Transfer) -> tuple[Floats, Range]:
    """Finite samples (H, W[, 3]), without alpha, as [-1, 1], and their range over the `known` pixels (H, W)."""
    if samples.dtype == np.uint8:
        looked_up: Floats = cv2.LUT(samples, _bytes(transfer))
        return looked_up, Range(0.0, 1.0, transfer)
    values = light(samples)
    if transfer == "linear":
        values = srgb_encoded(values)
    limits = range_of(values, known, transfer) if samples.dtype.kind == "f" else Range(0.0, 1.0, transfer)
    return limits.normalised(values), limits


@cache
def _bytes(transfer: Transfer) -> Floats:
    """(256,): what each value of a byte is in [-1, 1]."""
    values = light(np.arange(256, dtype=np.uint8))
    return Range(0.0, 1.0, transfer).normalised(srgb_encoded(values) if transfer == "linear" else values)


def srgb_encoded(values: Floats) -> Floats:
    """Linear light → sRGB's curve (IEC 61966-2-1), continued above 1 and mirrored below 0."""
    size = np.abs(values)
    curve: Floats = cv2.pow(size, 1 / 2.4).reshape(size.shape)
    curve *= np.float32(1.055)
    curve -= np.float32(0.055)
    np.multiply(size, np.float32(12.92), out=curve, where=size <= 0.0031308)
    return np.copysign(curve, values, out=curve)


def srgb_decoded(values: Floats) -> Floats:
    """The inverse of `srgb_encoded`."""
    size = np.abs(values)
    curve: Floats = cv2.pow((size + np.float32(0.055)) * np.float32(1 / 1.055), 2.4).reshape(size.shape)
    np.multiply(size, np.float32(1 / 12.92), out=curve, where=size <= 0.04045)
    return np.copysign(curve, values, out=curve)
