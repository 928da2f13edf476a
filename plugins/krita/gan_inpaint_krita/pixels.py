"""The names of a layer's pixel format in Krita and in the daemon's protocol, and operations on the alpha channel.

Samples are sent as the layer has them, in its colour space, so no conversion loses anything. Krita keeps integers as
blue, green, red, alpha and floats as red, green, blue, alpha; every format has an alpha channel, the last one.
"""

from __future__ import annotations

import re
import struct
import sys
from typing import NamedTuple

from gan_inpaint_client import Refusal, refusals
from gan_inpaint_client.masks import OPAQUE

DEPTHS = {"U8": "u8", "U16": "u16", "F16": "f16", "F32": "f32"}
OTHER_MODELS = {"CMYKA": "CMYK", "LABA": "L*a*b*", "XYZA": "XYZ", "YCbCrA": "YCbCr"}
# Matches the names of the linear profiles that come with Krita, and of no other ones.
LINEAR_PROFILE = re.compile(r"linear|scRGB|g10\b", re.IGNORECASE)

_SAMPLE = {"u8": "<B", "u16": "<H", "f16": "<e", "f32": "<f"}
_WHITE = {"u8": 255, "u16": 65535, "f16": 1.0, "f32": 1.0}
_SAMPLES_AT_ONCE = 1 << 18  # bounds the memory if all samples differ


class PixelFormat(NamedTuple):
    """Layout, depth and transfer of a layer's pixels, in the protocol's words."""

    layout: str
    depth: str
    transfer: str

    @classmethod
    def of(cls, model: str, depth: str, profile: str) -> PixelFormat:
        """Return the format of a layer whose colour model, depth and profile have these names in Krita.

        The light counts as linear if the profile's name says so, else as encoded like that of sRGB.

        Raises:
            Refusal: the daemon takes no such pixels.
        """
        if model not in ("RGBA", "GRAYA"):
            name = OTHER_MODELS.get(model, model)
            raise Refusal(refusals.colour_model(name))
        if depth not in DEPTHS:
            raise Refusal(refusals.channel_depth(depth))
        colours = "rgba" if depth.startswith("F") else "bgra"
        transfer = "linear" if LINEAR_PROFILE.search(profile) else "srgb"
        return cls("graya" if model == "GRAYA" else colours, DEPTHS[depth], transfer)

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample."""
        return struct.calcsize(_SAMPLE[self.depth])

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel."""
        return self.sample_bytes * (2 if self.layout == "graya" else 4)


def alpha_of(pixels: bytes, pixel_format: PixelFormat) -> bytes:
    """Return the alpha channel of `pixels` in 8 bits, a byte a pixel."""
    size, step = pixel_format.sample_bytes, pixel_format.pixel_bytes
    channel = bytearray(len(pixels) // step * size)
    for byte in range(size):
        channel[byte::size] = pixels[step - size + byte :: step]
    sample, white = _SAMPLE[pixel_format.depth], _WHITE[pixel_format.depth]
    if size == 1:
        return bytes(channel)
    if channel == struct.pack(sample, white) * (len(channel) // size):  # by far the most common
        return OPAQUE * (len(channel) // size)
    samples = memoryview(channel).cast("H") if size == 2 else memoryview(channel).cast("I")
    parts = range(0, len(samples), _SAMPLES_AT_ONCE)
    return b"".join(_in_8_bits(samples[start : start + _SAMPLES_AT_ONCE], sample, white) for start in parts)


def _in_8_bits(samples: memoryview[int], sample: str, white: float) -> bytes:
    """Return a byte for each sample, given as its bits in an integer; each different value is converted once."""
    levels = {}
    for bits in set(samples):
        (value,) = struct.unpack(sample, bits.to_bytes(samples.itemsize, sys.byteorder))
        levels[bits] = round(min(max(0.0, value / white), 1.0) * 255)
    return bytes(map(levels.__getitem__, samples))


def with_alpha(pixels: bytes, alpha: bytes, pixel_format: PixelFormat) -> bytes:
    """Return `pixels` with another alpha channel, given in 8 bits."""
    size, step = pixel_format.sample_bytes, pixel_format.pixel_bytes
    white = _WHITE[pixel_format.depth]
    levels = [type(white)(level * white / 255) for level in range(256)]
    encoded = b"".join(struct.pack(_SAMPLE[pixel_format.depth], level) for level in levels)
    changed = bytearray(pixels)
    for byte in range(size):
        changed[step - size + byte :: step] = alpha.translate(encoded[byte::size])
    return bytes(changed)


def only(pixels: bytes, opacity: bytes, pixel_bytes: int) -> bytes:
    """Return `pixels` with zeros where their `opacity`, a byte a pixel, is zero."""
    kept = bytearray(len(pixels))
    for run in re.finditer(rb"[^\0]+", opacity):
        part = slice(run.start() * pixel_bytes, run.end() * pixel_bytes)
        kept[part] = pixels[part]
    return bytes(kept)


def laid_over(below: bytes, above: bytes, pixel_format: PixelFormat) -> bytes:
    """Return `below` with the pixels of `above` where those are more opaque than transparent."""
    covered = bytearray(below)
    for run in re.finditer(rb"[\x80-\xff]+", alpha_of(above, pixel_format)):
        part = slice(run.start() * pixel_format.pixel_bytes, run.end() * pixel_format.pixel_bytes)
        covered[part] = above[part]
    return bytes(covered)
