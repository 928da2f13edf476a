"""EXIF, XMP and Photoshop's resources in a PNG file, wherever programs put them.

They are chunks of their own (eXIf, and iTXt "XML:com.adobe.xmp"), or texts of hexadecimal digits: ImageMagick's "Raw
profile type …", which ExifTool and Exiv2 read, too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from gan_inpaint.imagefile import exif, photoshop, xmp

_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_XMP_KEY = b"XML:com.adobe.xmp"
_RAW = b"Raw profile type "
_EXIF_HEAD, _XMP_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_PROFILE = re.compile(rb"\s*(\S+)\s+(\d+)\s([0-9a-fA-F\s]*)")
_MOST_BYTES = 2**27
"""Most bytes of a decompressed text."""


class Text(NamedTuple):
    """A text chunk, taken apart: the bytes before the text, the text as it is without compression."""

    key: bytes
    head: bytes
    compressed: bool
    text: bytes

    def encode(self, text: bytes) -> bytes:
        """Return the chunk's data with another text."""
        return self.head + (zlib.compress(text) if self.compressed else text)


def raw_profile(kind: str, profile: bytes) -> bytes:
    """Return the data of a zTXt chunk: kind and number of bytes, then 36 bytes a line as hexadecimal digits."""
    return f"Raw profile type {kind}\0\0".encode() + zlib.compress(_digits(kind, profile))


def exif_of(kind: bytes, data: bytes) -> bytes:
    """Return the EXIF block (without any prefix) in a chunk; empty if there is none."""
    return _found(kind, data, _as_exif)


def xmp_of(kind: bytes, data: bytes) -> bytes:
    """Return the XMP packet in a chunk; empty if there is none."""
    return _found(kind, data, _as_xmp)


def without_thumbnail(kind: bytes, data: bytes) -> bytes:
    """Return the chunk's data without thumbnails, which would still show what was filled."""
    if kind == b"eXIf":
        head = _EXIF_HEAD if data.startswith(_EXIF_HEAD) else b""
        return head + exif.without_thumbnail(data[len(head) :])
    text = _text(kind, data)
    if text is None:
        return data
    if text.key == _XMP_KEY:
        cleared = xmp.without_thumbnail(text.text)
        return data if cleared == text.text else text.encode(cleared)
    profile = _profile(text)
    cleared = _without_thumbnail(profile)
    if cleared == profile:
        return data
    return text.encode(_digits(text.key.removeprefix(_RAW).decode("latin-1"), cleared))


def _without_thumbnail(profile: bytes) -> bytes:
    if profile.startswith(_EXIF_HEAD):
        return _EXIF_HEAD + exif.without_thumbnail(profile[len(_EXIF_HEAD) :])
    return photoshop.without_thumbnail(exif.without_thumbnail(xmp.without_thumbnail(profile)))


def _found(kind: bytes, data: bytes, reader: Callable[[bytes], bytes]) -> bytes:
    if kind == b"eXIf":
        return reader(data)
    text = _text(kind, data)
    if text is None:
        return b""
    return reader(text.text if text.key == _XMP_KEY else _profile(text))


def _as_exif(profile: bytes) -> bytes:
    block = profile.removeprefix(_EXIF_HEAD)
    return block if block.startswith((b"II*\0", b"MM\0*")) else b""


def _as_xmp(profile: bytes) -> bytes:
    return profile.removeprefix(_XMP_HEAD) if b"<" in profile[:200] else b""


def _text(kind: bytes, data: bytes) -> Text | None:
    """Take apart a text chunk that holds metadata; None for any other chunk."""
    key, _, rest = data.partition(b"\0")
    if kind not in _TEXTS or not (key == _XMP_KEY or key.startswith(_RAW)):
        return None
    if kind == b"iTXt":
        compressed = rest[:1] == b"\1"
        language, _, translated = rest[2:].partition(b"\0")
        start = len(key) + 3 + len(language) + 1 + len(translated.partition(b"\0")[0]) + 1
    else:
        compressed = kind == b"zTXt"
        start = len(key) + 1 + compressed
    text = data[start:]
    try:
        return Text(key, data[:start], compressed, _inflated(text) if compressed else text)
    except zlib.error:  # which no viewer minds
        return None


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _MOST_BYTES)


def _profile(text: Text) -> bytes:
    """Return the bytes of a raw profile; empty if it is none."""
    found = _PROFILE.fullmatch(text.text)
    if not found:
        return b""
    digits = b"".join(found.group(3).split())
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _digits(kind: str, profile: bytes) -> bytes:
    return f"\n{kind}\n{len(profile):8}\n{profile.hex(chr(10), -36)}\n".encode("latin-1")
