"""Choice of the filler that suits a hole, by a trial on known ground beside it.

The hole's own shape is shifted, so that the trial is as thin or as large as the hole and has the same surroundings.
Both are hidden from the fillers, and their fills of the shifted one are compared with the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled
from gan_inpaint.engine.filling import fill as engine_fill
from gan_inpaint.engine.pixels import colours, light, unknown_pixels
from gan_inpaint.engine.plan import plan_windows
from gan_inpaint.engine.sources import EVERYWHERE, Sources
from gan_inpaint.options import FillOptions

CLEARLY = 1.0
"""PSNR by which another filler must beat the first one to be chosen, in dB."""
_ENOUGH = 0.25
"""Share of the hole that must fall on known ground for a trial."""
_LEAST_ERROR = 1e-10
"""Mean squared error that counts as none."""
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))


class Fill(Protocol):
    """Fills what a mask selects in a picture with a filler, as `engine.fill` does."""

    def __call__(
        self, image: Samples, mask: UInt8Array, filler: Filler, options: FillOptions, /, *, sources: Sources
    ) -> Filled: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filler to use, and the PSNR in dB of each on the trial, by name; empty if no trial was possible."""

    filler: Filler
    scores: dict[str, float]


def choose(
    image: Samples,
    mask: UInt8Array,
    fillers: Sequence[Filler],
    options: FillOptions,
    fill: Fill = engine_fill,
    sources: Sources = EVERYWHERE,
) -> Chosen:
    """Return the first of `fillers`, unless another one is clearly better on known ground beside the hole.

    Arguments and errors are those of `engine.fill`. The fillers are tried with `fill`, in one window, whatever the size
    of the hole.
    """
    first = fillers[0]
    plan = plan_windows(mask, first.window, first.size_multiple, options.dilate)
    box = max((window.box for window in plan.windows), key=lambda box: int(np.count_nonzero(mask[box.slices])))
    crop, hole = image[box.slices], mask[box.slices] > 0
    known, avoided = ~unknown_pixels(crop), sources.avoided(box)
    trial = _beside(hole, known if avoided is None else known & ~avoided, options.dilate)
    if trial is None:
        return Chosen(first, {})
    hidden = (hole | trial).astype(np.uint8) * 255
    truth = light(colours(crop))[trial]
    near = Sources(avoid=sources.within(box).avoid)  # the sampling area may be elsewhere

    def reached(filler: Filler) -> float:
        filled = fill(crop, hidden, filler, options, sources=near)
        return _psnr(light(colours(filled.image))[trial], truth)

    scores = {filler.name: reached(filler) for filler in fillers}
    best = max(fillers, key=lambda filler: scores[filler.name])
    return Chosen(best if scores[best.name] >= scores[first.name] + CLEARLY else first, scores)


def _beside(hole: BoolArray, known: BoolArray, dilate: int) -> BoolArray | None:
    """Return the hole (H, W) shifted to where most of it falls on known pixels clear of itself; None if too little."""
    padded = cv2.copyMakeBorder(hole.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    step = 2 * round(float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())) + 2 * dilate + 2
    clear = cv2.dilate(hole.view(np.uint8), np.ones((3, 3), np.uint8), iterations=dilate + 1) == 0
    shifted = [_shifted(hole, across * step, down * step) & clear & known for across, down in _DIRECTIONS]
    best = max(shifted, key=np.count_nonzero)
    return best if np.count_nonzero(best) >= max(_ENOUGH * np.count_nonzero(hole), 1) else None


def _shifted(region: BoolArray, across: int, down: int) -> BoolArray:
    height, width = region.shape
    shifted = np.zeros_like(region)
    there = Box(0, 0, width, height).shifted(across, down).clipped(width, height)
    if not there.empty:
        shifted[there.slices] = region[there.shifted(-across, -down).slices]
    return shifted


def _psnr(values: Float32Array, truth: Float32Array) -> float:
    """Return the PSNR in dB of light, with 1.0 as the peak."""
    error = float(np.square(values.astype(np.float64) - truth).mean())
    return 10 * float(np.log10(1 / max(error, _LEAST_ERROR)))
