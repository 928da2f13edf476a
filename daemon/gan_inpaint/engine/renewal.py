"""Parts of filled pictures, filled anew window by window by the pictures' own statistics."""

from __future__ import annotations

import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats, Places
from gan_inpaint.engine.autoregression import BORDER, CORE, interpolated

_BATCH = 1024
"""Windows at a time: what a hole of any size needs in memory stays small."""


def renew(pictures: Floats, wanted: Flags, guessed: Flags | None = None) -> None:
    """Fills what is `wanted` (N, H, W) of `pictures` (N, H, W, 3), in [-1, 1] and filled, anew; in place.

    By the statistics of all around it, or of all but what is `guessed` (N, H, W).
    """
    cells = _cells(wanted)
    parts = [cells[start : start + _BATCH] for start in range(0, len(cells), _BATCH)]
    # A list: no part is told by what another has made.
    for places, colours in [_renewed(pictures, wanted, guessed, part) for part in parts]:
        pictures[places] = colours


def _cells(wanted: Flags) -> Places:
    """(n, 3): numbers of pictures, rows and columns of the cells of 8 × 8 pixels of which something is wanted."""
    count, height, width = wanted.shape
    down, right = -height % CORE, -width % CORE
    padded = np.pad(wanted, ((0, 0), (0, down), (0, right)))
    return np.argwhere(padded.reshape(count, -1, CORE, (width + right) // CORE, CORE).any(axis=(2, 4)))


def _renewed(
    pictures: Floats, wanted: Flags, guessed: Flags | None, cells: Places
) -> tuple[tuple[Places, Places, Places], Floats]:
    """Where something is wanted in the cells, as (m,) numbers, rows and columns, and what their windows make of that,
    (m, 3); beyond its edge a picture is mirrored."""
    rows, columns = (starts[:, None] * CORE + np.arange(-BORDER, CORE + BORDER) for starts in cells[:, 1:].T)
    inside_rows, inside_columns = (
        _mirrored(places, extent) for places, extent in zip((rows, columns), wanted.shape[1:], strict=True)
    )
    at = cells[:, 0, None, None], inside_rows[:, :, None], inside_columns[:, None, :]
    missing = wanted[at]
    fills = interpolated(pictures[at], missing, None if guessed is None else guessed[at])
    inner = slice(BORDER, BORDER + CORE)
    missing &= (rows == inside_rows)[:, :, None] & (columns == inside_columns)[:, None, :]
    cell, y, x = np.nonzero(missing[:, inner, inner])
    return (cells[cell, 0], rows[cell, BORDER + y], columns[cell, BORDER + x]), fills[cell, y, x]


def _mirrored(places: Places, extent: int) -> Places:
    """Places before the first and after the last of `extent`, mirrored at those, as often as it takes."""
    if extent == 1:
        return np.zeros_like(places)
    period = 2 * (extent - 1)
    folded = places % period
    return np.minimum(folded, period - folded)
