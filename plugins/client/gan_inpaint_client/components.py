"""Boxes of the connected components of a mask, without any array library.

Rows are taken in bands, whose rows are joined by one OR of large integers, so that a mask of a hundred megapixels takes
a fraction of a second. What is nearer than a band counts as connected.
"""

from __future__ import annotations

import re

from .crop import Box

BAND = 16  # rows, and also the columns of a gap that does not separate

_RUNS = re.compile(rb"[^\0]+(?:\0{1,%d}[^\0]+)*" % BAND)

Run = tuple[int, int]


def component_boxes(mask: bytes, width: int) -> list[Box]:
    """Return boxes that hold all nonzero pixels of a mask with rows of `width` bytes, and end where those do."""
    height = len(mask) // width if width else 0
    found = _Components()
    for top in range(0, height, BAND):
        rows = min(BAND, height - top)
        found.add(top, rows, _runs(mask[top * width : (top + rows) * width], width))
    return [_tight(mask, width, box) for box in found.boxes()]


def _runs(band: bytes, width: int) -> list[Run]:
    """Return start and end of the columns that are not 0 in every row of a band."""
    if band.count(0) == len(band):
        return []
    joined = 0
    for start in range(0, len(band), width):
        joined |= int.from_bytes(band[start : start + width], "big")
    return [run.span() for run in _RUNS.finditer(joined.to_bytes(width, "big"))]


class _Components:
    """Components that grow band by band; `_parents` joins those that turn out to be one."""

    def __init__(self) -> None:
        self._parents: list[int] = []
        self._edges: list[tuple[int, int, int, int]] = []  # left, top, right, bottom
        self._last: list[tuple[Run, int]] = []

    def add(self, top: int, rows: int, runs: list[Run]) -> None:
        """Add the next band, with its runs from left to right."""
        current: list[tuple[Run, int]] = []
        above = 0
        for start, end in runs:
            number = len(self._parents)
            self._parents.append(number)
            self._edges.append((start, top, end, top + rows))
            while above < len(self._last) and self._last[above][0][1] + BAND < start:
                above += 1
            touching = above
            while touching < len(self._last) and self._last[touching][0][0] <= end + BAND:
                self._join(self._last[touching][1], number)
                touching += 1
            current.append(((start, end), number))
        self._last = current

    def boxes(self) -> list[Box]:
        """Return the box of each component."""
        roots = [number for number, parent in enumerate(self._parents) if number == parent]
        edges = [self._edges[root] for root in roots]
        return [Box(left, top, right - left, bottom - top) for left, top, right, bottom in edges]

    def _join(self, one: int, other: int) -> None:
        first, second = self._root(one), self._root(other)
        if first != second:
            mine, its = self._edges[first], self._edges[second]
            self._parents[second] = first
            self._edges[first] = (
                min(mine[0], its[0]),
                min(mine[1], its[1]),
                max(mine[2], its[2]),
                max(mine[3], its[3]),
            )

    def _root(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number


def _tight(mask: bytes, width: int, box: Box) -> Box:
    """Return the box without the empty rows at its top and bottom."""

    def empty(row: int) -> bool:
        start = row * width + box.x
        return mask.count(0, start, start + box.width) == box.width

    top, bottom = box.y, box.y + box.height
    while top < bottom and empty(top):
        top += 1
    while bottom > top and empty(bottom - 1):
        bottom -= 1
    return box._replace(y=top, height=bottom - top)
