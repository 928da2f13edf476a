"""Orientation and thumbnail of an EXIF block (Exif 3.0); everything else is carried along untouched.

It is parsed here, since a library would write the block anew and could damage maker's notes. It has the structure of a
TIFF file: the main directory comes first, then the thumbnail's.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_ORIENTATION = 0x0112
_THUMBNAIL_PLACES = ((0x0201, 0x0202), (0x0111, 0x0117))  # tags of offset and length: JPEG, uncompressed
_VALUE_FORMATS = {3: "H", 4: "I"}


def orientation(exif: bytes) -> int | None:
    """Return the orientation, 1 to 8 (1, upright, for any other number); None without one, or in a damaged block."""
    try:
        value = _read_directory(exif, _first_offset(exif)).values.get(_ORIENTATION)
    except (struct.error, _NotExif):
        return None
    return value if value is None or 1 <= value <= 8 else 1


def without_thumbnail(exif: bytes) -> bytes:
    """Return the block without its thumbnail, which would still show what was filled; all offsets stay valid."""
    try:
        main = _read_directory(exif, _first_offset(exif))
        if not main.next_offset:
            return exif
        thumbnail = _read_directory(exif, main.next_offset).values
        block = bytearray(exif)
        for start, length in ((thumbnail.get(start), thumbnail.get(length)) for start, length in _THUMBNAIL_PLACES):
            if start and length and start + length <= len(block):
                block[start : start + length] = bytes(length)
        block[main.next_at : main.next_at + 4] = bytes(4)
    except (struct.error, _NotExif):
        return exif
    return bytes(block)


class _NotExif(Exception):
    pass


class _Directory(NamedTuple):
    values: dict[int, int]  # of the tags with a single integer
    next_at: int
    next_offset: int


def _byte_order(exif: bytes) -> str:
    try:
        return {b"II*\0": "<", b"MM\0*": ">"}[exif[:4]]
    except KeyError:
        raise _NotExif from None


def _first_offset(exif: bytes) -> int:
    offset: int = struct.unpack_from(f"{_byte_order(exif)}I", exif, 4)[0]
    return offset


def _read_directory(exif: bytes, offset: int) -> _Directory:
    order = _byte_order(exif)
    (count,) = struct.unpack_from(f"{order}H", exif, offset)
    values = {}
    for at in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", exif, at)
        if number == 1 and kind in _VALUE_FORMATS:
            (values[tag],) = struct.unpack_from(f"{order}{_VALUE_FORMATS[kind]}", exif, at + 8)
    next_at = offset + 2 + 12 * count
    return _Directory(values, next_at, struct.unpack_from(f"{order}I", exif, next_at)[0])
