"""The defect planner: thin defects are filled in batches of small windows, thick ones as any hole.

Nothing is filled twice: each pixel of the mask belongs to a thin or to a thick region. The thin regions are filled
first, with the thick ones hidden, so that those are filled from a picture without scratches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from gan_inpaint.defects.cover import SIDES, Cover, cover
from gan_inpaint.defects.thickness import CELL, Divided, divide
from gan_inpaint.defects.windows import ThinWindows
from gan_inpaint.engine.arrays import BoolArray, IntArray, Samples, UInt8Array, dilated
from gan_inpaint.engine.blending import feathered
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, OnWindow, check_hole, fill_windows, plan_for
from gan_inpaint.engine.filling import fill as engine_fill
from gan_inpaint.engine.plan import Plan
from gan_inpaint.engine.sources import EVERYWHERE, Sources
from gan_inpaint.engine.transparency import opaque_after
from gan_inpaint.errors import MaskCoversAll
from gan_inpaint.machine import physical_cores
from gan_inpaint.options import FillOptions, Quality, Transfer

UNDIVIDED = 0.3
"""Share of a hole that is thick from which on all of it is filled as a thick one."""


def repair(
    image: Samples,
    mask: UInt8Array,
    filler: Filler,
    *,
    transfer: Transfer = "srgb",
    quality: Quality = "normal",
    threads: int = 0,
    on_window: OnWindow | None = None,
) -> Filled:
    """Fill many defects at once; arguments, promises and errors are those of `engine.fill`, but all alpha stays.

    The mask must hold all of the damage: unlike around an object, the pixels beside it are trusted. `quality` applies
    to thick regions. Thin ones are filled on `threads` threads; 0 stands for all physical cores. A filler that is not
    guided, or that takes one size only, fills everything as `engine.fill` does.
    """
    options = FillOptions(dilate=0, transfer=transfer, quality=quality)
    check_hole(image, mask)
    mask = np.ascontiguousarray(mask)
    if not _suits_thin(filler):
        return fill_windows(image, mask, plan_for(mask, filler, options), filler, options, on_window)
    return _Parts(image, mask, mask, divide(mask), filler, options, threads).fill(on_window, grain=False)


def fill(
    image: Samples,
    mask: UInt8Array,
    filler: Filler,
    options: FillOptions,
    *,
    threads: int = 0,
    sources: Sources = EVERYWHERE,
    on_window: OnWindow | None = None,
) -> Filled:
    """Fill as `engine.fill` does, with its arguments, promises and errors, but thin holes in the way of `repair`.

    They get as much grain as is around them. They are filled from the pixels right beside them, so the filler sees them
    dilated by half of `options.dilate` only. All holes are filled as `engine.fill` does if `sources` limits what may be
    used, or if a transparent hole must become opaque. `threads` is that of `repair`.
    """
    check_hole(image, mask)
    plain = not sources.limited and opaque_after(image, mask) is None
    if not plain or not _suits_thin(filler):
        return engine_fill(image, mask, filler, options, sources=sources, on_window=on_window)
    mask = np.ascontiguousarray(mask)
    hole = dilated(mask, options.dilate // 2)
    divided = divide(hole, UNDIVIDED)
    if not divided.thin.any():
        return engine_fill(image, mask, filler, options, on_window=on_window)
    return _Parts(image, mask, hole, divided, filler, options, threads).fill(on_window, grain=True)


def _suits_thin(filler: Filler) -> bool:
    return filler.guided and filler.window >= SIDES[-1] and SIDES[0] % filler.size_multiple == 0


@dataclass(frozen=True, slots=True)
class _Parts:
    """A picture whose `hole`, the mask or more, is `divided` into thin and thick."""

    image: Samples
    mask: UInt8Array
    hole: UInt8Array
    divided: Divided
    filler: Filler
    options: FillOptions
    threads: int

    def fill(self, on_window: OnWindow | None, grain: bool) -> Filled:
        """Fill the thin parts, with or without `grain`, then the thick ones."""
        thick = self.divided.thick
        windows = cover(self.divided.thin)
        rest = None if thick is None else self._rest(thick)
        count = len(windows.sides)
        total = count + (len(rest.plan.windows) if rest else 0)

        def report(done: int) -> None:
            if on_window:
                on_window(done, total)

        out = np.array(self.image, order="C")
        weights = feathered(self.mask, self.options.feather)
        threads = self.threads or physical_cores()
        thin = ThinWindows(
            out, self.image, weights, self.hole, thick, self.filler, self.options.transfer, threads, grain
        )
        blind = thin.fill(windows, report)
        if len(blind):
            rest = self._rest(_remaining(windows, blind, self.mask, thick))
            total = count + len(rest.plan.windows)
        if rest is None:
            report(count)
            return Filled(out, count)

        def on_rest(done: int, _: int) -> None:
            report(count + done)

        try:
            filled = fill_windows(out, rest.mask, rest.plan, self.filler, self.options, on_rest)
        except MaskCoversAll:
            if len(blind) == count:
                raise
            return Filled(out, total)  # `engine.fill` leaves a window without known pixels as it is, too
        return Filled(filled.image, total)

    def _rest(self, where: BoolArray) -> _Rest:
        mask = np.where(where, self.mask, np.uint8(0))
        return _Rest(mask, plan_for(mask, self.filler, self.options))


class _Rest(NamedTuple):
    """What `engine.fill` fills: its part of the `mask` (H, W), and the plan for that."""

    mask: UInt8Array
    plan: Plan


def _remaining(windows: Cover, blind: IntArray, mask: UInt8Array, thick: BoolArray | None) -> BoolArray:
    """Return where (H, W) the mask is thick, or answered for by the `blind` windows, which show no known pixel."""
    cells = np.isin(windows.owners, blind).astype(np.uint8)
    height, width = mask.shape
    pixels: UInt8Array = cv2.resize(cells, None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)
    remaining: BoolArray = (pixels[:height, :width] > 0) & (mask > 0)
    return remaining if thick is None else remaining | thick
