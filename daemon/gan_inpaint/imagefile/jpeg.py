"""JPEG of 8 bits (ITU-T T.81), encoded as the original was, with its other segments carried along.

The segments are handled here, since Pillow drops most of them when it saves; it decodes and encodes the pixels. JPEG is
lossy: pixels outside the mask come back within the rounding of the original's own quantisation. Saved as PNG instead,
they are exact.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from gan_inpaint.errors import UnsupportedImage
from gan_inpaint.imagefile import exif, memory, photoshop
from gan_inpaint.imagefile.photograph import Format, Metadata, Photograph, Pixels
from gan_inpaint.imagefile.pillow import decoding, output_at_most
from gan_inpaint.imagefile.reading import DamagedFile

_COMMENT, _ADOBE, _START_OF_SCAN, _END = 0xFE, 0xEE, 0xDA, 0xD9
_APPLICATION = range(0xE0, 0xF0)
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_EXIF, _XMP, _ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"

_DROPPED = ((0xE0, b"JFXX\0"), (0xE2, b"MPF\0"), (0xEB, b"JP"))
"""Segments that would be wrong in the new file: thumbnails of JFIF, offsets of further pictures after this one (MPF),
and signatures of the old pixels (JUMBF, used by C2PA)."""
_LARGEST_COEFFICIENT = 4
"""Most bytes for a coefficient: a code word has at most 26 bits."""


class Segment(NamedTuple):
    marker: int
    data: bytes

    def encode(self) -> bytes:
        return struct.pack(">BBH", 0xFF, self.marker, len(self.data) + 2) + self.data


class Encoding(NamedTuple):
    """How the original was encoded, in Pillow's terms."""

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool
    keep_rgb: bool


@dataclass(frozen=True)
class JpegContainer:
    """The segments of a JPEG file that hold no pixels, in their order."""

    carried: tuple[Segment, ...]
    encoding: Encoding
    format: Format = "jpeg"
    lossy: bool = True

    @property
    def orientation(self) -> int:
        return exif.orientation(self.metadata.exif)

    @property
    def metadata(self) -> Metadata:
        return Metadata(
            icc=b"".join(part for _, part in sorted(_icc_parts(self.carried))),
            exif=_first(self.carried, _EXIF),
            xmp=_first(self.carried, _XMP),
            dots_per_metre=_resolution(self.carried),
            iptc=photoshop.iptc(_resources(self.carried)),
            comments=tuple(_text(segment.data) for segment in self.carried if segment.marker == _COMMENT),
        )

    def write(self, pixels: Pixels, target: Path) -> None:
        segments, scans = _split(self._encode(pixels))
        new = [segment for segment in segments if segment.marker not in _APPLICATION or segment.marker == _ADOBE]
        with target.open("wb") as file:
            file.write(b"\xff\xd8")
            file.writelines(segment.encode() for segment in (*self.carried, *new))
            file.write(scans)

    def _encode(self, pixels: Pixels) -> bytes:
        encoded = io.BytesIO()
        with output_at_most(_LARGEST_COEFFICIENT * pixels.nbytes):
            Image.fromarray(pixels).save(
                encoded,
                "JPEG",
                qtables=self.encoding.tables,
                subsampling=self.encoding.subsampling,
                progressive=self.encoding.progressive,
                keep_rgb=self.encoding.keep_rgb,
            )
        return encoded.getvalue()


def parse(data: bytes) -> Photograph:
    """Read the first picture of a JPEG file; phones store gain maps as further ones.

    Raises:
        UnsupportedImage: it is CMYK, or has more than 8 bits.
        TooLarge: see `memory.require`.
        DamagedFile: it violates the format, as a truncated file does.
    """
    segments, scans = _split(data)
    frame = next((segment for segment in segments if segment.marker in _FRAMES), None)
    if frame is None or len(frame.data) < 6:
        raise DamagedFile
    bits, height, width, channels = struct.unpack_from(">BHHB", frame.data)
    _check_kind(bits, channels)
    memory.require(width, height, channels)
    # Metadata cannot mislead a decoder that does not see it; Adobe's segment gives the colour transform.
    needed = b"".join(s.encode() for s in segments if s.marker not in {*_APPLICATION, _COMMENT} or s.marker == _ADOBE)
    with decoding(b"\xff\xd8" + needed + scans, "JPEG") as image:
        pixels = np.array(image)
        encoding = Encoding(
            _tables(image),
            max(0, get_sampling(image)),  # unusual subsampling becomes none, so that no colour resolution is lost
            frame.marker in _PROGRESSIVE,
            channels == 3 and _is_stored_as_rgb(segments),
        )
    return Photograph(pixels, JpegContainer(tuple(_carried(segments)), encoding))


