"""The label of a damaged crop, which the detector learns from and is measured against."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Label = NDArray[np.uint8]
"""(3, H, W), 255 where there is light damage, dark damage, and where either answer is right; else 0."""

BoolArray = NDArray[np.bool_]
DEEP = 8
"""Pixels inside damage from which on either answer is right: its middle looks like a white shirt or a dark hat."""


def label_of(light: BoolArray, dark: BoolArray, unsure: BoolArray) -> Label:
    """Return the label of `light` and `dark` damage and of `unsure` pixels, each (H, W).

    Either answer is right deep inside damage, too.
    """
    damaged = (light | dark).astype(np.uint8)
    deep = cv2.distanceTransform(damaged, cv2.DIST_L2, 3) > DEEP
    return 255 * np.stack([light & ~deep, dark & ~deep, unsure | deep]).astype(np.uint8)
