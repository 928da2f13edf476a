"""Pixels to fill, and pixels to repair."""

from __future__ import annotations

import random
import struct

from krita import Node

ONE = {"U8": b"\xff", "U16": b"\xff\xff", "F16": struct.pack("<e", 1), "F32": struct.pack("<f", 1)}
FLOATS = {"F16": "e", "F32": "f"}


def pixel_bytes(layer: Node) -> int:
    return len(ONE[layer.colorDepth()]) * (2 if layer.colorModel() == "GRAYA" else 4)


def noise(count: int, layer: Node, seed: int = 1) -> bytes:
    """Opaque pixels with random colours, floats between 0 and 1."""
    generator, one, step = random.Random(seed), ONE[layer.colorDepth()], pixel_bytes(layer)
    if layer.colorDepth() in FLOATS:
        samples = count * step // len(one)
        pixels = struct.pack(f"<{samples}{FLOATS[layer.colorDepth()]}", *(generator.random() for _ in range(samples)))
    else:
        pixels = generator.randbytes(count * step)
    opaque = bytearray(pixels)
    for byte, value in enumerate(one):
        opaque[step - len(one) + byte :: step] = bytes([value]) * count
    return bytes(opaque)


def even(count: int, layer: Node, level: float) -> bytes:
    """Opaque gray pixels, 0 is black and 1 white."""
    one = ONE[layer.colorDepth()]
    format = FLOATS.get(layer.colorDepth())
    whole = (1 << 8 * len(one)) - 1
    sample = struct.pack(f"<{format}", level) if format else round(level * whole).to_bytes(len(one), "little")
    return (sample * (pixel_bytes(layer) // len(one) - 1) + one) * count
