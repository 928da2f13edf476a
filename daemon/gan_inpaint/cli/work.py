"""A fill of a whole photograph: crop by crop, by the daemon or in this process, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import numpy as np

import gan_inpaint_client as client
from gan_inpaint.cli.crops import crops, to_client
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.sources import EVERYWHERE, Sources
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.options import FillOptions


@dataclass(frozen=True)
class Outcome:
    """The filled `pixels`, and how they were filled; `note` is empty unless the user should know something.

    `scores`: PSNR in dB that each filler reached beside the hole, by its name, if several were tried.
    `parts`: the box of each crop, and its receipt (`protocol.Receipt`); of one crop, before it has its place, the
    receipt alone is in `receipt`.
    """

    pixels: Pixels
    filled_by: dict[str, str]
    windows: int
    seconds: float
    note: str
    scores: dict[str, float]
    receipt: dict[str, Any] = field(default_factory=dict)
    parts: tuple[tuple[client.Box, dict[str, Any]], ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How a photograph is filled: with `options`, in the boxes of `models` with these models, from `sources`."""

    options: FillOptions
    models: dict[Box, str] = field(default_factory=dict)
    sources: Sources = EVERYWHERE

    def for_box(self, box: Box) -> FillOptions:
        """Return the options for a crop."""
        return msgspec.structs.replace(self.options, model=self.models.get(box, self.options.model))


FillCrop = Callable[[Pixels, Mask, Sources, FillOptions, OnProgress], Outcome]
"""Fills the holes of a mask (H, W) in pixels (H, W[, C]) from what the sources allow; none of them is changed."""


def fill(
    photograph: Photograph,
    mask: Mask,
    recipe: Recipe,
    most_pixels: int,
    fill_crop: FillCrop,
    on_progress: OnProgress,
) -> Outcome:
    """Fill the holes of `mask` (H, W), not empty, in crops of at most `most_pixels` pixels each."""
    pixels, still_to_fill = photograph.pixels.copy(), mask.copy()
    parts = list(crops(mask, most_pixels, recipe.sources.sampling_box()))
    outcomes, receipts = [], []
    for number, crop in enumerate(parts):
        if not still_to_fill[crop.core.slices].any():
            continue
        sent = crop.sent.slices
        outcome = fill_crop(
            np.ascontiguousarray(pixels[sent]),
            np.ascontiguousarray(still_to_fill[sent]),
            recipe.sources.within(crop.sent),
            recipe.for_box(crop.sent),
            partial(_tell, on_progress, number, len(parts)),
        )
        pixels[crop.core.slices] = outcome.pixels[crop.kept]
        still_to_fill[crop.core.slices] = 0
        outcomes.append(outcome)
        receipts.append((to_client(crop.sent), outcome.receipt))
    return Outcome(
        pixels,
        outcomes[-1].filled_by,
        sum(outcome.windows for outcome in outcomes),
        sum(outcome.seconds for outcome in outcomes),
        outcomes[-1].note,
        outcomes[-1].scores,
        parts=tuple(receipts),
    )


def _tell(on_progress: OnProgress, number: int, parts: int, stage: str, part: float) -> None:
    on_progress(stage, (number + part) / parts)
