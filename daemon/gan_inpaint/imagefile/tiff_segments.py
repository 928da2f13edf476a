"""Strips and tiles of a TIFF page: which of them changed, their encoding, and their replacement in the file.

Handled here, since tifffile writes whole pages only: unchanged strips would be encoded anew. Pages and tags are its
own.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

import numpy as np
import tifffile
from numpy.typing import NDArray

from gan_inpaint.errors import CannotWrite
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.imagefile.reading import DamagedFile

_SHORT, _LONG = 3, 4
_OFFSETS, _COUNTS = (273, 324), (279, 325)  # of strips, of tiles
_HORIZONTAL = 2  # a predictor
_PACKBITS = 32773  # a compression
_RGB = 2  # a photometric interpretation
_CLASSIC_LIMIT = 2**32 - 1
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Bytes with their bits in the reverse order (FillOrder 2)."""


class _Grid(NamedTuple):
    """Strips or tiles, numbered row by row, plane after plane if channels are stored apart."""

    height: int  # of a segment, in pixels
    width: int
    rows: int
    columns: int
    planes: int

    def number(self, plane: int, row: int, column: int) -> int:
        return (plane * self.rows + row) * self.columns + column


def correct_counts(page: Any) -> None:
    """Change the sizes of strips or tiles, as `page` has them, to those that libtiff takes for wrong ones.

    An uncompressed segment has the size of its pixels; a compressed one without a size, or with one that reaches behind
    the end of the file, is the rest of the file. Segments that are too many do not count.
    """
    grid, file_size = _grid(page), page.parent.filehandle.size
    number = grid.rows * grid.columns * grid.planes
    counts = list(page.databytecounts[:number])
    page.dataoffsets = tuple(page.dataoffsets[:number])
    for each, offset in enumerate(page.dataoffsets[: len(counts)]):
        known = counts[each] or (number == 1 and offset)  # else a segment that is not stored
        if known and page.compression == 1:
            size = _plain_size(page, grid, each)
            counts[each] = size if offset + size <= file_size else counts[each]
        elif known and (not counts[each] or offset + counts[each] > file_size > offset):
            counts[each] = _size_of_rest(page, grid, each)
    page.databytecounts = tuple(counts)


def check_complete(page: Any) -> None:
    """Raise DamagedFile unless all strips or tiles of the page are inside its file, or not stored at all (GDAL)."""
    grid, file_size = _grid(page), page.parent.filehandle.size
    offsets, counts = page.dataoffsets, page.databytecounts
    if not len(offsets) == len(counts) == grid.rows * grid.columns * grid.planes:
        raise DamagedFile
    for number, (offset, count) in enumerate(zip(offsets, counts, strict=True)):
        stored = offset or count
        if stored and (not count or offset + count > file_size):
            raise DamagedFile
        if stored and page.compression == 1 and count < _plain_size(page, grid, number):
            raise DamagedFile
        if stored and not _is_sure(page, number) and not _decodes(page, grid, number):
            raise DamagedFile
    if page.compression != 1 and _tag(page, _COUNTS) is None:
        raise DamagedFile


def users(pages: Iterable[Any]) -> Counter[int]:
    """Return how many of a file's pages use the strip or tile at each offset."""
    return Counter(offset for page in pages for offset in page.dataoffsets)


