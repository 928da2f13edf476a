"""A picture at half its size, and back."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats, Samples


def halved(plane: Floats) -> Floats:
    """Means over 2 × 2 cells of (H, W, C); a cell that the edge cuts off is a mean of what there is of it."""
    plane = _even(plane)
    rows = plane[::2] + plane[1::2]
    means: Floats = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return means


def all_of_cells(flags: Flags) -> Flags:
    """Which 2 × 2 cells of (H, W) are true in all that there is of them."""
    flags = _even(flags)
    rows = flags[::2] & flags[1::2]
    every: Flags = rows[:, ::2] & rows[:, 1::2]
    return every


def enlarged(picture: Floats, shape: tuple[int, ...]) -> Floats:
    """(H, W, C), `shape` being (H, W, …), of (H/2, W/2, C)."""
    smooth: Floats = cv2.resize(picture, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return smooth.reshape(*shape[:2], -1)


def add_enlarged(picture: Floats, change: Floats, hole: Flags) -> None:
    """Add to `picture` (H, W, 3), in its `hole` (H, W), a `change` (H/2, W/2, 3) that was made at half its size; in
    place."""
    cv2.accumulate(enlarged(change, hole.shape), picture, hole.view(np.uint8))


def _even(plane: Samples) -> Samples:
    """(H, W, …), its last row and column repeated where their number is odd."""
    down, right = plane.shape[0] % 2, plane.shape[1] % 2
    if not down and not right:
        return plane
    return np.pad(plane, ((0, down), (0, right), *[(0, 0)] * (plane.ndim - 2)), mode="edge")
