"""The rim of a hole by the picture's own statistics, where that is better than any generator."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats
from gan_inpaint.engine.pyramid import add_enlarged, all_of_cells, halved
from gan_inpaint.engine.renewal import renew

_RIM, _WHOLE, _THIN = 4.5, 6.5, 10
"""Pixels from what is known. Up to 4 this was better than a generator's fill, and from 8 on no better: 4 are filled in
a thick hole, which is cheaper, and 6 in one that is nowhere deeper than 10."""


def refine_rim(picture: Floats, hole: Flags) -> None:
    """Fills the rim of `hole` (H, W) in `picture` (H, W, 3), in [-1, 1] and filled, anew; in place."""
    renew(picture[None], _rim(hole)[None], hole[None])


def refine_coarsely(picture: Floats, hole: Flags) -> None:
    """Fills the hole anew but for what only its own size shows: the rim at half of it, and before that at a quarter,
    and so on, deeper and deeper inside; in place."""
    inside = all_of_cells(hole)
    if inside.all() or not inside.any():
        return
    coarse = halved(picture)
    before = coarse.copy()
    refine_coarsely(coarse, inside)
    renew(coarse[None], _rim(inside)[None])
    add_enlarged(picture, coarse - before, hole)


def _rim(hole: Flags) -> Flags:
    depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
    rim: Flags = hole & (depth <= (_WHOLE if depth.max() <= _THIN else _RIM))
    return rim
