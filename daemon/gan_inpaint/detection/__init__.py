"""Finding damage: what a detector makes of a picture, and what of that is selected. Arrays in, arrays out.

`find_damage` shows a picture to a detector, tile by tile, and gives its damage map; `select` makes a mask of that, as
often as the user moves the slider.
"""

from gan_inpaint.detection.detector import Detector
from gan_inpaint.detection.finding import find_damage
from gan_inpaint.detection.selection import Kinds, Selection, select

__all__ = ["Detector", "Kinds", "Selection", "find_damage", "select"]
