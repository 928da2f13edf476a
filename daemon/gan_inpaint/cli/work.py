"""A fill of a whole photograph: crop by crop, by the daemon or in this process, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gan_inpaint.cli.crops import crops
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels


@dataclass(frozen=True)
class Outcome:
    """The filled `pixels`, and how they were filled; `note` is empty unless the user should know something.

    `scores`: PSNR in dB that each filler reached beside the hole, by its name, if several were tried.
    """

    pixels: Pixels
    filled_by: dict[str, str]
    windows: int
    seconds: float
    note: str
    scores: dict[str, float]


FillCrop = Callable[[Pixels, Mask, OnProgress], Outcome]
"""Fills the holes of a mask (H, W) in pixels (H, W[, C]); neither is changed."""


def fill(photograph: Photograph, mask: Mask, most_pixels: int, fill_crop: FillCrop, on_progress: OnProgress) -> Outcome:
    """Fill the holes of `mask` (H, W), not empty, in crops of at most `most_pixels` pixels each."""
    pixels, still_to_fill = photograph.pixels.copy(), mask.copy()
    parts = list(crops(mask, most_pixels))
    outcomes = []
    for number, crop in enumerate(parts):
        if not still_to_fill[crop.core.slices].any():
            continue
        sent = crop.sent.slices
        outcome = fill_crop(
            np.ascontiguousarray(pixels[sent]),
            np.ascontiguousarray(still_to_fill[sent]),
            partial(_tell, on_progress, number, len(parts)),
        )
        pixels[crop.core.slices] = outcome.pixels[crop.kept]
        still_to_fill[crop.core.slices] = 0
        outcomes.append(outcome)
    return Outcome(
        pixels,
        outcomes[-1].filled_by,
        sum(outcome.windows for outcome in outcomes),
        sum(outcome.seconds for outcome in outcomes),
        outcomes[-1].note,
        outcomes[-1].scores,
    )


def _tell(on_progress: OnProgress, number: int, parts: int, stage: str, part: float) -> None:
    on_progress(stage, (number + part) / parts)
