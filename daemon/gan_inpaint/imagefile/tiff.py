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
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
import tifffile

from gan_inpaint.errors import UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile import memory, photoshop, tiff_segments
from gan_inpaint.imagefile.photograph import Format, Photograph, Pixels
from gan_inpaint.imagefile.reading import DamagedFile, damaged

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # else its warnings would go to the user's terminal

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
_DNG_VERSION, _PHOTOSHOP_LAYERS, _PHOTOSHOP_RESOURCES, _ORIENTATION = 50706, 37724, 34377, 274
_LAYER_BLOCKS = (b"8BIMLayr", b"8BIMLr16", b"8BIMLr32", b"MIB8ryaL", b"MIB861rL", b"MIB823rL")
_COMPRESSIONS = {1, 5, 8, 32773, 32946, 34925, 50000}  # none, LZW, deflate (two codes), PackBits, LZMA, zstd
_PREDICTORS = {"u": (1, 2), "f": (1, 3)}
_SAMPLES = {_MIN_IS_WHITE: (1, 2), _MIN_IS_BLACK: (1, 2), _RGB: (3, 4)}
_DTYPES = {"uint8", "uint16", "float16", "float32"}
_DAMAGE = (
    tifffile.TiffFileError, OSError, ValueError, KeyError, IndexError, TypeError, struct.error, RuntimeError,
    AttributeError, ZeroDivisionError, OverflowError, NotImplementedError, DamagedFile,
)  # fmt: skip
"""What tifffile and its codecs raise on damaged files, as tests with truncated and corrupted files show."""


@dataclass(frozen=True)
class TiffContainer:
    """The file that the pixels came from, and the original pixels, to find what changed."""

    source: Path
    identity: tuple[int, int]  # size and time of the last change
    number: int  # of the page
    original: Pixels
    orientation: int
    format: Format = "tiff"
    lossy: bool = False
    metadata: None = None

    def write(self, pixels: Pixels, target: Path) -> None:
        copy(self.source, self.identity, target)
        with replacing(target) as pages:
            pages.replace(self, pixels)


class TiffPages:
    """The pages of an open file without reduced copies; each is read when needed."""

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
            tiff_segments.check_complete(page, page.parent.filehandle.size)
            memory.require(page.imagewidth, page.imagelength, page.samplesperpixel * page.dtype.itemsize)
            pixels = _decode(page)
            orientation = page.tags.valueof(_ORIENTATION, 1)
        except _DAMAGE as problem:
            raise damaged(self._path) from problem
        orientation = orientation if orientation in range(1, 9) else 1
        source = self._path.absolute()
        return Photograph(pixels, TiffContainer(source, self.identity, number or 0, pixels, orientation))


@contextmanager
def reading(path: Path) -> Iterator[TiffPages]:
    """Open the TIFF file at `path` and find its pages. Raises UnreadableImage if it is damaged."""
    identity = identify(path)
    with ExitStack() as stack:
        try:
            pages = _pages(stack.enter_context(_opened(path, "rb")))
        except _DAMAGE as problem:
            raise damaged(path) from problem
        yield TiffPages(path, identity, pages)


class ReplacedPages:
    """An open copy of a file, in which the pixels of pages are replaced."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._pages = _pages(file)
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
        page = self._pages[container.number]
        samples = _inverted(pixels) if page.photometric == _MIN_IS_WHITE else pixels
        tiff_segments.replace(page, samples, changed.any(axis=-1), self._users)
        _drop_thumbnail(page)
        self._changed = True

    def finish(self) -> None:
        """Remove the thumbnail pages of a file that has changed: they still show what was filled."""
        if not self._changed:
            return
        kept = dict.fromkeys(page.offset for page in self._pages)
        thumbnails = [page for page in self._file.pages if page.offset not in kept]
        if not thumbnails:
            return
        for thumbnail in thumbnails:
            for offset, length in zip(thumbnail.dataoffsets, thumbnail.databytecounts, strict=True):
                tiff_segments.blank(self._file.filehandle, offset, length)
        for page, following in pairwise((*kept, 0)):
            _link(self._file, page, following)


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


def _pages(file: Any) -> list[Any]:
    """Return the file's pages without reduced copies; the first page always counts."""
    first, *others = _chain(file)
    return [first, *(page for page in others if not page.is_reduced)]


def _chain(file: Any) -> Iterator[Any]:
    """Yield all pages of a file in sequence.

    Raises DamagedFile if the chain of pages returns to an earlier one: tifffile would never end.
    """
    offsets = set()
    for page in file.pages:
        if page.offset in offsets:
            raise DamagedFile
        offsets.add(page.offset)
        yield page


def _check_kind(page: Any) -> None:
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
    """Return gray with white as the largest value instead of the smallest, or the inverse; alpha stays."""
    if pixels.dtype.kind == "f":
        raise UnsupportedImage("The photograph is a negative in floating point.", _NEW_SAVE)
    result = pixels.copy()
    gray = result if result.ndim == 2 else result[..., 0]
    np.subtract(np.iinfo(pixels.dtype).max, gray, out=gray)
    return result


def _drop_thumbnail(page: Any) -> None:
    """Remove Photoshop's thumbnail from the page's tags."""
    tag = page.tags.get(_PHOTOSHOP_RESOURCES)
    if tag is None or not isinstance(tag.value, bytes):
        return
    resources = photoshop.without_thumbnail(tag.value)
    if resources != tag.value:
        tag.overwrite(resources)


def _link(file: Any, page: int, following: int) -> None:
    """Make the directory at offset `following` the successor of that at offset `page`; 0 ends the chain."""
    handle: IO[bytes] = file.filehandle
    tiff = file.tiff
    handle.seek(page)
    (tags,) = struct.unpack(tiff.tagnoformat, handle.read(tiff.tagnosize))
    handle.seek(page + tiff.tagnosize + tags * tiff.tagsize)
    handle.write(struct.pack(tiff.offsetformat, following))
