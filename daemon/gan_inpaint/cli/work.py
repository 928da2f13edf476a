"""A fill as the command line asks for it: crop by crop, by the daemon or in this process, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from gan_inpaint.cli.crops import crops
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.protocol import Quality


class Wishes(NamedTuple):
    """The user's options; see docs/protocol.md, "fill"."""

    model: str
    grow: int
    feather: int
    quality: Quality


@dataclass(frozen=True)
class Outcome:
    """The filled `pixels`, and what to tell about the work; `note` is empty unless the user should know something.

    `scores`: where fillers were tried beside the hole, PSNR in dB by their names.
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
