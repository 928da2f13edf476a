"""Masks and pixels as the editors have them: bytes, without any array library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .crop import Box

OPAQUE = b"\xff"

_SELECTED_TO_255 = bytes([0]) + OPAQUE * 255


def wholly_selected(mask: bytes) -> bytes:
    """Return the mask with 255 wherever it is not 0."""
    return mask.translate(_SELECTED_TO_255)


def product(first: bytes, second: bytes) -> bytes:
    """Return the product of two 8-bit channels of one length, where 255 stands for 1."""
    if second.count(OPAQUE) == len(second):
        return first
    result = bytearray(second)
    for run in re.finditer(rb"\0+|[^\0\xff]+", first):
        part = slice(*run.span())
        if run[0][0] == 0:
            result[part] = run[0]
        else:
            result[part] = bytes(map(lambda a, b: (a * b + 127) // 255, run[0], second[part]))
    return bytes(result)


def cut(pixels: bytes, outer: Box, inner: Box, pixel_bytes: int) -> bytes:
    """Return the pixels of `inner`, a box inside `outer`, out of those of `outer`, row by row."""
    if inner == outer:
        return pixels
    first = (inner.y - outer.y) * outer.width + inner.x - outer.x
    starts = range(first, first + inner.height * outer.width, outer.width)
    return b"".join(pixels[start * pixel_bytes : (start + inner.width) * pixel_bytes] for start in starts)
