"""Tiles for detection: their inner parts cover a picture once, their margins overlap.

Beyond the edges the picture's last pixels are repeated: mirrored, the dark border of many scans would become a line
like a scratch. Every tile starts at a multiple of the network's size, so the result does not depend on the tiles' size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_inpaint.engine.arrays import IntArray
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.tiling import equal_tiles


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles of `width` × `height` pixels; each decides on its inner part, all but `margin` pixels on each side."""

    width: int
    height: int
    margin: int
    cores: list[Box]

    def seen(self, core: Box, width: int, height: int) -> tuple[IntArray, IntArray]:
        """Return rows and columns of a picture of `width` × `height` pixels that the tile around `core` shows."""
        rows = np.arange(core.top - self.margin, core.top - self.margin + self.height)
        columns = np.arange(core.left - self.margin, core.left - self.margin + self.width)
        return np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)

    def batches(self, pixels: int) -> Iterator[list[Box]]:
        """Yield the cores in batches whose tiles have at most `pixels` pixels together, or of one tile."""
        count = max(1, pixels // (self.width * self.height))
        for start in range(0, len(self.cores), count):
            yield self.cores[start : start + count]


def tiling(width: int, height: int, core: int, margin: int, multiple: int) -> Tiling:
    """Return the fewest equal tiles whose inner parts cover a picture of `width` × `height` pixels.

    Inner parts have at most `core` pixels a side. `core` and `margin` are multiples of `multiple`.
    """
    (_, across), (_, down) = (equal_tiles(extent, core, multiple) for extent in (width, height))
    cores = [
        Box(left, top, left + across, top + down).clipped(width, height)
        for top in range(0, height, down)
        for left in range(0, width, across)
    ]
    return Tiling(across + 2 * margin, down + 2 * margin, margin, cores)
