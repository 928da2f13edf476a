"""Segments of a JPEG file (ITU-T T.81, annex B), read as libjpeg reads them."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

from gan_inpaint.imagefile.reading import DamagedFile, without_pictures

JFIF, ADOBE, COMMENT = 0xE0, 0xEE, 0xFE
_START_OF_IMAGE, _START_OF_SCAN, _END = 0xD8, 0xDA, 0xD9
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}  # TEM and RST
_JFIF_HEAD, _JFIF_BYTES = b"JFIF\0", 14
_ADOBE_HEAD, _ADOBE_BYTES = b"Adobe", 12
_MARKER_IN_SCAN = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")  # neither stuffed bytes nor RST


class Segment(NamedTuple):
    marker: int
    data: bytes

    def encode(self) -> bytes:
        return struct.pack(">BBH", 0xFF, self.marker, len(self.data) + 2) + self.data


def split(data: bytes) -> tuple[list[Segment], bytes]:
    """Return the segments before the first scan, and the bytes from there on; stray bytes between them are skipped.

    Raises DamagedFile.
    """
    segments: list[Segment] = []
    position = 2
    while True:
        position = data.find(b"\xff", position)
        while position >= 0 and data[position : position + 2] == b"\xff\xff":  # fill bytes
            position += 1
        if position < 0 or position + 4 > len(data):
            raise DamagedFile
        marker, length = struct.unpack_from(">BH", data, position + 1)
        if marker == _START_OF_SCAN:
            return segments, data[position:]
        if marker == 0 or marker in _WITHOUT_LENGTH:
            position += 2
            continue
        end = position + 2 + length
        if marker in (_START_OF_IMAGE, _END) or length < 2 or end > len(data):
            raise DamagedFile
        segments.append(Segment(marker, data[position + 4 : end]))
        position = end


def is_jfif(segment: Segment) -> bool:
    """Return whether it is the header that says: gray or YCbCr."""
    return segment.marker == JFIF and segment.data.startswith(_JFIF_HEAD) and len(segment.data) >= _JFIF_BYTES


def without_thumbnail(jfif: Segment) -> Segment:
    """Return JFIF's header without the thumbnail behind it, whose sides are its last two bytes."""
    return jfif._replace(data=jfif.data[: _JFIF_BYTES - 2] + bytes(2))


def is_adobe(segment: Segment) -> bool:
    """Return whether it is the segment whose last byte names the colour transform."""
    return segment.marker == ADOBE and segment.data.startswith(_ADOBE_HEAD) and len(segment.data) >= _ADOBE_BYTES


def is_rgb(segments: Sequence[Segment], component_ids: bytes) -> bool:
    """Return whether three components are RGB, as libjpeg decides: by JFIF, then Adobe, then the components' ids."""
    if any(map(is_jfif, segments)):
        return False
    adobe = [segment.data for segment in segments if is_adobe(segment)]
    return adobe[-1][11] == 0 if adobe else component_ids == b"RGB"


def of_component(scans: bytes, number: int) -> bytes:
    """Return the scans of a gray picture as those of the component `number`, without the end of the picture."""
    renamed, position = bytearray(scans), 0
    while found := _MARKER_IN_SCAN.search(scans, position):
        marker, position = found.group(1)[0], found.end()
        if marker == _END:
            return bytes(renamed[: found.start()])
        if marker == _START_OF_SCAN:
            renamed[position + 3] = number  # behind the length and the number of components
        position += int.from_bytes(scans[position : position + 2])
    raise DamagedFile


def behind_the_picture(scans: bytes) -> bytes:
    """Return what follows the end of the picture, see `without_pictures`."""
    position = 0
    while found := _MARKER_IN_SCAN.search(scans, position):
        marker, position = found.group(1)[0], found.end()
        if marker == _END:
            return without_pictures(scans[position:])
        if marker not in _WITHOUT_LENGTH and position + 2 <= len(scans):
            position += int.from_bytes(scans[position : position + 2])
    return b""
