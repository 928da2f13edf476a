"""Uniform tiles: a picture of any size, run in parts that a network can take."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array
from gan_inpaint.engine.box import Box, bounding_box

_OVERLAP = 16
"""Neighbouring tiles cross-fade over at least this fraction of the largest tile: one sixteenth."""
_LEAST_WEIGHT = 1e-6
"""Weight of a pixel that no tile was run for."""

Run = Callable[[Float32Array, BoolArray], Float32Array]
"""Fill a picture (h, w, 3) with its hole (h, w): the result (h, w, 3)."""


class Tiles(NamedTuple):
    """Tiles of `side` pixels along one axis, starting at `starts`; neighbours share `overlap` pixels or more."""

    side: int
    overlap: int
    starts: list[int]


def rounded_up(value: int, multiple: int) -> int:
    """Return the least multiple of `multiple` that is not below `value`."""
    return -(-value // multiple) * multiple


def equal_tiles(extent: int, largest: int, multiple: int, overlap: int = 0) -> tuple[int, int]:
    """Return count and side of the fewest equal tiles that cover `extent` pixels, no larger than necessary.

    No tile is larger than `largest`, and sides are multiples of `multiple`; `largest` is one. Neighbours share
    `overlap` pixels or more.
    """
    count = 1 if largest >= extent else -(-(extent - overlap) // (largest - overlap))
    return count, rounded_up(-(-(extent + (count - 1) * overlap) // count), multiple)


def cross_fading_tiles(extent: int, largest: int, multiple: int) -> Tiles:
    """Return overlapping tiles, evenly spread over `extent` pixels, which is a multiple of `multiple`."""
    overlap = largest // _OVERLAP
    count, side = equal_tiles(extent, largest, multiple, overlap)
    return Tiles(side, overlap, [round(index * (extent - side) / max(count - 1, 1)) for index in range(count)])


def fill_tiled(
    picture: Float32Array, hole: BoolArray, wanted: BoolArray, largest: int, multiple: int, context: int, run: Run
) -> Float32Array:
    """Return a fill (H, W, 3) of the `wanted` part (H, W) of the hole (H, W) of a picture (H, W, 3) of any size.

    Height and width are multiples of `multiple`. No tile is larger than `largest`; neighbouring tiles cross-fade. Of a
    tile only the wanted pixels and `context` pixels around them are run.
    """
    height, width = hole.shape
    rows, columns = (cross_fading_tiles(side, largest, multiple) for side in (height, width))
    total = np.zeros_like(picture)
    if len(rows.starts) == len(columns.starts) == 1:
        needed = _needed(wanted, context, multiple).slices
        total[needed] = run(picture[needed], hole[needed])
        return total
    fade = np.outer(_fade(rows), _fade(columns))[..., None]
    weight = np.full((height, width, 1), _LEAST_WEIGHT, np.float32)
    for top, left in product(rows.starts, columns.starts):
        tile = Box(left, top, left + columns.side, top + rows.side).slices
        if wanted[tile].any():
            needed = _needed(wanted[tile], context, multiple).slices
            fill = run(picture[tile][needed], hole[tile][needed])
            total[tile][needed] += fill * fade[needed]
            weight[tile][needed] += fade[needed]
    total /= weight
    return total


def _fade(tiles: Tiles) -> Float32Array:
    """Return the weight of a tile along one axis, (side,): 1, falling towards both ends over the overlap."""
    from_end = np.minimum(np.arange(tiles.side), np.arange(tiles.side)[::-1]) + 0.5
    return np.minimum(from_end / tiles.overlap, 1).astype(np.float32)


def _needed(wanted: BoolArray, context: int, multiple: int) -> Box:
    """Return the box of the wanted pixels, which exist, and of `context` pixels around them, in whole multiples."""
    height, width = wanted.shape
    box = bounding_box(wanted).expanded(context).clipped(width, height)
    left, top = (start // multiple * multiple for start in (box.left, box.top))
    return Box(left, top, rounded_up(box.right, multiple), rounded_up(box.bottom, multiple))
