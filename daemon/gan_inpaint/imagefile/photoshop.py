"""Photoshop's image resources, one after the other, as JPEG (APP13) and TIFF files (tag 34377) carry them.

Adobe Photoshop File Formats Specification, "Image Resources Section". Only two kinds of them are known here; all others
are carried along untouched.
"""

from __future__ import annotations

from collections.abc import Iterator

_SIGNATURES = (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR")
_IPTC = 0x0404
_THUMBNAILS = (0x0409, 0x040C)  # of Photoshop 4, and of all later ones


def without_thumbnail(resources: bytes) -> bytes:
    """The same resources without thumbnails, which would still show what was filled; what is no resource stays."""
    return b"".join(block for number, block in _blocks(resources) if number not in _THUMBNAILS)


def iptc(resources: bytes) -> bytes:
    """The resource that holds the records of IPTC, with its header; empty where there is none."""
    return next((block for number, block in _blocks(resources) if number == _IPTC), b"")


def _blocks(resources: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Number and bytes of each resource, header included; from what is none on, all the rest, without a number."""
    begin = 0
    while resources[begin : begin + 4] in _SIGNATURES:
        number = int.from_bytes(resources[begin + 4 : begin + 6])
        name = int.from_bytes(resources[begin + 6 : begin + 7])  # its length
        data = begin + 12 + name // 2 * 2  # the byte of the length and the name together are padded to an even number
        length = int.from_bytes(resources[data - 4 : data])
        end = data + length + length % 2
        yield number, resources[begin:end]
        begin = end
    yield None, resources[begin:]