def replace(page: Any, pixels: Pixels, changed: NDArray[np.bool_], users: Counter[int]) -> None:
    """Write the strips or tiles of `page`, whose file is open for writing, that contain a pixel of `changed`.

    `pixels` (H, W[, C]) are all of the page's, `changed` is (H, W). The old segments are overwritten: new ones take
    their place, and those that do not fit go to the end of the file. Segments that other pages share, by the `users` of
    the file, which are updated, stay as they are. Raises CannotWrite if the file would exceed 4 GB.
    """
    correct_counts(page)
    grid = _grid(page)
    rows = np.logical_or.reduceat(changed, range(0, changed.shape[0], grid.height), axis=0)
    cells = np.logical_or.reduceat(rows, range(0, changed.shape[1], grid.width), axis=1)
    if not cells.any():
        return
    offsets, counts = list(page.dataoffsets), list(page.databytecounts)
    handle = page.parent.filehandle
    numbers = _numbers(grid, cells)
    own = [each for each in numbers if counts[each] and users[offsets[each]] == 1 and _is_sure(page, each)]
    room = _Room(handle, [(offsets[each], counts[each]) for each in own])
    for number, data in _encoded(page, pixels, grid, cells):
        users[offsets[number]] -= 1
        offsets[number], counts[number] = room.write(data), len(data)
        users[offsets[number]] += 1
    if not page.parent.is_bigtiff and _end(handle) > _CLASSIC_LIMIT:
        raise CannotWrite(
            "The result would be larger than the 4 GB that a TIFF can hold.", "Save it as a BigTIFF first."
        )
    _update(page, _OFFSETS, {number: offsets[number] for number in numbers})
    _update(page, _COUNTS, {number: counts[number] for number in numbers})


def blank(handle: IO[bytes], offset: int, count: int) -> None:
    """Overwrite a segment with zeros."""
    handle.seek(offset)
    handle.write(bytes(count))


class _Room:
    """Where new segments may go: `freed`, offsets and lengths of old ones, and the end of the file."""

    def __init__(self, handle: IO[bytes], freed: list[tuple[int, int]]) -> None:
        self._handle = handle
        self._gaps: list[tuple[int, int]] = []  # from, to
        for offset, count in sorted(freed):
            blank(handle, offset, count)
            begin = self._gaps.pop()[0] if self._gaps and self._gaps[-1][1] == offset else offset
            self._gaps.append((begin, offset + count))

    def write(self, data: bytes) -> int:
        """Write a segment where there is room; return its offset."""
        offset = self._take(len(data))
        self._handle.seek(offset)
        self._handle.write(data)
        return offset

    def _take(self, length: int) -> int:
        for number, (begin, end) in enumerate(self._gaps):
            if end - begin >= length:
                self._gaps[number] = begin + length, end
                return begin
        return _end(self._handle)


def _end(handle: IO[bytes]) -> int:
    """Return the first even offset at the end of the file."""
    end = handle.seek(0, io.SEEK_END)
    return end + end % 2


