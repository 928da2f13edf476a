"""Detection of damage: a picture's damage map, and what of it is selected. Arrays in, arrays out.

`find_damage` runs a detector over a picture, tile by tile, and returns its damage map. `select` makes a mask of that,
again for each sensitivity that the user tries.
"""

from gan_inpaint.detection.detector import Detector
from gan_inpaint.detection.finding import find_damage
from gan_inpaint.detection.selection import Selection, select

__all__ = ["Detector", "Selection", "find_damage", "select"]
