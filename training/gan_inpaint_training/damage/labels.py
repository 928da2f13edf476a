"""The label of a damaged crop, which the detector learns from and is measured against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Label = NDArray[np.uint8]
"""(3, H, W), 255 where there is light damage, dark damage, and where either answer is right; else 0."""
