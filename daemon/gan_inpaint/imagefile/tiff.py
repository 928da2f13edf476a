"""TIFF and BigTIFF of 8 and 16 bits and of 16- and 32-bit floats.

A photograph is saved as a copy of its file in which the strips or tiles that changed are replaced: every tag, EXIF and
maker's notes included, and every other strip stay byte for byte as they were.
"""

from __future__ import annotations

import logging
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import tifffile

from gan_inpaint.errors import UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile import memory, tiff_segments
from gan_inpaint.imagefile.photograph import Format, Photograph, Pixels
from gan_inpaint.imagefile.reading import DamagedFile

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # its warnings would go to the user's terminal

_NEW_SAVE = "Save a flat RGB or gray copy of it from your editor."
_PHOTOMETRIC = {
    3: "The photograph has indexed colours (a palette).",
    5: "The photograph is in CMYK, the colours of print.",
    6: "The photograph is in YCbCr, as JPEG-compressed TIFFs are.",
    8: "The photograph is in Lab colours.",
    9: "The photograph is in Lab colours.",
    10: "The photograph is in Lab colours.",
    32803: "The photograph is a camera's raw file.",
    34892: "The photograph is a camera's raw file.",
}
_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB = 0, 1, 2
_DNG_VERSION, _PHOTOSHOP_LAYERS, _ORIENTATION = 50706, 37724, 274
_LAYER_BLOCKS = (b"8BIMLayr", b"8BIMLr16", b"8BIMLr32", b"MIB8ryaL", b"MIB861rL", b"MIB823rL")
_COMPRESSIONS = {1, 5, 8, 32773, 32946, 34925, 50000}  # none, LZW, deflate (two codes), PackBits, LZMA, zstd
_PREDICTORS = {"u": (1, 2), "f": (1, 3)}
_SAMPLES = {_MIN_IS_WHITE: (1, 2), _MIN_IS_BLACK: (1, 2), _RGB: (3, 4)}
_DTYPES = {"uint8", "uint16", "float16", "float32"}
# What tifffile and its codecs raise on damaged files; found by cutting and corrupting files in the tests.
_DAMAGE = (
    tifffile.TiffFileError, OSError, ValueError, KeyError, IndexError, TypeError, struct.error, RuntimeError,
    AttributeError, ZeroDivisionError, OverflowError, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True)
class TiffContainer:
    """The file that the pixels came from, and the pixels as they were, to find out what changed."""

    source: Path
    identity: tuple[int, int]  # size and time of the last change
    original: Pixels
    orientation: int
    format: Format = "tiff"
    lossy: bool = False
    metadata: None = None

    def write(self, pixels: Pixels, target: Path) -> None:
        try:
            source = self.source.open("rb")
        except OSError as problem:
            raise self._changed() from problem
        with source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 2**20)
            if _identity(self.source) != self.identity:
                raise self._changed()
        changed = (np.ascontiguousarray(pixels).view(np.uint8) != self.original.view(np.uint8)).reshape(
            *pixels.shape[:2], -1
        )
        with _first_page(target, "r+") as (file, page):
            samples = _inverted(pixels) if page.photometric == _MIN_IS_WHITE else pixels
            tiff_segments.replace(page, samples, changed.any(axis=-1))
            _unlink_thumbnails(file)

    def _changed(self) -> UnreadableImage:
        return UnreadableImage(f"{self.source} was changed or removed while it was worked on.", "Start again.")


def parse(path: Path) -> Photograph:
    """Read the TIFF file at `path`.

    Raises:
        UnsupportedImage: CMYK, indexed, Lab, layers, several pages, other depths or ways of compression.
        TooLarge: see `memory.require`.
        DamagedFile: it breaks the rules of the format, as a truncated file does.
    """
    identity = _identity(path)
    try:
        with _first_page(path, "rb") as (file, page):
            _check_kind(file, page)
            tiff_segments.check_complete(page, file.filehandle.size)
            memory.require(page.imagewidth, page.imagelength, page.samplesperpixel * page.dtype.itemsize)
            pixels = _decode(page)
            orientation = page.tags.valueof(_ORIENTATION, 1)
    except _DAMAGE as problem:
        raise DamagedFile from problem
    orientation = orientation if orientation in range(1, 9) else 1
    return Photograph(pixels, TiffContainer(path.absolute(), identity, pixels, orientation))


