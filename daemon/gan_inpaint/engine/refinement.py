"""Autoregressive refinement: parts of filled pictures are filled again, window by window, from their own statistics."""

from __future__ import annotations

import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.autoregression import BORDER, CORE, interpolate

_BATCH = 1024
"""Windows refined at a time; bounds the memory that a hole of any size needs."""


def refine(pictures: Float32Array, wanted: BoolArray, prefilled: BoolArray | None = None) -> None:
    """Fill the `wanted` pixels (N, H, W) of `pictures` (N, H, W, 3), in [-1, 1] and complete, again; in place.

    The statistics are those of all pixels around, or of all but the `prefilled` ones (N, H, W).
    """
    cells = _cells(wanted)
    batches = [cells[start : start + _BATCH] for start in range(0, len(cells), _BATCH)]
    # A list, not a loop: no batch may see what another one has written.
    for places, colours in [_refined(pictures, wanted, prefilled, batch) for batch in batches]:
        pictures[places] = colours


def _cells(wanted: BoolArray) -> IntArray:
    """Return picture, row and column, (n, 3), of each cell of 8 × 8 pixels that holds a wanted one."""
    count, height, width = wanted.shape
    down, right = -height % CORE, -width % CORE
    padded = np.pad(wanted, ((0, 0), (0, down), (0, right)))
    return np.argwhere(padded.reshape(count, -1, CORE, (width + right) // CORE, CORE).any(axis=(2, 4)))


def _refined(
    pictures: Float32Array, wanted: BoolArray, prefilled: BoolArray | None, cells: IntArray
) -> tuple[tuple[IntArray, IntArray, IntArray], Float32Array]:
    """Return picture, row and column (m,) of each wanted pixel in the cells, and their new colours (m, 3).

    Beyond its edges a picture is mirrored.
    """
    rows, columns = (starts[:, None] * CORE + np.arange(-BORDER, CORE + BORDER) for starts in cells[:, 1:].T)
    inside_rows, inside_columns = (
        _mirrored(places, extent) for places, extent in zip((rows, columns), wanted.shape[1:], strict=True)
    )
    at = cells[:, 0, None, None], inside_rows[:, :, None], inside_columns[:, None, :]
    missing = wanted[at]
    fills = interpolate(pictures[at], missing, None if prefilled is None else prefilled[at])
    inner = slice(BORDER, BORDER + CORE)
    missing &= (rows == inside_rows)[:, :, None] & (columns == inside_columns)[:, None, :]
    cell, y, x = np.nonzero(missing[:, inner, inner])
    return (cells[cell, 0], rows[cell, BORDER + y], columns[cell, BORDER + x]), fills[cell, y, x]


def _mirrored(places: IntArray, extent: int) -> IntArray:
    """Return `places` with those outside 0 to `extent` - 1 mirrored at the ends, as often as needed."""
    if extent == 1:
        return np.zeros_like(places)
    period = 2 * (extent - 1)
    folded = places % period
    return np.minimum(folded, period - folded)
