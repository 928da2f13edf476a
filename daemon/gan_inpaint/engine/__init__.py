"""The engine: fills the hole of a picture with a given filler. Arrays in, arrays out; no files, no sockets.

The way of a fill, by module:

- `plan`: windows around the hole's connected `components`, which share windows by `grouping`.
- `view`: what a window shows to the filler, with `pixels` of every depth in one range. `sources` limits what of it may
  be used.
- `coarse_to_fine`: pyramid level by pyramid level, a `filler` fills the view, as one picture or by `tiling`. At the
  coarsest level the hole is prefilled: a smooth surface (`prefill`) with edges and stripes continued into it
  (`boundary_band`, by `refinement` of windows with the model of `autoregression`).
- `finishing`: the colour step is removed (`membrane`), the boundary band is refined once more at the image's own scale,
  and `exemplar` copies or `detail` from around the hole are added, in frequency `bands`; `variants` of a fill take
  them from other places.
- `blending`: the fill is composited into a copy of the picture; `transparency` says where alpha rises.

`filling` is the entrance; `choice` picks one of several fillers by a trial.
"""

from gan_inpaint.engine.choice import Chosen, Fill, choose
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, fill
from gan_inpaint.engine.sources import EVERYWHERE, Sources

__all__ = ["EVERYWHERE", "Chosen", "Fill", "Filled", "Filler", "Sources", "choose", "fill"]
