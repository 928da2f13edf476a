"""WebP (RFC 9649) of 8 bits, lossless or lossy as the original was.

The chunks are read here, since Pillow does not say whether a file is lossy; it decodes and encodes the pixels. A lossy
file does not store its quality: it is written with a high one, and its pixels outside the mask change by the codec's
rounding. Saved as PNG instead, they are exact.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gan_inpaint.errors import UnsupportedImage
from gan_inpaint.imagefile import exif, memory, orientation, xmp
from gan_inpaint.imagefile.photograph import Format, Metadata, Photograph, Pixels
from gan_inpaint.imagefile.pillow import decoding
from gan_inpaint.imagefile.reading import DamagedFile

_LOSSY_QUALITY = 95
"""Quality of lossy files, 0 to 100."""
_LOSSLESS_EFFORT = 50
"""Effort of lossless compression, 0 to 100, which Pillow calls `quality`, too."""


@dataclass(frozen=True)
class WebpContainer:
    metadata: Metadata
    lossy: bool
    format: Format = "webp"

    @property
    def orientation(self) -> int:
        return orientation.stored(self.metadata.exif, self.metadata.xmp)

    def write(self, pixels: Pixels, target: Path) -> None:
        Image.fromarray(pixels).save(
            target,
            "WEBP",
            lossless=not self.lossy,
            quality=_LOSSY_QUALITY if self.lossy else _LOSSLESS_EFFORT,
            exact=True,  # colours under full transparency are pixels, too
            icc_profile=self.metadata.icc,
            exif=self.metadata.exif,
            xmp=self.metadata.xmp,
        )


def parse(data: bytes) -> Photograph:
    """Read a WebP file.

    Raises:
        UnsupportedImage: it is animated.
        TooLarge: see `memory.require`.
        DamagedFile: it violates the format, as a truncated file does.
    """
    chunks = dict(_chunks(data))
    if b"ANIM" in chunks:
        raise UnsupportedImage("The photograph is an animation.", "Save one of its frames as a separate file.")
    memory.require(*_size(chunks), pixel_bytes=4)
    with decoding(data, "WEBP") as image:
        pixels = np.array(image)
    block = chunks.get(b"EXIF", b"").removeprefix(b"Exif\0\0")
    packet = xmp.without_thumbnail(chunks.get(b"XMP ", b""))
    metadata = Metadata(chunks.get(b"ICCP", b""), exif.without_thumbnail(block), packet)
    return Photograph(pixels, WebpContainer(metadata, lossy=b"VP8L" not in chunks))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", data, 4)
    end, position = size + 8, 12
    if end > len(data):
        raise DamagedFile
    while position + 8 <= end:
        (length,) = struct.unpack_from("<I", data, position + 4)
        if position + 8 + length > end:
            raise DamagedFile
        yield data[position : position + 4], data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    """Return width and height from the headers (RFC 9649, sections 2.5 to 2.7)."""
    try:
        if b"VP8L" in chunks:
            (packed,) = struct.unpack_from("<I", chunks[b"VP8L"], 1)
            return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
        width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
    except (KeyError, struct.error):
        raise DamagedFile from None
    return width & 0x3FFF, height & 0x3FFF
