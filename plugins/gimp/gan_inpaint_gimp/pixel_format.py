"""The names of a layer's pixel format in GIMP (babl) and in the daemon's protocol.

Samples are sent as the layer has them, in its colour space, so no conversion loses anything. Only 32-bit integers and
doubles, which the protocol does not have, are sent as floats.
"""

from __future__ import annotations

from typing import NamedTuple

from gan_inpaint_client.requests import CHANNELS

from .bindings import Babl, Gimp

LAYOUTS = {CHANNELS[layout]: layout for layout in ("gray", "graya", "rgb", "rgba")}
DEPTHS = {"u8": "u8", "u16": "u16", "half": "f16", "float": "f32"}


class PixelFormat(NamedTuple):
    """`native` is babl's name for the format of the layer, `wire` for the format that is sent; they mostly agree."""

    native: str
    native_bytes: int
    wire: str
    wire_bytes: int
    layout: str
    depth: str
    transfer: str

    @property
    def exact(self) -> bool:
        """Whether the pixels are sent as the layer has them."""
        return self.native == self.wire

    @property
    def alpha_bytes(self) -> range:
        """Which of a pixel's native bytes are its alpha sample; empty without alpha."""
        sample = self.native_bytes // CHANNELS[self.layout]
        return range(self.native_bytes - sample if self.layout.endswith("a") else self.native_bytes, self.native_bytes)

    @classmethod
    def of(cls, layer: Gimp.Layer) -> PixelFormat:
        """Return the format of a layer."""
        native = layer.get_format()
        model, _, sample = Babl.format_get_encoding(native).partition(" ")
        wire = native if sample in DEPTHS else Babl.format_with_space(f"{model} float", Babl.format_get_space(native))
        return cls(
            native=Babl.get_name(native),
            native_bytes=Babl.format_get_bytes_per_pixel(native),
            wire=Babl.get_name(wire),
            wire_bytes=Babl.format_get_bytes_per_pixel(wire),
            layout=LAYOUTS[Babl.format_get_n_components(native)],
            depth=DEPTHS.get(sample, "f32"),
            # babl marks encoded light, R'G'B' or R~G~B~, and leaves linear light, RGB, unmarked
            transfer="srgb" if set("'~") & set(model) else "linear",
        )


def changed_alpha(before: bytes, after: bytes, pixel_format: PixelFormat) -> bytes:
    """Return a byte for each pixel of two pictures in the format that is sent, not 0 where their alpha differs."""
    size, channels = pixel_format.wire_bytes, CHANNELS[pixel_format.layout]
    if not pixel_format.layout.endswith("a"):
        return bytes(len(before) // size)
    differing = 0
    for byte in range(size - size // channels, size):
        differing |= int.from_bytes(before[byte::size], "little") ^ int.from_bytes(after[byte::size], "little")
    return differing.to_bytes(len(before) // size, "little")