@contextmanager
def _first_page(path: Path, mode: str) -> Iterator[tuple[Any, Any]]:
    with tifffile.TiffFile(path, mode=mode) as file:
        yield file, file.pages.first


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _check_kind(file: Any, page: Any) -> None:
    if any(not other.is_reduced for other in file.pages[1:]):
        raise UnsupportedImage(f"The file has {len(file.pages)} pages.", "Save each page as a file of its own.")
    if page.photometric in _PHOTOMETRIC or _DNG_VERSION in page.tags:
        raise UnsupportedImage(_PHOTOMETRIC.get(page.photometric, _PHOTOMETRIC[32803]), _NEW_SAVE)
    if page.subifds:
        raise UnsupportedImage("The file holds smaller copies of the photograph (an image pyramid).", _NEW_SAVE)
    if any(block in page.tags.valueof(_PHOTOSHOP_LAYERS, b"") for block in _LAYER_BLOCKS):
        raise UnsupportedImage("The file has Photoshop layers.", _NEW_SAVE)
    if str(page.dtype) not in _DTYPES or page.bitspersample != page.dtype.itemsize * 8:
        kind = getattr(page.dtype, "name", "samples of an unusual kind")
        raise UnsupportedImage(
            f"The photograph has {kind} of {page.bitspersample} bits a channel.",
            "Save it with 8 or 16 bits, or with 16- or 32-bit floating point.",
        )
    if page.samplesperpixel not in _SAMPLES.get(page.photometric, ()) or page.imagedepth != 1:
        raise UnsupportedImage(f"The photograph has {page.samplesperpixel} channels of an unusual kind.", _NEW_SAVE)
    if (
        page.compression not in _COMPRESSIONS
        or page.predictor not in _PREDICTORS[page.dtype.kind]
        or page.fillorder != 1
    ):
        raise UnsupportedImage(
            f"The photograph is compressed in an unusual way ({getattr(page.compression, 'name', page.compression)}).",
            "Save it with LZW, ZIP or no compression.",
        )


def _decode(page: Any) -> Pixels:
    pixels = page.asarray()
    if page.planarconfig == 2 and pixels.ndim == 3 and page.samplesperpixel > 1:
        pixels = np.moveaxis(pixels, 0, -1)
    shape = (page.imagelength, page.imagewidth, page.samplesperpixel)
    if pixels.size != np.prod(shape):
        raise DamagedFile
    pixels = pixels.reshape(shape if shape[2] > 1 else shape[:2])
    pixels = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))
    return _inverted(pixels) if page.photometric == _MIN_IS_WHITE else pixels


def _inverted(pixels: Pixels) -> Pixels:
    """Gray with white as the largest value instead of the smallest, and back; alpha stays."""
    if pixels.dtype.kind == "f":
        raise UnsupportedImage("The photograph is a negative in floating point.", _NEW_SAVE)
    result = pixels.copy()
    gray = result if result.ndim == 2 else result[..., 0]
    np.subtract(np.iinfo(pixels.dtype).max, gray, out=gray)
    return result


def _unlink_thumbnails(file: Any) -> None:
    """Take the small pictures behind the first one out, as they still show what was filled."""
    if len(file.pages) == 1:
        return
    for thumbnail in file.pages[1:]:
        for offset, count in zip(thumbnail.dataoffsets, thumbnail.databytecounts, strict=True):
            tiff_segments.blank(file.filehandle, offset, count)
    handle: IO[bytes] = file.filehandle
    tiff = file.tiff
    handle.seek(file.pages.first.offset)
    (tags,) = struct.unpack(tiff.tagnoformat, handle.read(tiff.tagnosize))
    handle.seek(file.pages.first.offset + tiff.tagnosize + tags * tiff.tagsize)
    handle.write(bytes(tiff.offsetsize))
