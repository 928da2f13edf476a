"""Names for the array types of the engine."""

from __future__ import annotations

from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

UInt8Array = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.intp]
Value = TypeVar("Value", np.float32, np.uint8)
Samples = NDArray[Any]
"""An image's own samples: uint8, uint16, float16 or float32."""


def copy_where(target: Float32Array, source: Float32Array, where: BoolArray) -> None:
    """Copy `source` (H, W, C) into `target` (H, W, C) where `where` (H, W) is true; in place.

    `target` is contiguous, or consists of rows and columns of a contiguous array.
    """
    cv2.copyTo(source, where.view(np.uint8), target)


def shifted(plane: NDArray[Value], down: int, across: int, beyond: float) -> NDArray[Value]:
    """Return `plane` (h, w, …) moved so that (y, x) has the value of (y + down, x + across), or `beyond` the edges."""
    height, width = plane.shape[:2]
    moved = np.full_like(plane, beyond)
    rows = slice(max(0, -down), min(height, height - down))
    columns = slice(max(0, -across), min(width, width - across))
    if rows.start < rows.stop and columns.start < columns.stop:
        there = (slice(rows.start + down, rows.stop + down), slice(columns.start + across, columns.stop + across))
        moved[rows, columns] = plane[there]
    return moved


def dilated(mask: UInt8Array, by: int) -> UInt8Array:
    """Return `mask` (H, W) dilated by a disc of radius `by` pixels; `mask` itself for 0."""
    if not by:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    larger: UInt8Array = cv2.dilate(mask, disc)
    return larger
