"""The engine: fills the hole of a picture with the filler it is given. Arrays in, arrays out; no files, no sockets.

The way of a fill: `plan` finds windows around the hole's `parts`; for each, octave by octave, `view` prepares what the
filler sees, at the coarsest octave a smooth `guess` that the picture's own statistics continue (`rim`, by `renewal` of
windows with the model of `autoregression`), `generation` runs the filler, and `membrane` takes the colour step out of
its answer. At the picture's own size the rim is filled once more by the statistics, and `detail` adds the texture
around the hole, in `bands`; `compositing` writes the result into a copy of the picture.
"""

from gan_inpaint.engine.choice import Chosen, choose
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, fill
from gan_inpaint.engine.options import FillOptions

__all__ = ["Chosen", "FillOptions", "Filled", "Filler", "choose", "fill"]
