"""Photoshop's image resources, in sequence, as JPEG (APP13) and TIFF files (tag 34377) carry them.

Adobe Photoshop File Formats Specification, "Image Resources Section". Parsed here, since no library removes the
thumbnail and keeps all other bytes. Two kinds are known; all others are carried along untouched.
"""

from __future__ import annotations

from collections.abc import Iterator

_SIGNATURES = (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR")
_IPTC = 0x0404
_THUMBNAILS = (0x0409, 0x040C)  # of Photoshop 4, and of all later versions


def without_thumbnail(resources: bytes) -> bytes:
    """Return the resources without thumbnails, which would still show what was filled; other bytes stay."""
    return b"".join(block for number, block in _blocks(resources) if number not in _THUMBNAILS)


def iptc(resources: bytes) -> bytes:
    """Return the resource with the records of IPTC, with its header; empty if there is none."""
    return next((block for number, block in _blocks(resources) if number == _IPTC), b"")


def _blocks(resources: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Yield number and bytes of each resource, with its header; then, with None, the bytes that are none."""
    begin = 0
    while resources[begin : begin + 4] in _SIGNATURES:
        number = int.from_bytes(resources[begin + 4 : begin + 6])
        name = int.from_bytes(resources[begin + 6 : begin + 7])  # its length
        data = begin + 12 + name // 2 * 2  # length byte and name together are padded to an even number
        length = int.from_bytes(resources[data - 4 : data])
        end = data + length + length % 2
        yield number, resources[begin:end]
        begin = end
    yield None, resources[begin:]
