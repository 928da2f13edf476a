"""Fills done in this process, for whoever wants no daemon."""

from __future__ import annotations

import math
import time

from gan_inpaint import engine, paths
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.cli.work import Outcome, Wishes
from gan_inpaint.cores import physical_cores
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.server.sessions import Sessions
from gan_inpaint.store import ModelStore


def fill(photograph: Photograph, mask: Mask, wishes: Wishes, on_progress: OnProgress) -> Outcome:
    """Fill the holes of `mask` (H, W) here; the choice of the filler is the daemon's.

    Raises:
        EmptyMask, MaskCoversAll, UnknownModel, BadModel, OutOfMemory: nothing has changed then.
    """
    on_progress("loading", 0)
    choice = Sessions(ModelStore(paths.models_dir()), physical_cores(), idle_seconds=math.inf).choose(wishes.model)
    started = time.perf_counter()
    filled = engine.fill(
        photograph.pixels,
        mask,
        choice.filler,
        engine.FillOptions(wishes.grow, wishes.feather, photograph.transfer),
        on_window=lambda done, total: on_progress("filling", done / max(1, total)),
    )
    by = choice.filled_by
    filled_by = {name: getattr(by, name) for name in by.__struct_fields__}
    return Outcome(filled.image, filled_by, filled.windows, time.perf_counter() - started, choice.note)
