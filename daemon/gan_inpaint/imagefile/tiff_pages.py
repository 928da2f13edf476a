"""The pages of a TIFF file: which of its directories are pictures, and their tags as libtiff understands them.

tifffile takes some tags by the letter that libtiff, and with it every viewer, ignores or corrects.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import IO, Any, NamedTuple

import numpy as np

from gan_inpaint.imagefile import tiff_segments
from gan_inpaint.imagefile.reading import DamagedFile

_REDUCED, _TRANSPARENCY = 1, 4  # bits of NewSubfileType
_JPEG_OFFSET, _JPEG_LENGTH = 513, 514
_STRIPS, _TILES = 273, 324
_WITH_PREDICTOR = {5, 8, 32946, 34925, 50000}  # LZW, deflate (two codes), LZMA, zstd
_ASSOCIATED, _UNASSOCIATED = 1, 2
_MIN_IS_BLACK, _RGB = 1, 2  # photometric interpretations
_HORIZONTAL, _FLOAT = 2, 3  # a predictor, a sample format


class Directories(NamedTuple):
    """`pages` are pictures; `thumbnails` show one of them again. Others are neither: masks, infrared exposures."""

    pages: list[Any]
    thumbnails: list[Any]


def directories(file: Any) -> Directories:
    """Sort the directories of an open file. Raises DamagedFile if they go round in a circle.

    A directory is a thumbnail if it is marked as a reduced copy and is smaller than the picture before it (where there
    is none, behind it), or if it is like the thumbnail in EXIF: without size, or a JPEG without strips.
    """
    every = list(_chain(file))
    pictures = [page for page in every if not _is_marked(page) and not _is_like_exif(page)]
    if not pictures:
        pictures = [page for page in every if not _is_like_exif(page)][:1] or every[:1]
    whole = {page.offset for page in pictures}
    pages, thumbnails = [], []
    for number, page in enumerate(every):
        if page.offset in whole:
            pages.append(page)
        elif _is_like_exif(page) or (page.subfiletype & _REDUCED and _is_smaller(page, _original(every, number))):
            thumbnails.append(page)
        elif not page.subfiletype & _TRANSPARENCY:
            pages.append(page)
    if _is_infrared(pages):
        pages.pop()
    for page in pages:
        _correct(page)
    return Directories(pages, thumbnails)


def unlink(file: Any, found: Directories) -> None:
    """Take thumbnails out of the chain of directories, and overwrite their pixels."""
    if not found.thumbnails:
        return
    handle, gone = file.filehandle, {page.offset for page in found.thumbnails}
    kept = [(offset, length) for page in file.pages if page.offset not in gone for offset, length in _data_of(page)]
    kept += [(page.offset, 1) for page in file.pages]
    for page in found.thumbnails:
        for begin, count in _data_of(page):
            meets = any(begin < offset + length and offset < begin + count for offset, length in kept)
            if not meets and begin + count <= handle.size:  # else its tags are wrong
                tiff_segments.blank(handle, begin, count)
    first, *others = dict.fromkeys(page.offset for page in file.pages if page.offset not in gone)
    handle.seek(8 if file.is_bigtiff else 4)
    handle.write(struct.pack(file.tiff.offsetformat, first))
    for page, following in pairwise((first, *others, 0)):
        _link(file, page, following)


class Channels(NamedTuple):
    """The numbers of a page's channels: of colours and alpha, and of all others (saved selections, infrared, spots)."""

    shown: list[int]
    others: list[int]


def channels(page: Any) -> Channels:
    """Return which channels are the picture; alpha is what ExtraSamples calls so (1 or 2), and nothing else."""
    colours = 3 if page.photometric == _RGB else 1
    extra = [int(kind) for kind in page.extrasamples][: page.samplesperpixel - colours]
    alpha = next((colours + at for at, kind in enumerate(extra) if kind in (_ASSOCIATED, _UNASSOCIATED)), None)
    shown = [*range(colours), *([alpha] if alpha is not None else [])]
    return Channels(shown, [each for each in range(page.samplesperpixel) if each not in shown])


