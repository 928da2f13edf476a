"""Which crops of a picture go to the daemon: the cost follows what is selected, not the size of the picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import NamedTuple

from .crop import Box, context_window

SMALL = 1 << 22  # pixels that are sent as one crop, whatever of them is selected
REQUEST = 1 << 20  # pixels whose sending costs about as much as one more request
CELL = 512  # side in pixels of the squares whose holes always go together
SEAM = 256  # pixels that are sent beyond the edge of a strip


class Crop(NamedTuple):
    """`sent` goes to the daemon; of its answer, `core` is kept."""

    sent: Box
    core: Box


def crops(holes: Iterable[Box], width: int, height: int, limit: int, sampling: Box | None = None) -> Iterator[Crop]:
    """Yield crops of at most `limit` pixels whose cores hold all `holes` of a picture of `width` × `height` pixels.

    Holes outside the picture count for nothing. If one box around everything is small, it is the only crop; else there
    is one for each group of holes that are near each other. A group beyond the limit is cut into strips; send each
    after the one before it has been filled. Crops within the limit show all of `sampling`, a part of the picture.
    """
    windows = [window for hole in holes if (window := context_window(hole, width, height)) and _pixels(window)]
    if not windows:
        return
    if sampling is not None:
        windows = [union(window, sampling) for window in windows]
    around_all = reduce(union, windows)
    small = _pixels(around_all) <= min(SMALL, limit)
    for group in [around_all] if small else merged(windows):
        yield from strips(group, limit)


def strips(area: Box, limit: int) -> Iterator[Crop]:
    """Yield crops of at most `limit` pixels whose cores cover an area; one if that is enough.

    Neighbours overlap, and follow each other along the longer side.
    """
    if _pixels(area) <= limit:
        yield Crop(area, area)
        return
    down = area.height >= area.width
    length, across = (area.height, area.width) if down else (area.width, area.height)
    most = max(1, limit // across)
    seam = min(SEAM, most // 4)
    count = -(-length // max(1, most - 2 * seam))
    for number in range(count):
        start, end = (length * part // count for part in (number, number + 1))
        core = _part(area, start, end, down)
        yield Crop(_part(area, max(0, start - seam), min(length, end + seam), down), core)


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Return boxes that hold all of `boxes` and do not meet each other; near ones become one."""
    apart: list[Box] = []
    for box in _by_cell(boxes):
        near = [other for other in apart if _belong_together(box, other)]
        while near:
            apart = [other for other in apart if other not in near]
            box = reduce(union, near, box)
            near = [other for other in apart if _belong_together(box, other)]
        apart.append(box)
    return sorted(apart, key=lambda box: (box.y, box.x))


def _by_cell(boxes: Iterable[Box]) -> list[Box]:
    """Return one box for all whose centres are in the same cell; thousands of specks become hundreds of boxes."""
    cells: dict[tuple[int, int], Box] = {}
    for box in boxes:
        cell = (box.y + box.height // 2) // CELL, (box.x + box.width // 2) // CELL
        cells[cell] = union(cells[cell], box) if cell in cells else box
    return [cells[cell] for cell in sorted(cells)]


def _belong_together(one: Box, other: Box) -> bool:
    """Return whether two boxes meet, or cost no more as one than as two requests."""
    meet = (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
    return meet or _pixels(union(one, other)) <= _pixels(one) + _pixels(other) + REQUEST


def union(one: Box, other: Box) -> Box:
    """Return the smallest box that holds both."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right, bottom = max(one.x + one.width, other.x + other.width), max(one.y + one.height, other.y + other.height)
    return Box(left, top, right - left, bottom - top)


def _part(area: Box, start: int, end: int, down: bool) -> Box:
    if down:
        return area._replace(y=area.y + start, height=end - start)
    return area._replace(x=area.x + start, width=end - start)


def _pixels(box: Box) -> int:
    return box.width * box.height
