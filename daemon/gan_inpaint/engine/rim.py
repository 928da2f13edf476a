"""The rim of a hole, where the picture's own statistics say more than a generator does."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats, Places
from gan_inpaint.engine.autoregression import BORDER, CORE, SIDE, interpolated

_RIM, _WHOLE, _THIN = 4.5, 6.5, 10
"""Pixels from what is known. Up to 4 this was better than a generator's fill, and from 8 on no better: 4 are filled in
a thick hole, which is cheaper, and 6 in one that is nowhere deeper than 10."""
_BATCH = 1024
"""Windows at a time: what a hole of any size needs in memory stays small."""


def refine_rim(picture: Floats, hole: Flags) -> None:
    """Fills the rim of `hole` (H, W) in `picture` (H, W, 3), in [-1, 1] and filled, anew; in place."""
    depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
    rim = hole & (depth <= (_WHOLE if depth.max() <= _THIN else _RIM))
    cells = _cells(rim)
    parts = [cells[start : start + _BATCH] for start in range(0, len(cells), _BATCH)]
    refined = [_refined(picture, hole, rim, part) for part in parts]
    for part, fills in zip(parts, refined, strict=True):
        for (top, left), fill in zip((part * CORE).tolist(), fills, strict=True):
            cell = np.s_[top : top + CORE, left : left + CORE]
            height, width = rim[cell].shape
            np.copyto(picture[cell], fill[:height, :width], where=rim[cell][..., None])


def _cells(rim: Flags) -> Places:
    """(n, 2): rows and columns of the cells of 8 × 8 pixels that hold some of the rim."""
    down, right = (-extent % CORE for extent in rim.shape)
    padded = cv2.copyMakeBorder(rim.view(np.uint8), 0, down, 0, right, cv2.BORDER_CONSTANT, value=0)
    rows, columns = (extent // CORE for extent in padded.shape)
    return np.argwhere(padded.reshape(rows, CORE, columns, CORE).any(axis=(1, 3)))


def _refined(picture: Floats, hole: Flags, rim: Flags, cells: Places) -> Floats:
    """(n, 8, 8, 3): what the cells' windows make of them; beyond its edge the picture is mirrored."""
    rows, columns = (
        _mirrored(corners[:, None] * CORE - BORDER + np.arange(SIDE), extent)
        for corners, extent in zip(cells.T, hole.shape, strict=True)
    )
    at = rows[:, :, None], columns[:, None, :]
    return interpolated(picture[at], hole[at], rim[at])


def _mirrored(places: Places, extent: int) -> Places:
    inside = extent - 1 - np.abs(extent - 1 - np.abs(places))
    within: Places = np.clip(inside, 0, extent - 1)
    return within
