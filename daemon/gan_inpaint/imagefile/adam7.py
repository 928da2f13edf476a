"""Interlaced PNG (W3C PNG, third edition, section 8): seven small pictures that together make the whole one.

The passes are assembled here, not by libpng: as imagecodecs calls it, libpng prints a warning to the user's terminal.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.imagefile.reading import DamagedFile


class Pass(NamedTuple):
    """Every `step_x`th pixel from `left` of every `step_y`th row from `top`."""

    left: int
    top: int
    step_x: int
    step_y: int


_PASSES = (
    Pass(0, 0, 8, 8), Pass(4, 0, 8, 8), Pass(0, 4, 4, 8), Pass(2, 0, 4, 4), Pass(0, 2, 2, 4), Pass(1, 0, 2, 2),
    Pass(0, 1, 1, 2),
)  # fmt: skip


def decode(
    width: int, height: int, pixel_bytes: int, data: bytes, decode_plain: Callable[[int, int, bytes], Pixels]
) -> Pixels:
    """Return the pixels (H, W[, C]) of the compressed `data` of all IDAT chunks.

    `decode_plain(width, height, data)` decodes the compressed data of a picture that is not interlaced. Raises
    DamagedFile.
    """
    parts = [
        (each, decode_plain(columns, rows, zlib.compress(scanlines, 0)))
        for each, columns, rows, scanlines in _split(width, height, pixel_bytes, data)
    ]
    _, first = parts[0]
    pixels = np.empty((height, width, *first.shape[2:]), first.dtype)
    for each, part in parts:
        pixels[each.top :: each.step_y, each.left :: each.step_x] = part
    return pixels


def _split(width: int, height: int, pixel_bytes: int, data: bytes) -> Iterator[tuple[Pass, int, int, bytes]]:
    """Yield each pass that has pixels, with its columns, rows and scan lines."""
    try:
        unpacker = zlib.decompressobj()
        for each in _PASSES:
            columns, rows = (width - each.left - 1) // each.step_x + 1, (height - each.top - 1) // each.step_y + 1
            if columns > 0 and rows > 0:
                length = rows * (1 + columns * pixel_bytes)  # one byte of each row is its filter
                scanlines = unpacker.decompress(data, length)
                data = unpacker.unconsumed_tail
                if len(scanlines) != length:
                    raise DamagedFile
                yield each, columns, rows, scanlines
    except zlib.error as problem:
        raise DamagedFile from problem
