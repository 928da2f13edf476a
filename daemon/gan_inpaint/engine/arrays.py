"""Names for the array types of the engine."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

UInt8Array = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.intp]
Samples = NDArray[Any]
"""An image's own samples: uint8, uint16, float16 or float32."""


def copy_where(target: Float32Array, source: Float32Array, where: BoolArray) -> None:
    """Copy `source` (H, W, C) into `target` (H, W, C) where `where` (H, W) is true; in place.

    `target` is contiguous, or consists of rows and columns of a contiguous array.
    """
    cv2.copyTo(source, where.view(np.uint8), target)
