"""The defect planner: a scan's scratches, hairs and specks in few batches of small windows, its stains as any hole.

Nothing is filled twice: each pixel of the mask belongs to something thin or to something thick. The thin is filled
first, with the thick hidden; so what is thick sees around it a picture that is whole.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Bytes, Flags, Places, Samples
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.filling import Filled, OnWindow, check_hole, fill, fill_windows, plan_for
from gan_inpaint.engine.options import FillOptions, Quality
from gan_inpaint.engine.pixels import Transfer
from gan_inpaint.errors import MaskCoversAll
from gan_inpaint.machine import physical_cores
from gan_inpaint.restoring.cover import SIDES, Cover, cover
from gan_inpaint.restoring.thickness import CELL, divide
from gan_inpaint.restoring.windows import ThinWindows


def repair(
    image: Samples,
    mask: Bytes,
    filler: Filler,
    *,
    transfer: Transfer = "srgb",
    quality: Quality = "normal",
    threads: int = 0,
    on_window: OnWindow | None = None,
) -> Filled:
    """Fill many defects at once; the arguments, the promises and the errors are those of `engine.fill`.

    The mask is taken to hold all of the damage: unlike an object's, its surroundings are trusted up to its edge.
    `quality` is that of what is thick; `threads` are for what is thin, 0 standing for all physical cores. A filler that
    is not guided, or of one fixed size, fills all the usual way.
    """
    options = FillOptions(grow=0, transfer=transfer, quality=quality)
    if not filler.guided or filler.window < SIDES[-1] or SIDES[0] % filler.size_multiple:
        return fill(image, mask, filler, options, on_window=on_window)
    check_hole(image, mask)
    mask = np.ascontiguousarray(mask)
    thin, thick = divide(mask)
    windows = cover(thin)
    rest = None if thick is None else _Rest(mask, thick, filler, options)
    count = len(windows.sides)
    total = count + (len(rest.plan.windows) if rest else 0)

    def tell(done: int) -> None:
        if on_window:
            on_window(done, total)

    out = np.array(image, order="C")
    thin_windows = ThinWindows(out, image, mask, thick, filler, transfer, threads or physical_cores())
    blind = thin_windows.fill(windows, tell)
    if len(blind):
        rest = _Rest(mask, _left(windows, blind, mask, thick), filler, options)
        total = count + len(rest.plan.windows)
    if rest is None:
        tell(count)
        return Filled(out, count)
    try:
        filled = fill_windows(out, rest.mask, rest.plan, filler, options, lambda done, _: tell(count + done))
    except MaskCoversAll:
        if len(blind) == count:
            raise
        return Filled(out, total)  # as the engine leaves what no window knows anything around
    return Filled(filled.image, total)


class _Rest:
    """What is filled the usual way: its part of the `mask` (H, W), and the plan for that."""

    def __init__(self, mask: Bytes, where: Flags, filler: Filler, options: FillOptions) -> None:
        self.mask = np.where(where, mask, np.uint8(0))
        self.plan = plan_for(self.mask, filler, options)


def _left(windows: Cover, blind: Places, mask: Bytes, thick: Flags | None) -> Flags:
    """(H, W): what is thick, and what the `blind` windows answer for."""
    cells = np.isin(windows.owners, blind).astype(np.uint8)
    height, width = mask.shape
    pixels: Bytes = cv2.resize(cells, None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)
    left: Flags = (pixels[:height, :width] > 0) & (mask > 0)
    return left if thick is None else left | thick
