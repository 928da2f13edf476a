"""PNG (W3C Portable Network Graphics, third edition) of 8 and 16 bits, with its ancillary chunks carried along.

The chunks are handled here, since Pillow drops those that it does not know; imagecodecs decodes and encodes the pixels,
which Pillow would reduce from 16 bits to 8.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import imagecodecs
import numpy as np

from gan_inpaint.errors import CannotWrite, UnsupportedImage
from gan_inpaint.imagefile import adam7, memory, orientation, png_metadata
from gan_inpaint.imagefile.photograph import Format, Metadata, Photograph, Pixels
from gan_inpaint.imagefile.reading import DamagedFile, without_pictures

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = len(_SIGNATURE) + 25  # IHDR is always first and always of this size
_END_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_LEVELS = {1: 4, 2: 3}
"""Compression levels of zlib by bytes a sample; half the time of level 6 for files one hundredth larger."""
_KEPT = {b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"sPLT"} | {
    *(b"sCAL", b"pCAL", b"sTER", b"orNT", b"gIFg"),
}
"""Ancillary chunks that stay true when pixels change, though the specification's "safe to copy" bit does not cover
them. Left out are tRNS (it becomes an alpha channel), tIME, and unknown ones that are not safe to copy."""


class Chunk(NamedTuple):
    kind: bytes
    data: bytes

    def encode(self) -> bytes:
        body = self.kind + self.data
        return struct.pack(">I", len(self.data)) + body + struct.pack(">I", zlib.crc32(body))


@dataclass(frozen=True)
class PngContainer:
    """The ancillary chunks of a PNG file, in their order."""

    before: tuple[Chunk, ...]  # before the pixels
    after: tuple[Chunk, ...] = ()
    behind: bytes = b""  # what follows the last chunk
    format: Format = "png"
    lossy: bool = False
    metadata: None = None

    @property
    def orientation(self) -> int:
        chunks = sorted(self.before + self.after, key=lambda chunk: chunk.kind != b"eXIf")  # which comes first
        blocks = filter(None, (png_metadata.exif_of(*chunk) for chunk in chunks))
        packets = filter(None, (png_metadata.xmp_of(*chunk) for chunk in chunks))
        return orientation.stored(next(blocks, b""), next(packets, b""))

    def write(self, pixels: Pixels, target: Path) -> None:
        encoded = _encode(pixels)
        with target.open("wb") as file:
            file.write(encoded[:_HEADER_END])
            file.writelines(chunk.encode() for chunk in self.before)
            file.write(memoryview(encoded)[_HEADER_END : -len(_END_CHUNK)])
            file.writelines(chunk.encode() for chunk in self.after)
            file.write(_END_CHUNK)
            file.write(self.behind)


def parse(data: bytes) -> Photograph:
    """Read a PNG file.

    Raises:
        UnsupportedImage: it has indexed colours or fewer than 8 bits, or is animated.
        TooLarge: see `memory.require`.
        DamagedFile: it violates the format anywhere, as a truncated file does.
    """
    chunks = list(_chunks(data))
    if not chunks or chunks[0].kind != b"IHDR" or len(chunks[0].data) != 13:
        raise DamagedFile
    width, height, bits, colour = struct.unpack(">IIBB", chunks[0].data[:10])
    _check_kind(bits, colour, {chunk.kind for chunk in chunks})
    if not width or not height:
        raise DamagedFile
    memory.require(width, height, _CHANNELS[colour] * bits // 8)
    pixels = _decode(chunks)
    first, last = _span_of_pixels(chunks)
    before, after = _carried(chunks[1:first]), _carried(chunks[last + 1 :])
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    behind = without_pictures(data[len(_SIGNATURE) + sum(12 + len(chunk.data) for chunk in chunks) :])
    return Photograph(pixels, PngContainer(tuple(_fitting(chunk, channels, bits) for chunk in before), after, behind))


def carrying(metadata: Metadata) -> PngContainer:
    """Return a new container with the metadata of another format's file."""
    chunks = []
    if metadata.icc:
        chunks.append(Chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)))
    if metadata.dots_per_metre:
        chunks.append(Chunk(b"pHYs", struct.pack(">IIB", *metadata.dots_per_metre, 1)))
    if metadata.xmp:
        chunks.append(Chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    if metadata.exif:
        chunks.append(Chunk(b"eXIf", metadata.exif))
    if metadata.iptc:
        chunks.append(Chunk(b"zTXt", png_metadata.raw_profile("iptc", metadata.iptc)))
    chunks.extend(Chunk(b"iTXt", b"Comment\0\0\0\0\0" + comment.encode()) for comment in metadata.comments)
    return PngContainer(tuple(chunks))


def _encode(pixels: Pixels) -> bytes | bytearray:
    """Return a PNG file with the pixels alone; raises CannotWrite if they have too many rows or columns."""
    packed = pixels.nbytes + len(pixels)  # one byte of each row is its filter; imagecodecs does not count it
    room = packed + packed // 4 + 1024
    try:
        return imagecodecs.png_encode(pixels, level=_LEVELS[pixels.dtype.itemsize], out=room)
    except imagecodecs.PngError as problem:
        size = f"{pixels.shape[1]} × {pixels.shape[0]} pixels"
        raise CannotWrite(f"{size} cannot be saved as PNG: {problem}.", "Save them as a TIFF.") from problem


def _chunks(data: bytes) -> Iterator[Chunk]:
    position = len(_SIGNATURE)
    while True:
        if position + 12 > len(data):
            raise DamagedFile
        (length,) = struct.unpack_from(">I", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            raise DamagedFile
        chunk = Chunk(data[position + 4 : position + 8], data[position + 8 : end])
        if zlib.crc32(chunk.data, zlib.crc32(chunk.kind)) != struct.unpack_from(">I", data, end)[0]:
            raise DamagedFile
        yield chunk
        if chunk.kind == b"IEND":
            return
        position = end + 4


def _decode(chunks: list[Chunk]) -> Pixels:
    header = chunks[0].data
    width, height, bits, colour = struct.unpack(">IIBB", header[:10])
    transparency = [chunk for chunk in chunks if chunk.kind == b"tRNS"]

    def decode_plain(width: int, height: int, data: list[Chunk]) -> Pixels:
        plain = Chunk(b"IHDR", struct.pack(">II", width, height) + header[8:12] + b"\0")
        encoded = (chunk.encode() for chunk in (plain, *transparency, *data))
        try:
            return np.asarray(imagecodecs.png_decode(b"".join((_SIGNATURE, *encoded, _END_CHUNK))))
        except imagecodecs.PngError as problem:
            raise DamagedFile from problem

    data = [chunk for chunk in chunks if chunk.kind == b"IDAT"]
    if header[12] == 0:
        return decode_plain(width, height, data)
    return adam7.decode(
        width,
        height,
        _CHANNELS[colour] * bits // 8,
        b"".join(chunk.data for chunk in data),
        lambda width, height, data: decode_plain(width, height, [Chunk(b"IDAT", data)]),
    )


def _check_kind(bits: int, colour: int, kinds: set[bytes]) -> None:
    if b"acTL" in kinds:
        raise UnsupportedImage("The photograph is an animation.", "Save one of its frames as a separate file.")
    if colour == 3:
        raise UnsupportedImage(
            "The photograph has indexed colours (a palette).", "Convert it to RGB in your editor and save it again."
        )
    if bits < 8:
        raise UnsupportedImage(
            f"The photograph has {bits} bit a pixel.",
            "Convert it to grayscale of 8 bits in your editor and save it again.",
        )
    if colour not in _CHANNELS or bits not in {8, 16}:
        raise DamagedFile


def _span_of_pixels(chunks: list[Chunk]) -> tuple[int, int]:
    places = [place for place, chunk in enumerate(chunks) if chunk.kind == b"IDAT"]
    return places[0], places[-1]


def _carried(chunks: list[Chunk]) -> tuple[Chunk, ...]:
    kept = (chunk for chunk in chunks if chunk.kind in _KEPT or _is_safe_to_copy(chunk.kind))
    return tuple(Chunk(chunk.kind, png_metadata.without_thumbnail(*chunk)) for chunk in kept)


def _fitting(chunk: Chunk, channels: int, bits: int) -> Chunk:
    """Return the chunk for `channels` channels of `bits` bits: sBIT has one byte for each, an added alpha included."""
    return Chunk(chunk.kind, chunk.data.ljust(channels, bytes([bits]))) if chunk.kind == b"sBIT" else chunk


def _is_safe_to_copy(kind: bytes) -> bool:
    """Return bit 5 of the fourth letter; critical chunks (an upper-case first letter) are never copied."""
    return kind[0] & 0x20 != 0 and kind[3] & 0x20 != 0
