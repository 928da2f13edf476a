"""Masks and pixels as the editors have them: bytes, without any array library."""

from __future__ import annotations

import re

from .crop import Box

OPAQUE = b"\xff"
RIM = 2  # pixels beside a transparent place that belong to its soft edge; the daemon counts as many

_TRANSPARENT_TO_255 = OPAQUE + bytes(255)
_MISSING = bytes(range(255, -1, -1))
_SELECTED_TO_255 = bytes([0]) + OPAQUE * 255


def wholly_selected(mask: bytes) -> bytes:
    """Return the mask with 255 wherever it is not 0."""
    return mask.translate(_SELECTED_TO_255)


def transparent(alpha: bytes, width: int) -> bytes:
    """Return the mask that fills what is transparent in an alpha channel of 8 bits, in rows of `width` bytes.

    It is 255 there, and in the rim as much as is missing.
    """
    rows = len(alpha) // width if width else 0
    every = (1 << 8 * len(alpha)) - 1
    transparent_places = near = int.from_bytes(alpha.translate(_TRANSPARENT_TO_255), "little")
    for distance in range(1, min(RIM, width) + 1):
        inside = int.from_bytes((OPAQUE * (width - distance) + bytes(distance)) * rows, "little")
        near |= (transparent_places & inside) << 8 * distance | transparent_places >> 8 * distance & inside
    in_rows = near
    for step in range(8 * width, 8 * width * RIM + 1, 8 * width):
        near |= in_rows << step & every | in_rows >> step
    missing = int.from_bytes(alpha.translate(_MISSING), "little")
    return (near & missing).to_bytes(len(alpha), "little")


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


def paste(pixels: bytes, outer: Box, part: bytes, inner: Box, pixel_bytes: int) -> bytes:
    """Return the pixels of `outer` with those of `part`, a picture of the box `inner`, where the boxes meet."""
    if inner == outer:
        return part
    changed = bytearray(pixels)
    shared = _intersection(outer, inner)
    for y in range(shared.y, shared.y + shared.height):
        source = ((y - inner.y) * inner.width + shared.x - inner.x) * pixel_bytes
        target = ((y - outer.y) * outer.width + shared.x - outer.x) * pixel_bytes
        size = shared.width * pixel_bytes
        changed[target : target + size] = part[source : source + size]
    return bytes(changed)


def spread(mask: bytes, inner: Box, outer: Box) -> bytes:
    """Return the mask of a box as a mask of another box, 0 around it; the boxes need not contain each other."""
    return mask if inner == outer else paste(bytes(outer.width * outer.height), outer, mask, inner, 1)


def bounds(mask: bytes, area: Box) -> Box | None:
    """Return the bounding box of the nonzero pixels of a mask of `area`; None if there are none."""
    start, end = len(mask) - len(mask.lstrip(b"\0")), len(mask.rstrip(b"\0"))
    if start >= end:
        return None
    width = area.width
    top, bottom = start // width, -(-end // width)
    rows = [mask[row * width : (row + 1) * width] for row in range(top, bottom)]
    left = min(width - len(row.lstrip(b"\0")) for row in rows)
    right = max(len(row.rstrip(b"\0")) for row in rows)
    return Box(area.x + left, area.y + top, right - left, bottom - top)


def _intersection(one: Box, other: Box) -> Box:
    """Return where two boxes meet; 0 wide or high if they do not."""
    return one._replace(x=one.x - other.x, y=one.y - other.y).clipped(other.width, other.height).shifted(*other[:2])
