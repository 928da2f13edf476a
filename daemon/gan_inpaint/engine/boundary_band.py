"""The boundary band of a hole: filled from the picture's own statistics, which there say more than a generator does."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array
from gan_inpaint.engine.pyramid import add_enlarged, all_of_cells, halved
from gan_inpaint.engine.refinement import refine

_BAND = 4.5
"""Depth of the band in a thick hole, in pixels from the known picture."""
_THIN_BAND = 6.5
"""Depth of the band in a thin hole, in pixels."""
_THIN = 10
"""Deepest point of a thin hole, in pixels."""


def refine_boundary_band(picture: Float32Array, hole: BoolArray) -> None:
    """Fill the boundary band of `hole` (H, W) in `picture` (H, W, 3), in [-1, 1] and prefilled, again; in place."""
    refine(picture[None], _boundary_band(hole)[None], hole[None])


def refine_coarse_to_fine(picture: Float32Array, hole: BoolArray) -> None:
    """Refine the boundary bands of `hole` (H, W) in `picture` (H, W, 3) at all coarser pyramid levels; in place.

    `picture` is in [-1, 1] and prefilled. A band of fixed width reaches deeper into the hole at a coarser level, so
    edges and stripes go on across it. The picture's own level is left to `refine_boundary_band`.
    """
    inside = all_of_cells(hole)
    if inside.all() or not inside.any():
        return
    coarse = halved(picture)
    before = coarse.copy()
    refine_coarse_to_fine(coarse, inside)
    refine(coarse[None], _boundary_band(inside)[None])
    add_enlarged(picture, coarse - before, hole)


def _boundary_band(hole: BoolArray) -> BoolArray:
    depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
    band: BoolArray = hole & (depth <= (_THIN_BAND if depth.max() <= _THIN else _BAND))
    return band
