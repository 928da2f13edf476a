"""Rectangular holes: the classical centre and random box, and loose boxes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from gan_inpaint_training.masks.canvas import Mask, blank


class BoxShares(Protocol):
    """The three shares of a `Box`, for example in a section of a configuration."""

    @property
    def side(self) -> float: ...
    @property
    def shrink(self) -> float: ...
    @property
    def margin(self) -> float: ...


class Box(NamedTuple):
    """Shares of the picture's side: each side of the box is drawn from `side` - `shrink` to `side`, and a box at a
    random position keeps `margin` to the picture's border.

    `Box(0.5, shrink=0.125)` is the 96 to 128 pixels at 256 of contextual attention (Yu et al. 2018; `max_delta` 32).
    """

    side: float = 0.5
    shrink: float = 0.0
    margin: float = 0.0


HALF = Box()


def centre_box(random: np.random.Generator, size: int, box: BoxShares = HALF) -> Mask:
    """One box around the picture's centre (Pathak et al. 2016, section 3.3)."""
    height, width = _sides(random, size, box)
    return _filled(size, (size - height) // 2, (size - width) // 2, height, width)


def random_box(random: np.random.Generator, size: int, box: BoxShares = HALF) -> Mask:
    """One box at a uniformly random position (Yu et al. 2018, section 3.2)."""
    height, width = _sides(random, size, box)
    margin = round(box.margin * size)
    top, left = (int(random.integers(margin, max(size - margin - extent, margin) + 1)) for extent in (height, width))
    return _filled(size, top, left, height, width)


def boxes(random: np.random.Generator, size: int) -> Mask:
    """One to three boxes of 0.15 to 0.5 of the side."""
    mask = blank(size)
    for _ in range(random.integers(1, 4)):
        width, height = (random.uniform(0.15, 0.5, 2) * size).astype(int)
        x, y = random.integers(0, size - width + 1), random.integers(0, size - height + 1)
        mask[y : y + height, x : x + width] = 255
    return mask


def _sides(random: np.random.Generator, size: int, box: BoxShares) -> tuple[int, int]:
    """Height and width in pixels, at least 1."""
    largest, smallest = (max(1, round(share * size)) for share in (box.side, box.side - box.shrink))
    height, width = random.integers(smallest, largest + 1, 2).tolist()
    return height, width


def _filled(size: int, top: int, left: int, height: int, width: int) -> Mask:
    mask = blank(size)
    mask[top : top + height, left : left + width] = 255
    return mask
