"""Arrays on which holes are drawn."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]


def blank(size: int) -> Mask:
    """Return (size, size) uint8 without a hole."""
    return np.zeros((size, size), np.uint8)


def polyline(mask: Mask, points: NDArray[np.floating], thickness: float) -> None:
    """Draw the line through `points`, (n, 2) as x, y in pixels, into `mask`; `thickness` in pixels, at least 1."""
    cv2.polylines(mask, [points.round().astype(np.int32)], False, 255, max(1, round(thickness)))
