"""Which of several fillers suits a hole: each is tried on known ground that looks like the hole's.

The hole's own shape is moved aside, so that what is tried is as thin or as large as what is wanted, and lies in the
same surroundings. Both are hidden from the fillers; what they make of the moved one is compared with the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Bytes, Flags, Floats, Samples
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import OnWindow, fill
from gan_inpaint.engine.options import FillOptions
from gan_inpaint.engine.pixels import alpha, colours, light
from gan_inpaint.engine.plan import plan_windows

CLEARLY = 1.0
"""Decibels by which another filler must be better than the first one to be preferred."""
_ENOUGH = 0.25
"""The share of the hole that must find known ground beside it for a trial to tell anything."""
_WAYS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filler to be used; by name what each reached on the trial, PSNR in dB, empty if nothing could be tried."""

    filler: Filler
    scores: dict[str, float]


def choose(
    image: Samples, mask: Bytes, fillers: Sequence[Filler], options: FillOptions, on_window: OnWindow | None = None
) -> Chosen:
    """The first of `fillers`, unless another one is clearly better on known ground beside the hole.

    Arguments and errors as of `fill`; the trial is one window large, whatever the size of the hole.
    """
    first = fillers[0]
    plan = plan_windows(mask, first.window, first.size_multiple, options.grow)
    box = max((window.box for window in plan.windows), key=lambda box: int(np.count_nonzero(mask[box.slices])))
    crop, hole = image[box.slices], mask[box.slices] > 0
    trial = _beside(hole, _known(crop), options.grow)
    if trial is None:
        return Chosen(first, {})
    hidden = (hole | trial).astype(np.uint8) * 255
    truth = light(colours(crop))[trial]
    scores = {
        filler.name: _psnr(light(colours(fill(crop, hidden, filler, options, on_window=on_window).image))[trial], truth)
        for filler in fillers
    }
    best = max(fillers, key=lambda filler: scores[filler.name])
    return Chosen(best if scores[best.name] >= scores[first.name] + CLEARLY else first, scores)


def _beside(hole: Flags, known: Flags, grow: int) -> Flags | None:
    """The hole (H, W) moved to where most of it falls on known pixels, clear of itself; None where too little does."""
    padded = cv2.copyMakeBorder(hole.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    step = 2 * round(float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())) + 2 * grow + 2
    clear = cv2.dilate(hole.view(np.uint8), np.ones((3, 3), np.uint8), iterations=grow + 1) == 0
    moved = [_moved(hole, across * step, down * step) & clear & known for across, down in _WAYS]
    best = max(moved, key=np.count_nonzero)
    return best if np.count_nonzero(best) >= max(_ENOUGH * np.count_nonzero(hole), 1) else None


def _moved(flags: Flags, across: int, down: int) -> Flags:
    height, width = flags.shape
    moved = np.zeros_like(flags)
    there = Box(0, 0, width, height).moved(across, down).clipped(width, height)
    if not there.empty:
        moved[there.slices] = flags[there.moved(-across, -down).slices]
    return moved


def _known(crop: Samples) -> Flags:
    """(H, W): where a pixel has a colour: it is not transparent, and a finite number."""
    values, opacity = colours(crop), alpha(crop)
    known: Flags = np.asarray(np.isfinite(values).reshape(*values.shape[:2], -1).all(axis=2))
    return known if opacity is None else known & (opacity > 0)


def _psnr(values: Floats, truth: Floats) -> float:
    error = float(np.square(values.astype(np.float64) - truth).mean())
    return 10 * float(np.log10(1 / max(error, 1e-10)))
