"""The defect planner: thin defects are filled in batches of small windows, thick ones as any hole.

Nothing is filled twice: each pixel of the mask belongs to a thin or to a thick region. The thin regions are filled
first, with the thick ones hidden, so that those are filled from a picture without scratches.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.defects.cover import SIDES, Cover, cover
from gan_inpaint.defects.thickness import CELL, divide
from gan_inpaint.defects.windows import ThinWindows
from gan_inpaint.engine.arrays import BoolArray, IntArray, Samples, UInt8Array
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, OnWindow, check_hole, fill, fill_windows, plan_for
from gan_inpaint.errors import MaskCoversAll
from gan_inpaint.machine import physical_cores
from gan_inpaint.options import FillOptions, Quality, Transfer


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
    """Fill many defects at once; arguments, promises and errors are those of `engine.fill`.

    The mask must hold all of the damage: unlike around an object, the pixels beside it are trusted. `quality` applies
    to thick regions. Thin ones are filled on `threads` threads; 0 stands for all physical cores. A filler that is not
    guided, or that takes one size only, fills everything as `engine.fill` does.
    """
    options = FillOptions(dilate=0, transfer=transfer, quality=quality)
    if not filler.guided or filler.window < SIDES[-1] or SIDES[0] % filler.size_multiple:
        return fill(image, mask, filler, options, on_window=on_window)
    check_hole(image, mask)
    mask = np.ascontiguousarray(mask)
    thin, thick = divide(mask)
    windows = cover(thin)
    rest = None if thick is None else _Rest(mask, thick, filler, options)
    count = len(windows.sides)
    total = count + (len(rest.plan.windows) if rest else 0)

    def report(done: int) -> None:
        if on_window:
            on_window(done, total)

    out = np.array(image, order="C")
    thin_windows = ThinWindows(out, image, mask, thick, filler, transfer, threads or physical_cores())
    blind = thin_windows.fill(windows, report)
    if len(blind):
        rest = _Rest(mask, _remaining(windows, blind, mask, thick), filler, options)
        total = count + len(rest.plan.windows)
    if rest is None:
        report(count)
        return Filled(out, count)
    try:
        filled = fill_windows(out, rest.mask, rest.plan, filler, options, lambda done, _: report(count + done))
    except MaskCoversAll:
        if len(blind) == count:
            raise
        return Filled(out, total)  # `engine.fill` leaves a window without known pixels as it is, too
    return Filled(filled.image, total)


class _Rest:
    """What `engine.fill` fills: its part of the `mask` (H, W), and the plan for that."""

    def __init__(self, mask: UInt8Array, where: BoolArray, filler: Filler, options: FillOptions) -> None:
        self.mask = np.where(where, mask, np.uint8(0))
        self.plan = plan_for(self.mask, filler, options)


def _remaining(windows: Cover, blind: IntArray, mask: UInt8Array, thick: BoolArray | None) -> BoolArray:
    """Return where (H, W) the mask is thick, or answered for by the `blind` windows, which show no known pixel."""
    cells = np.isin(windows.owners, blind).astype(np.uint8)
    height, width = mask.shape
    pixels: UInt8Array = cv2.resize(cells, None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)
    remaining: BoolArray = (pixels[:height, :width] > 0) & (mask > 0)
    return remaining if thick is None else remaining | thick
