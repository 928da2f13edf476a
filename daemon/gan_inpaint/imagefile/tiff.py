"""TIFF and BigTIFF of 8 and 16 bits and of 16- and 32-bit floats.

A photograph is saved as a copy of its file in which only the changed strips or tiles are replaced. Every tag, EXIF and
maker's notes included, every other strip and every other page stay byte for byte as they were. No library does that:
all of them write a new file. tifffile reads the pages and edits the tags.
"""

from __future__ import annotations

import logging
import shutil
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from gan_inpaint.errors import UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile import memory, photoshop, tiff_pages, tiff_segments, xmp
from gan_inpaint.imagefile.photograph import Format, Photograph, Pixels
from gan_inpaint.imagefile.reading import DamagedFile, damaged

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # else its warnings would go to the user's terminal

_NEW_SAVE = "Save a flat RGB or gray copy of it from your editor."
_PHOTOMETRIC = {
    3: "The photograph has indexed colours (a palette).",
    5: "The photograph is in CMYK, the colours of print.",
    6: "The photograph is in YCbCr, the colours of video.",
    8: "The photograph is in Lab colours.",
    9: "The photograph is in Lab colours.",
    10: "The photograph is in Lab colours.",
    32803: "The photograph is a camera's raw file.",
    34892: "The photograph is a camera's raw file.",
}
_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB = 0, 1, 2
_DNG_VERSION, _PHOTOSHOP_LAYERS, _PHOTOSHOP_RESOURCES, _ORIENTATION, _XMP = 50706, 37724, 34377, 274, 700
_LAYER_BLOCKS = (b"8BIMLayr", b"8BIMLr16", b"8BIMLr32", b"MIB8ryaL", b"MIB861rL", b"MIB823rL")
_COMPRESSIONS = {1, 5, 8, 32773, 32946, 34925, 50000}  # none, LZW, deflate (two codes), PackBits, LZMA, zstd
_LOSSY = {
    6: "JPEG", 7: "JPEG", 34892: "JPEG", 33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000",
    50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
_NUMBERS = {"i": "signed whole numbers", "u": "whole numbers", "f": "floating-point numbers", "c": "complex numbers"}
_PREDICTORS = {"u": (1, 2), "f": (1, 2, 3)}
_COLOURS = {_MIN_IS_WHITE: 1, _MIN_IS_BLACK: 1, _RGB: 3}
_MOST_CHANNELS = 16
_DTYPES = {"uint8", "uint16", "float16", "float32"}
_DAMAGE = (
    tifffile.TiffFileError, OSError, ValueError, KeyError, IndexError, TypeError, struct.error, RuntimeError,
    AttributeError, ZeroDivisionError, OverflowError, NotImplementedError, DamagedFile,
)  # fmt: skip
"""What tifffile and its codecs raise on damaged files, as tests with truncated and corrupted files show."""


@dataclass(frozen=True)
class TiffContainer:
    """The file that the pixels came from, and the original pixels, to find what changed.

    others: the channels (H, W, N) that are neither colours nor alpha; None if there are none.
    """

    source: Path
    identity: tuple[int, int]  # size and time of the last change
    number: int  # of the page
    original: Pixels
    orientation: int
    others: Pixels | None = None
    format: Format = "tiff"
    lossy: bool = False
    metadata: None = None

    def write(self, pixels: Pixels, target: Path) -> None:
        copy(self.source, self.identity, target)
        with replacing(target) as pages:
            pages.replace(self, pixels)


class TiffPages:
    """The pages of an open file without thumbnails; each is read when needed."""

    def __init__(self, path: Path, identity: tuple[int, int], pages: list[Any]) -> None:
        self.identity = identity
        self._path = path
        self._pages = pages

    def __len__(self) -> int:
        return len(self._pages)

    def page(self, number: int | None = None) -> Photograph:
        """Read a page, counted from 0; without a number, the only page.

        Raises:
            UnsupportedImage: it is CMYK, indexed or Lab, has layers or another depth or compression, or there are
                several pages and no number.
            TooLarge: see `memory.require`.
            UnreadableImage: it violates the format, as a truncated file does.
        """
        if number is None and len(self) > 1:
            raise UnsupportedImage(f"The file has {len(self)} pages.", "Save each page as a separate file.")
        try:
            page = self._pages[number or 0]
            _check_kind(page)
            tiff_segments.correct_counts(page)
            tiff_segments.check_complete(page)
            memory.require(page.imagewidth, page.imagelength, page.samplesperpixel * page.dtype.itemsize)
            pixels, others = _decode(page)
            orientation = page.tags.valueof(_ORIENTATION) or xmp.orientation(_bytes(page, _XMP)) or 1
        except _DAMAGE as problem:
            raise damaged(self._path) from problem
        orientation = orientation if orientation in range(1, 9) else 1
        source = self._path.absolute()
        container = TiffContainer(source, self.identity, number or 0, pixels, orientation, others)
        return Photograph(pixels, container)


@contextmanager
def reading(path: Path) -> Iterator[TiffPages]:
    """Open the TIFF file at `path` and find its pages. Raises UnreadableImage if it is damaged."""
    identity = identify(path)
    with ExitStack() as stack:
        try:
            pages = tiff_pages.directories(stack.enter_context(_opened(path, "rb"))).pages
        except _DAMAGE as problem:
            raise damaged(path) from problem
        yield TiffPages(path, identity, pages)


class ReplacedPages:
    """An open copy of a file, in which the pixels of pages are replaced."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._directories = tiff_pages.directories(file)
        self._changed = False

    @cached_property
    def _users(self) -> Counter[int]:
        """Number of pages that use the strip or tile at an offset."""
        return tiff_segments.users(self._file.pages)

    def replace(self, container: TiffContainer, pixels: Pixels) -> None:
        """Replace the pixels (H, W[, C]) of the page that `container` describes; each page once."""
        changed = (np.ascontiguousarray(pixels).view(np.uint8) != container.original.view(np.uint8)).reshape(
            *pixels.shape[:2], -1
        )
        page = self._directories.pages[container.number]
        samples = _inverted(pixels) if page.photometric == _MIN_IS_WHITE else pixels
        samples = _with_others(page, samples, container.others)
        tiff_segments.replace(page, samples, changed.any(axis=-1), self._users)
        _drop_thumbnail(page)
        self._changed = True

    def finish(self) -> None:
        """Remove the thumbnail pages of a file that has changed: they still show what was filled."""
        if self._changed:
            tiff_pages.unlink(self._file, self._directories)


@contextmanager
def replacing(target: Path) -> Iterator[ReplacedPages]:
    """Open a copy of a TIFF file, to replace the pixels of its pages."""
    with _opened(target, "r+") as file:
        pages = ReplacedPages(file)
        yield pages
        pages.finish()


def identify(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written: its size in bytes and the time of its last change in ns."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def copy(source: Path, identity: tuple[int, int], target: Path) -> None:
    """Copy a file byte for byte into `target`. Raises UnreadableImage if it changed since `identity` was taken."""
    changed = UnreadableImage(f"{source} was changed or removed while it was worked on.", "Start again.")
    try:
        file = source.open("rb")
    except OSError as problem:
        raise changed from problem
    with file, target.open("wb") as written:
        shutil.copyfileobj(file, written, 2**20)
        if identify(source) != identity:
            raise changed


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[Any]:
    with tifffile.TiffFile(path, mode=mode) as file:
        yield file


def _check_kind(page: Any) -> None:
    if _DNG_VERSION in page.tags:
        raise UnsupportedImage(_PHOTOMETRIC[32803], _NEW_SAVE)
    if page.compression in _LOSSY:
        raise UnsupportedImage(
            f"The TIFF is compressed as {_LOSSY[page.compression]}, so that no pixel would come back as it is.",
            "Save it with LZW, ZIP or no compression.",
        )
    if page.photometric in _PHOTOMETRIC:
        raise UnsupportedImage(_PHOTOMETRIC[page.photometric], _NEW_SAVE)
    if page.subifds:
        raise UnsupportedImage("The file holds smaller copies of the photograph (an image pyramid).", _NEW_SAVE)
    if any(block in page.tags.valueof(_PHOTOSHOP_LAYERS, b"") for block in _LAYER_BLOCKS):
        raise UnsupportedImage("The file has Photoshop layers.", _NEW_SAVE)
    samples = tiff_pages.sample_type(page)
    if samples is None or samples.name not in _DTYPES or page.bitspersample != samples.itemsize * 8:
        kind = "samples of an unusual kind" if samples is None else _NUMBERS.get(samples.kind, samples.name)
        raise UnsupportedImage(
            f"The photograph has {kind} of {page.bitspersample} bits a channel.",
            "Save it with whole numbers of 8 or 16 bits without a sign, or with 16- or 32-bit floating point.",
        )
    colours = _COLOURS.get(page.photometric, _MOST_CHANNELS + 1)
    fits = colours <= page.samplesperpixel <= _MOST_CHANNELS and tiff_pages.has_extra_channels(page)
    if not fits or page.imagedepth != 1:
        raise UnsupportedImage(f"The photograph has {page.samplesperpixel} channels of an unusual kind.", _NEW_SAVE)
    if page.compression not in _COMPRESSIONS:
        raise UnsupportedImage(
            f"The photograph is compressed in an unusual way ({getattr(page.compression, 'name', page.compression)}).",
            "Save it with LZW, ZIP or no compression.",
        )
    if page.predictor not in _PREDICTORS[samples.kind] or page.fillorder not in (1, 2):
        raise UnsupportedImage(
            "The photograph's samples are stored in an unusual way (Predictor or FillOrder).",
            "Save it anew from your editor.",
        )


def _decode(page: Any) -> tuple[Pixels, Pixels | None]:
    """Return the page's colours with alpha, and its other channels."""
    samples = page.asarray()
    if page.planarconfig == 2 and samples.ndim == 3 and page.samplesperpixel > 1:
        samples = np.moveaxis(samples, 0, -1)
    shape = (page.imagelength, page.imagewidth, page.samplesperpixel)
    if samples.size != np.prod(shape):
        raise DamagedFile
    kind = tiff_pages.sample_type(page)
    samples = np.ascontiguousarray(samples.reshape(shape), dtype=samples.dtype.newbyteorder("=")).view(kind)
    shown, others = tiff_pages.channels(page)
    pixels = np.ascontiguousarray(samples[..., shown]) if others else samples
    pixels = pixels if len(shown) > 1 else pixels[..., 0]
    pixels = _inverted(pixels) if page.photometric == _MIN_IS_WHITE else pixels
    return pixels, np.ascontiguousarray(samples[..., others]) if others else None


def _with_others(page: Any, pixels: Pixels, others: Pixels | None) -> Pixels:
    """Return all channels (H, W, C) of a page in its order."""
    if others is None:
        return pixels
    shown, places = tiff_pages.channels(page)
    samples = np.empty((*pixels.shape[:2], page.samplesperpixel), pixels.dtype)
    samples[..., shown] = pixels if pixels.ndim == 3 else pixels[..., np.newaxis]
    samples[..., places] = others
    return samples


def _inverted(pixels: Pixels) -> Pixels:
    """Return gray with white as the largest value instead of the smallest, or the inverse; alpha stays."""
    if pixels.dtype.kind == "f":
        raise UnsupportedImage("The photograph is a negative in floating point.", _NEW_SAVE)
    result = pixels.copy()
    gray = result if result.ndim == 2 else result[..., 0]
    np.subtract(np.iinfo(pixels.dtype).max, gray, out=gray)
    return result


def _drop_thumbnail(page: Any) -> None:
    """Remove the thumbnails of Photoshop and XMP from the page's tags."""
    for code, removed in ((_PHOTOSHOP_RESOURCES, photoshop.without_thumbnail), (_XMP, xmp.without_thumbnail)):
        before = _bytes(page, code)
        after = removed(before)
        if after != before:
            page.tags[code].overwrite(after)


def _bytes(page: Any, code: int) -> bytes:
    """Return the value of a tag of bytes; empty if there is none."""
    value = page.tags.valueof(code, b"")
    return value if isinstance(value, bytes) else b""
