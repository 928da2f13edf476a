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
_CLASSIC_LIMIT = 2**32 - 1


class _Grid(NamedTuple):
    """Strips or tiles, numbered row by row, plane after plane if channels are stored apart."""

    height: int  # of a segment, in pixels
    width: int
    rows: int
    columns: int
    planes: int

    def number(self, plane: int, row: int, column: int) -> int:
        return (plane * self.rows + row) * self.columns + column


def check_complete(page: Any, file_size: int) -> None:
    """Raise DamagedFile unless all strips or tiles of the page are inside its file."""
    grid = _grid(page)
    counts = page.databytecounts
    if not len(page.dataoffsets) == len(counts) == grid.rows * grid.columns * grid.planes:
        raise DamagedFile
    if any(not count or offset + count > file_size for offset, count in zip(page.dataoffsets, counts, strict=True)):
        raise DamagedFile
    if page.compression == 1 and sum(counts) < page.nbytes:
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
    grid = _grid(page)
    rows = np.logical_or.reduceat(changed, range(0, changed.shape[0], grid.height), axis=0)
    cells = np.logical_or.reduceat(rows, range(0, changed.shape[1], grid.width), axis=1)
    if not cells.any():
        return
    offsets, counts = list(page.dataoffsets), list(page.databytecounts)
    shared = {offset for offset in offsets if users[offset] > 1}
    handle = page.parent.filehandle
    freed = [(offsets[each], counts[each]) for each in _numbers(grid, cells) if offsets[each] not in shared]
    room = _Room(handle, freed)
    for number, data in _encoded(page, pixels, grid, cells):
        users[offsets[number]] -= 1
        offsets[number], counts[number] = room.write(data), len(data)
        users[offsets[number]] += 1
    if not page.parent.is_bigtiff and _end(handle) > _CLASSIC_LIMIT:
        raise CannotWrite(
            "The result would be larger than the 4 GB that a TIFF can hold.", "Save it as a BigTIFF first."
        )
    _update(page, (273, 324), page.dataoffsets, offsets)
    _update(page, (279, 325), page.databytecounts, counts)


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
                        yield grid.number(plane, row, column), bytes(buffer.getbuffer()[offset : offset + count])


def _write_part(page: Any, part: Pixels, grid: _Grid, buffer: io.BytesIO) -> None:
    channels = 1 if part.ndim == 2 else part.shape[2]
    apart = page.planarconfig == 2 and channels > 1
    layout = {"tile": (grid.height, grid.width)} if page.is_tiled else {"rowsperstrip": grid.height}
    with tifffile.TiffWriter(buffer, bigtiff=True, byteorder=page.parent.byteorder) as writer:
        writer.write(
            np.moveaxis(part, -1, 0) if apart else part,
            photometric="rgb" if channels > 2 else "minisblack",
            planarconfig=("separate" if apart else "contig") if channels > 1 else None,
            extrasamples=["unspecified"] if channels in (2, 4) else None,
            compression=page.compression,
            predictor=page.predictor if page.predictor != 1 else None,
            metadata=None,
            **layout,
        )


def _span(marks: Any) -> tuple[int, int]:
    places = np.flatnonzero(marks)
    return int(places[0]), int(places[-1]) + 1


def _update(page: Any, codes: tuple[int, int], old: Any, new: list[int]) -> None:
    if list(old) == new:
        return
    tag = next(page.tags[code] for code in codes if code in page.tags)
    dtype = _LONG if tag.dtype == _SHORT and max(new) > 0xFFFF else tag.dtype
    tag.overwrite(new, dtype=dtype)
