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
from gan_inpaint.imagefile import exif, jpeg_planes, jpeg_segments, memory, orientation, photoshop, xmp
from gan_inpaint.imagefile.jpeg_planes import Factors
from gan_inpaint.imagefile.jpeg_segments import ADOBE, COMMENT, Segment
from gan_inpaint.imagefile.photograph import Format, Metadata, Photograph, Pixels
from gan_inpaint.imagefile.pillow import decoding, output_at_most
from gan_inpaint.imagefile.reading import DamagedFile

_APPLICATION = range(0xE0, 0xF0)
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_EXIF, _XMP, _ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENDED_HEAD = len(_EXTENDED_XMP) + 40  # with the packet's MD5, its length, and the part's place in it

_FURTHER_PICTURES = b"MPF\0"
_DROPPED = ((0xE0, b"JFXX\0"), (0xE2, _FURTHER_PICTURES), (0xEB, b"JP"))
"""Segments that would be wrong in the new file: thumbnails of JFIF, offsets of further pictures after this one (MPF),
and signatures of the old pixels (JUMBF, used by C2PA)."""
_LARGEST_COEFFICIENT = 4
"""Most bytes for a coefficient: a code word has at most 26 bits."""


class Encoding(NamedTuple):
    """How the original was encoded, in Pillow's terms.

    factors: sampling factors of the components, if Pillow has no name for them.
    """

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool
    keep_rgb: bool
    factors: Factors | None = None


@dataclass(frozen=True)
class JpegContainer:
    """The segments of a JPEG file that hold no pixels, in their order."""

    carried: tuple[Segment, ...]
    encoding: Encoding
    behind: bytes = b""  # what follows the end of the picture
    format: Format = "jpeg"
    lossy: bool = True

    @property
    def orientation(self) -> int:
        return orientation.stored(self.metadata.exif, self.metadata.xmp)

    @property
    def metadata(self) -> Metadata:
        return Metadata(
            icc=b"".join(part for _, part in sorted(_icc_parts(self.carried))),
            exif=_first(self.carried, _EXIF),
            xmp=_first(self.carried, _XMP),
            dots_per_metre=_resolution(self.carried),
            iptc=photoshop.iptc(_resources(self.carried)),
            comments=tuple(_text(segment.data) for segment in self.carried if segment.marker == COMMENT),
        )

    def write(self, pixels: Pixels, target: Path) -> None:
        segments, scans = jpeg_segments.split(self._encode(pixels))
        new = [segment for segment in segments if segment.marker not in _APPLICATION or segment.marker == ADOBE]
        with target.open("wb") as file:
            file.write(b"\xff\xd8")
            file.writelines(segment.encode() for segment in (*self.carried, *new))
            file.write(scans)
            file.write(self.behind)

    def _encode(self, pixels: Pixels) -> bytes:
        if self.encoding.factors:
            return jpeg_planes.encode(pixels, self.encoding.tables, self.encoding.factors, self.encoding.progressive)
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
    segments, scans = jpeg_segments.split(data)
    frame = next((segment for segment in segments if segment.marker in _FRAMES), None)
    if frame is None or len(frame.data) < 6:
        raise DamagedFile
    bits, height, width, channels = struct.unpack_from(">BHHB", frame.data)
    _check_kind(bits, channels)
    memory.require(width, height, channels)
    # Metadata cannot mislead a decoder that does not see it; JFIF's and Adobe's segments give the colour transform.
    needed = b"".join(each.encode() for each in segments if _is_for_decoder(each))
    with decoding(b"\xff\xd8" + needed + scans, "JPEG") as image:
        pixels = np.array(image)
        is_rgb = channels == 3 and jpeg_segments.is_rgb(segments, frame.data[6::3])
        encoding = Encoding(
            _tables(image),
            max(0, get_sampling(image)),
            frame.marker in _PROGRESSIVE,
            is_rgb,
            None if is_rgb else _unusual_factors(image),
        )
    further = any(segment.data.startswith(_FURTHER_PICTURES) for segment in segments)
    behind = b"" if further else jpeg_segments.behind_the_picture(scans)
    return Photograph(pixels, JpegContainer(tuple(_carried(segments)), encoding, behind))


def _is_for_decoder(segment: Segment) -> bool:
    is_metadata = segment.marker in {*_APPLICATION, COMMENT}
    return not is_metadata or jpeg_segments.is_jfif(segment) or jpeg_segments.is_adobe(segment)


def _check_kind(bits: int, channels: int) -> None:
    if channels == 4:
        raise UnsupportedImage(
            "The photograph is in CMYK, the colours of print.", "Convert it to RGB in your editor and save it again."
        )
    if bits != 8:
        raise UnsupportedImage(f"The photograph is a JPEG of {bits} bits.", "Save it as a TIFF or PNG of 16 bits.")
    if channels not in {1, 3}:
        raise DamagedFile


def _unusual_factors(image: Image.Image) -> Factors | None:
    """Return sampling factors that Pillow cannot write; without them, what it does not know gets no subsampling."""
    assert isinstance(image, JpegImageFile)
    factors = tuple((layer[1], layer[2]) for layer in image.layer)
    unusual = len(factors) == 3 and get_sampling(image) < 0 and jpeg_planes.can_encode(factors)
    return factors if unusual else None


def _tables(image: Image.Image) -> tuple[tuple[int, ...], ...]:
    """Return the quantisation tables by component; those of chroma once if they are equal."""
    assert isinstance(image, JpegImageFile)
    numbers = [layer[3] for layer in image.layer]
    if len(numbers) == 3 and numbers[1] == numbers[2]:
        numbers.pop()
    return tuple(tuple(image.quantization[number]) for number in numbers)


def _carried(segments: list[Segment]) -> Iterator[Segment]:
    """Yield the segments of metadata that stay true when pixels change, without thumbnails."""
    resources = io.BytesIO(photoshop.without_thumbnail(_resources(segments)))
    parts = [each.data[_EXTENDED_HEAD:] for each in segments if each.data.startswith(_EXTENDED_XMP)]
    extended = io.BytesIO(xmp.without_thumbnail(b"".join(parts)))
    for segment in segments:
        dropped = any(segment.marker == marker and segment.data.startswith(head) for marker, head in _DROPPED)
        if dropped or segment.marker not in {*_APPLICATION, COMMENT} - {ADOBE}:
            continue
        if segment.data.startswith(_EXIF):
            block = exif.without_thumbnail(segment.data[len(_EXIF) :])
            yield segment._replace(data=_EXIF + block)
        elif segment.data.startswith(_XMP):
            yield segment._replace(data=_XMP + xmp.without_thumbnail(segment.data[len(_XMP) :]))
        elif segment.data.startswith(_EXTENDED_XMP):
            yield segment._replace(
                data=segment.data[:_EXTENDED_HEAD] + extended.read(len(segment.data) - _EXTENDED_HEAD)
            )
        elif segment.data.startswith(_PHOTOSHOP):
            yield segment._replace(data=_PHOTOSHOP + resources.read(len(segment.data) - len(_PHOTOSHOP)))
        elif jpeg_segments.is_jfif(segment):
            yield jpeg_segments.without_thumbnail(segment)
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
