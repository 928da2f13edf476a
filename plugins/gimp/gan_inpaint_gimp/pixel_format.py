"""How a layer's pixels are named by GIMP (babl) and by the daemon's protocol.

Samples travel as they lie in the layer, in its own colour space, so nothing is lost to a conversion. Only 32-bit
integers and doubles, which the protocol does not have, go as floats.
"""

from __future__ import annotations

from typing import NamedTuple

from .bindings import Babl, Gimp

CHANNELS = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4}
LAYOUTS = {count: layout for layout, count in CHANNELS.items()}
DEPTHS = {"u8": "u8", "u16": "u16", "half": "f16", "float": "f32"}


class PixelFormat(NamedTuple):
    """`native` is babl's name of the layer's own format, `wire` of the one that is sent; most often the same."""

    native: str
    native_bytes: int
    wire: str
    wire_bytes: int
    layout: str
    depth: str
    transfer: str

    @property
    def exact(self) -> bool:
        """Whether pixels travel as they lie in the layer."""
        return self.native == self.wire

    @property
    def alpha_bytes(self) -> range:
        """Where a pixel's alpha sample lies among its native bytes; empty without alpha."""
        sample = self.native_bytes // CHANNELS[self.layout]
        return range(self.native_bytes - sample if self.layout.endswith("a") else self.native_bytes, self.native_bytes)

    @classmethod
    def of(cls, layer: Gimp.Layer) -> PixelFormat:
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
