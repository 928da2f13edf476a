"""Detection of damage: a picture's damage map, and what of it is selected. Arrays in, arrays out.

`find_damage` runs a detector over a picture, tile by tile, and returns its damage map. `select` makes a mask of that,
again for each sensitivity that the user tries. `trace` follows a line that the user points at, and `trace_along` one
that is drawn over, without a detector.
"""

from gan_inpaint.detection.detector import Detector
from gan_inpaint.detection.finding import find_damage
from gan_inpaint.detection.selection import Selection, select
from gan_inpaint.detection.tracing import Traced, trace, trace_along

__all__ = ["Detector", "Selection", "Traced", "find_damage", "select", "trace", "trace_along"]
