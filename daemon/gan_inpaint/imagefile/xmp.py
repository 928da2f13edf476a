"""Orientation and embedded pictures of an XMP packet (ISO 16684-1); everything else is carried along untouched.

It is searched as text, since a parser would write the packet anew. Pictures are overwritten with spaces, so that the
packet keeps its length.
"""

from __future__ import annotations

import re

_ORIENTATION = re.compile(r"""\btiff:Orientation(?:\s*=\s*["']|\s*>)\s*([1-8])\b""")
_PICTURES = (
    re.compile(r"<(\w+:)?Thumbnails\b[^>]*(?<!/)>.*?</\1?Thumbnails\s*>", re.DOTALL),  # xmp:Thumbnails, xap:Thumbnails
    re.compile(r"(?<=>)[^<>]+(?=</(?:xmpGImg|xapGImg):image\s*>)"),
    re.compile(r"""(?<=GImg:image=["'])[^"']+"""),
    re.compile(r"""(?<=GImage:Data=["'])[^"']+"""),  # the original beside a phone's portrait
    re.compile(r"(?<=<GImage:Data>)[^<>]+"),
)
_UTF_16 = {b"\xfe\xff": "utf-16-be", b"\0<": "utf-16-be", b"\xff\xfe": "utf-16-le", b"<\0": "utf-16-le"}
"""Encodings by the first two bytes."""


def orientation(packet: bytes) -> int | None:
    """Return the orientation, 1 to 8, of the property tiff:Orientation; None if there is none."""
    found = _ORIENTATION.search(_text(packet)[0])
    return int(found.group(1)) if found else None


def without_thumbnail(packet: bytes) -> bytes:
    """Return the packet without pictures, which would still show what was filled; of the same length."""
    text, encoding = _text(packet)
    cleared = text
    for picture in _PICTURES:
        cleared = picture.sub(lambda found: " " * len(found.group()), cleared)
    return packet if cleared == text else cleared.encode(encoding, "surrogatepass")


def _text(packet: bytes) -> tuple[str, str]:
    """Return the text, and the encoding that makes the same bytes of it again."""
    encoding = _UTF_16.get(packet[:2])
    if encoding and len(packet) % 2 == 0:
        return packet.decode(encoding, "surrogatepass"), encoding
    return packet.decode("latin-1"), "latin-1"  # for UTF-8, too: tags and Base64 are ASCII