def has_extra_channels(page: Any) -> bool:
    """Return whether the channels beside the colours are as many as ExtraSamples says; a single one needs no tag."""
    extra = page.samplesperpixel - (3 if page.photometric == _RGB else 1)
    return extra in (0, 1) or extra == len(page.extrasamples)


def sample_type(page: Any) -> np.dtype[Any] | None:
    """Return the type of the page's samples; None if it has no such type."""
    if page.dtype is None:
        return None
    return np.dtype(f"f{page.dtype.itemsize}") if page.sampleformat == _FLOAT else np.dtype(page.dtype)


def _chain(file: Any) -> Iterator[Any]:
    """Yield all directories of a file in sequence.

    Raises DamagedFile if the chain returns to an earlier one: tifffile would never end.
    """
    offsets = set()
    for page in file.pages:
        if page.offset in offsets:
            raise DamagedFile
        offsets.add(page.offset)
        yield page


def _is_marked(page: Any) -> bool:
    return bool(page.subfiletype & (_REDUCED | _TRANSPARENCY))


def _is_like_exif(page: Any) -> bool:
    stored_apart = _JPEG_OFFSET in page.tags and _STRIPS not in page.tags and _TILES not in page.tags
    return stored_apart or not page.imagewidth or not page.imagelength


def _is_infrared(pages: Sequence[Any]) -> bool:
    """Return whether the second of two pages is the first one's infrared exposure, which some scanners do not mark.

    It is gray, the picture in colour, both with 16 bits and of the same size.
    """
    if len(pages) != 2:
        return False
    kinds = [(page.photometric, page.samplesperpixel, page.bitspersample) for page in pages]
    sizes = {(page.imagewidth, page.imagelength) for page in pages}
    return kinds == [(_RGB, 3, 16), (_MIN_IS_BLACK, 1, 16)] and len(sizes) == 1


def _original(every: Sequence[Any], number: int) -> Any:
    """Return the picture whose copy the directory claims to be; None if there is none."""
    around = (*reversed(every[:number]), *every[number + 1 :])
    return next((page for page in around if not _is_marked(page) and not _is_like_exif(page)), None)


def _is_smaller(page: Any, original: Any) -> bool:
    if original is None:
        return False
    size, whole = (page.imagewidth, page.imagelength), (original.imagewidth, original.imagelength)
    return size != whole and size[0] <= whole[0] and size[1] <= whole[1]


def _data_of(page: Any) -> Iterator[tuple[int, int]]:
    if _STRIPS in page.tags or _TILES in page.tags:
        yield from zip(page.dataoffsets, page.databytecounts, strict=False)
    if _JPEG_OFFSET in page.tags and _JPEG_LENGTH in page.tags:
        yield _single(page, _JPEG_OFFSET), _single(page, _JPEG_LENGTH)


def _single(page: Any, code: int) -> int:
    value = page.tags[code].value
    return int(value[0] if isinstance(value, tuple) else value)


def _correct(page: Any) -> None:
    """Change attributes of an open page to what libtiff makes of its tags."""
    if page.compression not in _WITH_PREDICTOR:
        page.predictor = 1  # libtiff does not look at it then
    if page.predictor == _HORIZONTAL and page.sampleformat == _FLOAT and page.dtype is not None:
        page.dtype = page._dtype = np.dtype(f"u{page.dtype.itemsize}")  # differences are those of the bits


def _link(file: Any, page: int, following: int) -> None:
    """Make the directory at offset `following` the successor of that at offset `page`; 0 ends the chain."""
    handle: IO[bytes] = file.filehandle
    tiff = file.tiff
    handle.seek(page)
    (tags,) = struct.unpack(tiff.tagnoformat, handle.read(tiff.tagnosize))
    handle.seek(page + tiff.tagnosize + tags * tiff.tagsize)
    handle.write(struct.pack(tiff.offsetformat, following))
