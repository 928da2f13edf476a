"""Fills in this process, without the daemon."""

from __future__ import annotations

import msgspec

from gan_inpaint import service
from gan_inpaint.cli import work
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.cli.work import Outcome, Recipe
from gan_inpaint.engine.sources import Sources
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.options import FillOptions
from gan_inpaint.protocol import Receipt, Stage


def fill(photograph: Photograph, mask: Mask, recipe: Recipe, on_progress: OnProgress) -> Outcome:
    """Fill the holes of `mask` (H, W), not empty, with the filler that the daemon would choose.

    Raises:
        MaskCoversAll, NoSource, UnknownModel, BadModel, OutOfMemory.
    """
    on_progress("loading", 0)
    filler = service.in_process()
    filler.load(recipe.options.model)

    def fill_crop(pixels: Pixels, hole: Mask, near: Sources, options: FillOptions, on_progress: OnProgress) -> Outcome:
        def tell(done: int, total: int, stage: Stage) -> None:
            on_progress(stage, done / max(1, total))

        filled = filler.fill(pixels, hole, options, tell, near)
        by = msgspec.to_builtins(filled.filled_by)
        receipt = msgspec.to_builtins(Receipt.of(filled.filled_by, options, filled.seconds))
        return Outcome(filled.image, by, filled.windows, filled.seconds, filled.note, filled.scores, receipt)

    return work.fill(photograph, mask, recipe, filler.limits.pixels, fill_crop, on_progress)