def _plain_size(page: Any, grid: _Grid, number: int) -> int:
    """Return the bytes of a segment without compression."""
    row = number // grid.columns % grid.rows
    height = grid.height if page.is_tiled else min(grid.height, page.imagelength - row * grid.height)
    samples = 1 if grid.planes > 1 else page.samplesperpixel
    return int(height * -(-grid.width * samples * page.bitspersample // 8))


def _is_sure(page: Any, number: int) -> bool:
    """Return whether the segment's size is certain, so that its bytes are its own."""
    tag = _tag(page, _COUNTS)
    return page.compression == 1 or (tag is not None and tag.value[number] == page.databytecounts[number])


def _decodes(page: Any, grid: _Grid, number: int) -> bool:
    """Return whether all pixels of a compressed segment are there. Raises what the codec raises on damaged data."""
    data, size = _read(page, number, page.databytecounts[number]), _plain_size(page, grid, number)
    return len(tifffile.TIFF.DECOMPRESSORS[page.compression](data, out=size)) == size


def _size_of_rest(page: Any, grid: _Grid, number: int) -> int:
    """Return the bytes from the beginning of a compressed segment to the end of the file.

    Only of PackBits, which has no mark of its end, it is what its pixels need.
    """
    size = int(page.parent.filehandle.size - page.dataoffsets[number])
    if page.compression != _PACKBITS:
        return size
    data, missing, at = _read(page, number, size), _plain_size(page, grid, number), 0
    while missing > 0 and at < size:
        head = data[at]
        at += head + 2 if head < 128 else 1 + (head > 128)
        missing -= head + 1 if head < 128 else (257 - head) * (head > 128)
    return min(at, size)


def _read(page: Any, number: int, count: int) -> bytes:
    """Return bytes of the file from the beginning of a segment, with their bits in the order of the codecs."""
    handle = page.parent.filehandle
    handle.seek(page.dataoffsets[number])
    data: bytes = handle.read(count)
    return data if page.fillorder == 1 else data.translate(_REVERSED)


def _tag(page: Any, codes: tuple[int, int]) -> Any:
    return next((page.tags[code] for code in codes if code in page.tags), None)


def _grid(page: Any) -> _Grid:
    height, width = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, page.imagewidth)
    height = height if page.is_tiled else min(height, page.imagelength)
    if not height or not width:
        raise DamagedFile
    planes = page.samplesperpixel if page.planarconfig == 2 else 1
    return _Grid(height, width, -(-page.imagelength // height), -(-page.imagewidth // width), planes)


def _numbers(grid: _Grid, cells: NDArray[np.bool_]) -> list[int]:
    """Return the numbers of the segments marked in `cells` (rows, columns), in all planes."""
    places = [(int(row), int(column)) for row, column in np.argwhere(cells)]
    return [grid.number(plane, row, column) for plane in range(grid.planes) for row, column in places]


def _encoded(page: Any, pixels: Pixels, grid: _Grid, cells: NDArray[np.bool_]) -> Iterator[tuple[int, bytes]]:
    """Yield number and new content of each segment marked in `cells`.

    The part of the picture around them is written as a separate TIFF with the same encoding, and taken apart.
    """
    (top, bottom), (left, right) = (_span(np.any(cells, axis=axis)) for axis in (1, 0))
    part = pixels[top * grid.height : bottom * grid.height, left * grid.width : right * grid.width]
    buffer = io.BytesIO()
    _write_part(page, part, grid, buffer)
    buffer.seek(0)
    with tifffile.TiffFile(buffer) as file:
        segments = iter(zip(file.pages.first.dataoffsets, file.pages.first.databytecounts, strict=True))
        for plane in range(grid.planes):
            for row in range(top, bottom):
                for column in range(left, right):
                    offset, count = next(segments)
                    if cells[row, column]:
                        data = bytes(buffer.getbuffer()[offset : offset + count])
                        data = data if page.fillorder == 1 else data.translate(_REVERSED)
                        yield grid.number(plane, row, column), data


def _write_part(page: Any, part: Pixels, grid: _Grid, buffer: io.BytesIO) -> None:
    channels, colours = (1 if part.ndim == 2 else part.shape[2]), (3 if page.photometric == _RGB else 1)
    apart = page.planarconfig == 2 and channels > 1
    layout = {"tile": (grid.height, grid.width)} if page.is_tiled else {"rowsperstrip": grid.height}
    if page.predictor == _HORIZONTAL:
        part = part.view(f"u{part.itemsize}")  # floats, too: differences are those of the bits
    with tifffile.TiffWriter(buffer, bigtiff=True, byteorder=page.parent.byteorder) as writer:
        writer.write(
            np.moveaxis(part, -1, 0) if apart else part,
            photometric="rgb" if colours > 1 else "minisblack",
            planarconfig=("separate" if apart else "contig") if channels > 1 else None,
            extrasamples=["unspecified"] * (channels - colours) or None,
            compression=page.compression,
            predictor=page.predictor if page.predictor != 1 else None,
            metadata=None,
            **layout,
        )


def _span(marks: Any) -> tuple[int, int]:
    places = np.flatnonzero(marks)
    return int(places[0]), int(places[-1]) + 1


def _update(page: Any, codes: tuple[int, int], new: dict[int, int]) -> None:
    """Change values of a tag; without the tag, the file has a single uncompressed strip, of the same size as before."""
    tag = _tag(page, codes)
    if tag is None:
        return
    values = list(tag.value)
    for number, value in new.items():
        values[number] = value
    if values != list(tag.value):
        tag.overwrite(values, dtype=_LONG if tag.dtype == _SHORT and max(values) > 0xFFFF else tag.dtype)
