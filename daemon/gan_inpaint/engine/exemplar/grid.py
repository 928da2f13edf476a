"""The picture in cells, as exemplar completion sees it."""

from __future__ import annotations

from dataclasses import dataclass

from gan_inpaint.engine.arrays import BoolArray, Float32Array


@dataclass(frozen=True, slots=True)
class Grid:
    """`colours` and `smooth` (h, w, 3) in [-1, 1]: means of cells, and these blurred; the hole contains a smooth fill.

    `hole` (h, w): cells that contain any pixel of the hole; `sources` (h, w): cells all of whose pixels are known.
    """

    colours: Float32Array
    smooth: Float32Array
    hole: BoolArray
    sources: BoolArray
