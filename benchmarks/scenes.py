"""Photographs and holes for the benchmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW = 512


def photograph(height: int, width: int) -> NDArray[np.uint8]:
    """Return smooth colour with grain, (height, width, 3) uint8; always the same for a size."""
    random = np.random.default_rng(height * 100_003 + width)
    rows, columns = np.linspace(0, 3, height)[:, None], np.linspace(0, 4, width)[None]
    waves = [np.sin(rows * a + columns * b) for a, b in ((1.0, 2.0), (2.0, -1.0), (3.0, 1.5))]
    picture = 127 + 80 * np.stack(waves, -1).astype(np.float32)
    picture += random.normal(0, 4, (height, width, 1)).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


def round_hole(height: int, width: int, pixels: int) -> NDArray[np.uint8]:
    """Return a disc of about `pixels` pixels in the middle: (height, width) uint8, 255 = fill."""
    rows, columns = np.ogrid[:height, :width]
    squared = (rows - height / 2) ** 2 + (columns - width / 2) ** 2
    return np.where(squared <= pixels / np.pi, 255, 0).astype(np.uint8)
