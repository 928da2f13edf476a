"""Bounding-box operations on rectangles of pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray


class Box(NamedTuple):
    """The pixels with `left` ≤ x < `right` and `top` ≤ y < `bottom`."""

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
        """The index of these pixels in an array (H, W, …)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    def shifted(self, across: int, down: int) -> Box:
        """Return the box moved by `across` and `down` pixels."""
        return Box(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def expanded(self, by: int) -> Box:
        """Return the box with `by` more pixels on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def clipped(self, width: int, height: int) -> Box:
        """Return the part inside an image of `width` × `height` pixels."""
        return self.intersection(Box(0, 0, width, height))

    def intersection(self, other: Box) -> Box:
        """Return the part inside the other box; `empty` where they do not overlap."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Box) -> Box:
        """Return the smallest box that contains both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def contains(self, other: Box) -> bool:
        return self.union(other) == self

    def strips(self, pixels: int) -> Iterator[Box]:
        """Yield horizontal strips from top to bottom, each of at most `pixels` pixels and at least one row."""
        rows = max(1, pixels // max(1, self.width))
        for top in range(self.top, self.bottom, rows):
            yield Box(self.left, top, self.right, min(top + rows, self.bottom))


def bounding_box(region: BoolArray) -> Box:
    """Return the smallest box around the true pixels of `region` (H, W); empty where there are none."""
    left, top, width, height = cv2.boundingRect(region.view(np.uint8))
    return Box(left, top, left + width, top + height)
