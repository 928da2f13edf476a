"""The engine: fills the hole of a picture with the filler it is given. Arrays in, arrays out; no files, no sockets.

The way of a fill: `plan` finds windows around the hole's `parts`; for each, octave by octave, `view` prepares what the
filler sees, `generation` runs it, `membrane` takes the colour step out of its answer, and `detail` adds the texture
around the hole; `compositing` writes the result into a copy of the picture.
"""

from gan_inpaint.engine.choice import Chosen, choose
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, fill
from gan_inpaint.engine.options import FillOptions

__all__ = ["Chosen", "FillOptions", "Filled", "Filler", "choose", "fill"]