def _split(data: bytes) -> tuple[list[Segment], bytes]:
    """Return the segments before the first scan, and the bytes from there on."""
    segments: list[Segment] = []
    position = 2
    while True:
        while data[position : position + 2] == b"\xff\xff":  # fill bytes
            position += 1
        if position + 4 > len(data) or data[position] != 0xFF:
            raise DamagedFile
        marker, length = struct.unpack_from(">BH", data, position + 1)
        if marker == _START_OF_SCAN:
            return segments, data[position:]
        end = position + 2 + length
        if marker == _END or length < 2 or end > len(data):
            raise DamagedFile
        segments.append(Segment(marker, data[position + 4 : end]))
        position = end


def _check_kind(bits: int, channels: int) -> None:
    if channels == 4:
        raise UnsupportedImage(
            "The photograph is in CMYK, the colours of print.", "Convert it to RGB in your editor and save it again."
        )
    if bits != 8:
        raise UnsupportedImage(f"The photograph is a JPEG of {bits} bits.", "Save it as a TIFF or PNG of 16 bits.")
    if channels not in {1, 3}:
        raise DamagedFile


def _tables(image: Image.Image) -> tuple[tuple[int, ...], ...]:
    """Return the quantisation tables by component; those of chroma once if they are equal."""
    assert isinstance(image, JpegImageFile)
    numbers = [layer[3] for layer in image.layer]
    if len(numbers) == 3 and numbers[1] == numbers[2]:
        numbers.pop()
    return tuple(tuple(image.quantization[number]) for number in numbers)


def _is_stored_as_rgb(segments: list[Segment]) -> bool:
    """Return whether Adobe's segment says that there is no transform to luma and chroma."""
    blocks = [segment.data for segment in segments if segment.marker == _ADOBE and segment.data.startswith(b"Adobe")]
    return bool(blocks) and blocks[0][11:12] == b"\0"


def _carried(segments: list[Segment]) -> Iterator[Segment]:
    """Yield the segments of metadata that stay true when pixels change, without thumbnails."""
    resources = io.BytesIO(photoshop.without_thumbnail(_resources(segments)))
    for segment in segments:
        dropped = any(segment.marker == marker and segment.data.startswith(head) for marker, head in _DROPPED)
        if dropped or segment.marker not in {*_APPLICATION, _COMMENT} - {_ADOBE}:
            continue
        if segment.data.startswith(_EXIF):
            block = exif.without_thumbnail(segment.data[len(_EXIF) :])
            yield segment._replace(data=_EXIF + block)
        elif segment.data.startswith(_PHOTOSHOP):
            yield segment._replace(data=_PHOTOSHOP + resources.read(len(segment.data) - len(_PHOTOSHOP)))
        else:
            yield segment


def _first(segments: tuple[Segment, ...], head: bytes) -> bytes:
    return next(_parts(segments, head), b"")


def _resources(segments: Sequence[Segment]) -> bytes:
    """Return Photoshop's image resources, which continue in further segments if one is too small."""
    return b"".join(_parts(segments, _PHOTOSHOP))


def _parts(segments: Sequence[Segment], head: bytes) -> Iterator[bytes]:
    return (segment.data[len(head) :] for segment in segments if segment.data.startswith(head))


def _text(comment: bytes) -> str:
    """Return a comment, whose encoding is not stored: UTF-8 if it is valid, else Latin-1."""
    try:
        text = comment.decode()
    except UnicodeDecodeError:
        text = comment.decode("latin-1")
    return text.replace("\0", "")


def _icc_parts(segments: tuple[Segment, ...]) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of the profile's parts (ICC.1, annex B.4)."""
    for segment in segments:
        if segment.marker == 0xE2 and segment.data.startswith(_ICC) and len(segment.data) > len(_ICC) + 2:
            yield segment.data[len(_ICC)], segment.data[len(_ICC) + 2 :]


def _resolution(segments: tuple[Segment, ...]) -> tuple[int, int] | None:
    """Return the horizontal and vertical resolution of JFIF in dots per metre; None if it has none."""
    jfif = _first(segments, b"JFIF\0")
    if len(jfif) < 7:
        return None
    unit, horizontal, vertical = struct.unpack_from(">BHH", jfif, 2)
    per_metre = {1: 1 / 0.0254, 2: 100.0}.get(unit)
    if per_metre is None or not horizontal or not vertical:
        return None
    return round(horizontal * per_metre), round(vertical * per_metre)
