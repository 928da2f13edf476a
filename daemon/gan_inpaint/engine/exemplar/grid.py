"""The picture in cells, as exemplar completion sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array

WHOLE = 0.999
"""Share of a cell that is known in a source: means of ones are not exactly one, and a pixel less is less than this."""
SMOOTH = 1.0
"""Deviation, in cells, of the blur through which a smooth fill is compared with the picture."""
CONTRAST = 2.0
"""Weight of the contrast within a cell against its colour: fine texture and flat ground may have the same mean."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`colours` (h, w, 4): means of cells in [-1, 1], and the weighted contrast in them; the hole contains a fill.

    `smooth` (h, w, 3): the means, blurred, with which a smooth fill is compared.
    `hole` (h, w): cells that contain any pixel of the hole; `sources` (h, w): cells all of whose pixels are known.
    """

    colours: Float32Array
    smooth: Float32Array
    hole: BoolArray
    sources: BoolArray

    def within(self) -> Grid:
        """Return the grid with the sources that have nothing but sources around them."""
        return replace(self, sources=cv2.erode(self.sources.view(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def grid_of(picture: Float32Array, hole: BoolArray, known: BoolArray, cell: int) -> Grid:
    """Return a picture (H, W, 3), whose `hole` (H, W) has a smooth fill, in cells of `cell` pixels.

    What is copied comes from where `known` (H, W) only. Cells that the picture's edge cuts off repeat its last pixels,
    and are no sources.
    """
    rows, columns = (-(-extent // cell) for extent in hole.shape)
    below, right = rows * cell - hole.shape[0], columns * cell - hole.shape[1]

    def means(plane: Float32Array, border: int) -> Float32Array:
        whole = cv2.copyMakeBorder(plane, 0, below, 0, right, border, value=0)
        reduced: Float32Array = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
        return reduced

    colours = means(picture, cv2.BORDER_REPLICATE)
    variance = means(_squares(picture), cv2.BORDER_REPLICATE) - _squares(colours)
    contrast = np.float32(CONTRAST) * np.sqrt(np.maximum(variance, 0))
    targets = means(hole.astype(np.float32), cv2.BORDER_REPLICATE) > 0
    sources = ~targets & (means(known.astype(np.float32), cv2.BORDER_CONSTANT) > WHOLE)
    return Grid(np.dstack([colours, contrast]), cv2.GaussianBlur(colours, (0, 0), SMOOTH), targets, sources)


def _squares(colours: Float32Array) -> Float32Array:
    squares: Float32Array = np.einsum("ijk,ijk->ij", colours, colours)
    return squares
