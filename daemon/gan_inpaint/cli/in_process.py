"""Fills done in this process, for whoever wants no daemon."""

from __future__ import annotations

import math
import time

import msgspec

from gan_inpaint import engine, paths
from gan_inpaint.cli import work
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.cli.work import Outcome, Wishes
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.machine import physical_cores
from gan_inpaint.models.cache import Sessions, best
from gan_inpaint.models.store import ModelStore
from gan_inpaint.protocol import Limits


def fill(photograph: Photograph, mask: Mask, wishes: Wishes, on_progress: OnProgress) -> Outcome:
    """Fill the holes of `mask` (H, W), not empty, with the filler that the daemon would choose.

    Raises:
        MaskCoversAll, UnknownModel, BadModel, OutOfMemory.
    """
    on_progress("loading", 0)
    sessions = Sessions(ModelStore(paths.models_dir()), physical_cores(), idle_seconds=math.inf)
    candidates = sessions.candidates(wishes.model)
    options = engine.FillOptions(wishes.grow, wishes.feather, photograph.transfer, wishes.quality)

    def fill_crop(pixels: Pixels, hole: Mask, on_progress: OnProgress) -> Outcome:
        def tell(done: int, total: int) -> None:
            on_progress("filling", done / max(1, total))

        started = time.perf_counter()
        choice, scores = best(candidates, pixels, hole, options, tell)
        filled = engine.fill(pixels, hole, choice.filler, options, on_window=tell)
        filled_by, seconds = msgspec.to_builtins(choice.filled_by), time.perf_counter() - started
        return Outcome(filled.image, filled_by, filled.windows, seconds, choice.note, scores)

    return work.fill(photograph, mask, Limits().pixels, fill_crop, on_progress)
