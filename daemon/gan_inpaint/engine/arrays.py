"""Names for the arrays that the engine passes around, and what is done to any of them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]
Places = NDArray[np.intp]
Samples = NDArray[Any]
"""An image's own samples: uint8, uint16, float16 or float32."""


def copy_where(target: Floats, source: Floats, flags: Flags) -> None:
    """Writes into `target` (H, W, C), a contiguous array or rows and columns of one, what `source` holds where `flags`
    (H, W) is true."""
    cv2.copyTo(source, flags.view(np.uint8), target)
