"""How seldom the colours of a place are seen around a hole: what fills it should be usual there.

A copy that meets its neighbours well may contain anything in its middle: a fruit, an animal, a face.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Float32Array
from gan_inpaint.engine.exemplar.grid import Grid
from gan_inpaint.engine.patches import spread

NEAR = 12
"""Cells from the hole within which its surroundings are looked at."""
SAMPLES = 200
"""Cells of the surroundings at most."""
DEVIATION = 0.15
"""Deviation of the kernel of the density of colours, which are in [-1, 1]."""
LEAST = 0.01
"""Density, as a share of the highest, below which all colours are as rare."""


def rarity(grid: Grid) -> Float32Array:
    """Return how rare the colours of each cell (h, w) are around the hole: 0 for the most usual, 1 for the rarest."""
    reach = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    around = spread((cv2.dilate(grid.hole.view(np.uint8), reach) > 0) & grid.sources, SAMPLES)
    if not len(around):
        return np.zeros(grid.hole.shape, np.float32)
    colours = cv2.blur(grid.colours, (3, 3)).reshape(-1, grid.colours.shape[2])
    seen = colours.reshape(grid.colours.shape)[around[:, 0], around[:, 1]]
    distances = np.einsum("ij,ij->i", colours, colours)[:, None] - 2 * (colours @ seen.T)
    distances += np.einsum("ij,ij->i", seen, seen)
    density = np.exp(distances * np.float32(-0.5 / DEVIATION**2)).mean(axis=1)
    share = np.maximum(density / density.max(), np.float32(LEAST))
    rare: Float32Array = (np.log(share) / np.float32(np.log(LEAST))).reshape(grid.hole.shape).astype(np.float32)
    return rare
