"""A rectangle of pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags


class Box(NamedTuple):
    """Pixels `left` ≤ x < `right`, `top` ≤ y < `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """What picks these pixels out of an array (H, W, …)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    def moved(self, across: int, down: int) -> Box:
        return Box(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def grown(self, by: int) -> Box:
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def clipped(self, width: int, height: int) -> Box:
        """The part inside an image of that size."""
        return self.common(Box(0, 0, width, height))

    def common(self, other: Box) -> Box:
        """The part inside the other box; `empty` where they do not meet."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def united(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def contains(self, other: Box) -> bool:
        return self.united(other) == self

    def strips(self, pixels: int) -> Iterator[Box]:
        """Horizontal bands, top to bottom, of at most `pixels` pixels each, and at least one row."""
        rows = max(1, pixels // max(1, self.width))
        for top in range(self.top, self.bottom, rows):
            yield Box(self.left, top, self.right, min(top + rows, self.bottom))


def bounds(flags: Flags) -> Box:
    """The smallest box around the pixels of `flags` (H, W) that are true; empty where none is."""
    left, top, width, height = cv2.boundingRect(flags.view(np.uint8))
    return Box(left, top, left + width, top + height)
