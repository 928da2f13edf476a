"""Names for the arrays that the engine passes around."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]
Samples = NDArray[Any]
"""An image's own samples: uint8, uint16, float16 or float32."""
