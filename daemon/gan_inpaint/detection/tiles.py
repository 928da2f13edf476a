"""The tiles in which a picture of any size is looked at: their inner parts cover it once, their margins overlap.

Beyond its edges the picture's last pixels are repeated: mirrored, the dark rim of many a scan would be a line like a
scratch. Every tile starts at a multiple of the network's size, so that what is found does not depend on how large the
tiles are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_inpaint.engine.arrays import Places
from gan_inpaint.engine.box import Box


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles of `width` × `height` pixels, each of which decides on all but its `margin`."""

    width: int
    height: int
    margin: int
    cores: list[Box]

    def seen(self, core: Box, width: int, height: int) -> tuple[Places, Places]:
        """Rows and columns of a picture of `width` × `height` pixels that the tile around `core` shows."""
        rows = np.arange(core.top - self.margin, core.top - self.margin + self.height)
        columns = np.arange(core.left - self.margin, core.left - self.margin + self.width)
        return np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)

    def batches(self, pixels: int) -> Iterator[list[Box]]:
        """The cores in batches whose tiles have at most `pixels` pixels together, or of one tile."""
        count = max(1, pixels // (self.width * self.height))
        for start in range(0, len(self.cores), count):
            yield self.cores[start : start + count]


def tiling(width: int, height: int, core: int, margin: int, multiple: int) -> Tiling:
    """Equal tiles, as small as their number allows, whose inner parts, of at most `core` pixels a side, cover a
    picture of `width` × `height` pixels. `core` and `margin` are multiples of `multiple`."""
    across, down = _side(width, core, multiple), _side(height, core, multiple)
    cores = [
        Box(left, top, left + across, top + down).clipped(width, height)
        for top in range(0, height, down)
        for left in range(0, width, across)
    ]
    return Tiling(across + 2 * margin, down + 2 * margin, margin, cores)


def _side(extent: int, core: int, multiple: int) -> int:
    """The least multiple with which no more parts than needed cover `extent`."""
    parts = -(-extent // core)
    return -(-extent // (parts * multiple)) * multiple
