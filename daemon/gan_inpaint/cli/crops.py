"""The crops of a photograph that are filled: a few holes do not make all of a large one travel to the daemon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.box import Box
from gan_inpaint.engine.components import find_components

_CONTEXT = 64  # pixels around a hole that are sent at least; docs/protocol.md
_SMALL = 2**24  # pixels that travel both ways in a tenth of a second
_SEAM = 256  # pixels that are sent beyond the edge of a strip


class Crop(NamedTuple):
    """`sent` goes to the daemon; of its answer, `core` is kept."""

    sent: Box
    core: Box

    @property
    def kept(self) -> tuple[slice, slice]:
        """The core, in the coordinates of what is sent."""
        (left, top), core = self.sent[:2], self.core
        return slice(core.top - top, core.bottom - top), slice(core.left - left, core.right - left)


def crops(mask: NDArray[np.uint8], limit: int) -> Iterator[Crop]:
    """Yield crops of at most `limit` pixels whose cores hold all of a mask (H, W) that is not empty.

    If one box around everything is small, it is the only crop; else there is one for each group of holes whose
    surroundings touch. A group beyond the limit is cut into strips; send each after the one above it has been filled.
    """
    height, width = mask.shape
    boxes = [_with_context(component.box).clipped(width, height) for component in find_components(mask).components]
    around_all = reduce(Box.union, boxes)
    groups = [around_all] if _pixels(around_all) <= min(_SMALL, limit) else merged(boxes)
    for group in groups:
        yield from _within(group, limit)


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Return boxes that hold all of `boxes` and do not meet each other."""
    apart: list[Box] = []
    for box in boxes:
        while meeting := [other for other in apart if _meet(box, other)]:
            apart = [other for other in apart if other not in meeting]
            box = reduce(Box.union, meeting, box)
        apart.append(box)
    return apart


def _within(group: Box, limit: int) -> Iterator[Crop]:
    if _pixels(group) <= limit:
        yield Crop(group, group)
        return
    rows = max(1, limit // group.width - 2 * _SEAM)
    for core in group.strips(rows * group.width):
        sent = Box(group.left, max(group.top, core.top - _SEAM), group.right, min(group.bottom, core.bottom + _SEAM))
        yield Crop(sent, core)


def _with_context(box: Box) -> Box:
    return box.expanded(max(_CONTEXT, max(box.width, box.height) // 2))


def _pixels(box: Box) -> int:
    return box.width * box.height


def _meet(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
