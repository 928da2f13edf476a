"""The engine: fills the hole of a picture with the filler it is given. Arrays in, arrays out; no files, no sockets.

The way of a fill: `plan` finds windows around the hole's `parts`, `view` prepares what the filler sees of each,
`membrane` takes the colour step out of what it answers, `compositing` writes that into a copy of the picture.
"""

from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, FillOptions, fill

__all__ = ["FillOptions", "Filled", "Filler", "fill"]
