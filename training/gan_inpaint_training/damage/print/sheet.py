"""The print that a training crop shows a part of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage.layers import Opacity

Point = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Print:
    """A print, seen through a crop of `size` × `size` pixels.

    `long`: its long side in pixels, against which all damage is measured; `left`, `top`, `right`, `bottom`: its edges
    in the crop's coordinates, perhaps outside the crop; `paper`: the colour (3,) of bare paper, 0 to 255;
    `lid`: the colour (3,) of the scanner around the print.
    """

    size: int
    long: float
    left: float
    top: float
    right: float
    bottom: float
    paper: NDArray[np.float64]
    lid: NDArray[np.float64]

    def pixels(self, share: float) -> float:
        """Return a share of the print's long side in pixels."""
        return share * self.long

    @property
    def inside(self) -> Opacity:
        """(size, size): 1 where the crop shows the print, 0 around it."""
        rows, columns = np.arange(self.size)[:, None], np.arange(self.size)[None, :]
        inside = (rows >= self.top) & (rows < self.bottom) & (columns >= self.left) & (columns < self.right)
        return inside.astype(np.float32)

    def any_point(self, random: np.random.Generator) -> Point:
        """Return a random point (x, y) of the print that the crop shows."""
        low = np.maximum([self.left, self.top], 0)
        high = np.minimum([self.right, self.bottom], self.size)
        return random.uniform(low, np.maximum(high, low + 1))

    def edge_point(self, random: np.random.Generator) -> tuple[Point, float]:
        """Return a random point of the print's edge and the heading from it into the print, in radians.

        The edge may be outside the crop; the point is then level with the crop.
        """
        at = self.any_point(random)
        side = int(random.integers(4))
        edge = (self.left, self.top, self.right, self.bottom)[side]
        at[side % 2] = edge
        return at, (0.0, np.pi / 2, np.pi, -np.pi / 2)[side]
