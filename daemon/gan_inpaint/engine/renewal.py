"""Parts of filled pictures, filled anew window by window by the pictures' own statistics."""

from __future__ import annotations

import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats, Places, mirrored
from gan_inpaint.engine.autoregression import BORDER, CORE, SIDE, interpolated

_BATCH = 1024
"""Windows at a time: what a hole of any size needs in memory stays small."""


def renew(pictures: Floats, wanted: Flags, guessed: Flags | None = None) -> None:
    """Fills what is `wanted` (N, H, W) of `pictures` (N, H, W, 3), in [-1, 1] and filled, anew; in place.

    By the statistics of all around it, or of all but what is `guessed` (N, H, W).
    """
    cells = _cells(wanted)
    parts = [cells[start : start + _BATCH] for start in range(0, len(cells), _BATCH)]
    renewed = [_renewed(pictures, wanted, guessed, part) for part in parts]
    for part, fills in zip(parts, renewed, strict=True):
        for (number, row, column), fill in zip(part.tolist(), fills, strict=True):
            cell = np.s_[number, row * CORE : (row + 1) * CORE, column * CORE : (column + 1) * CORE]
            height, width = wanted[cell].shape
            np.copyto(pictures[cell], fill[:height, :width], where=wanted[cell][..., None])


def _cells(wanted: Flags) -> Places:
    """(n, 3): numbers of pictures, rows and columns of the cells of 8 × 8 pixels of which something is wanted."""
    count, height, width = wanted.shape
    down, right = -height % CORE, -width % CORE
    padded = np.pad(wanted, ((0, 0), (0, down), (0, right)))
    return np.argwhere(padded.reshape(count, -1, CORE, (width + right) // CORE, CORE).any(axis=(2, 4)))


def _renewed(pictures: Floats, wanted: Flags, guessed: Flags | None, cells: Places) -> Floats:
    """(n, 8, 8, 3): what the cells' windows make of them; beyond its edge a picture is mirrored."""
    rows, columns = (
        mirrored(starts[:, None] * CORE - BORDER + np.arange(SIDE), extent)
        for starts, extent in zip(cells[:, 1:].T, wanted.shape[1:], strict=True)
    )
    at = cells[:, 0, None, None], rows[:, :, None], columns[:, None, :]
    return interpolated(pictures[at], wanted[at], None if guessed is None else guessed[at])
