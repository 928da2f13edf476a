"""The picture along the line between two points, turned so that the line runs from left to right.

Long lines cost no more than their surroundings, whatever their direction and however large the picture is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.pixels import encoded
from gan_inpaint.options import Transfer

PIECE = 512
"""Columns of a strip that are cut out of the picture at a time."""

Place = tuple[float, float]
"""Row and column."""


@dataclass(frozen=True)
class Strip:
    """Places (row, column) of the picture and of a strip of `shape` along the line from `start` to `goal`.

    The line lies in the middle row of the strip, which has `around` pixels on all sides of it.
    """

    start: Place
    goal: Place
    around: int

    @property
    def length(self) -> float:
        """The distance between the points in pixels."""
        return math.dist(self.start, self.goal)

    @property
    def shape(self) -> tuple[int, int]:
        return 2 * self.around + 1, math.ceil(self.length) + 2 * self.around + 1

    @property
    def ends(self) -> NDArray[np.float64]:
        """Where both points are in the strip (2, 2)."""
        return np.array([[self.around, self.around], [self.around, self.around + self.length]])

    @property
    def turn(self) -> NDArray[np.float64]:
        """The matrix (2, 2) that makes steps in the picture of steps in the strip."""
        down, across = np.subtract(self.goal, self.start) / self.length if self.length else (0.0, 1.0)
        return np.array([[across, down], [-down, across]])

    def in_picture(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where places (n, 2) of the strip are in the picture."""
        return (places - self.around) @ self.turn.T + self.start

    def from_picture(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where places (n, 2) of the picture are in the strip, or beside it."""
        return (places - self.start) @ self.turn + self.around

    def colours(self, image: Samples, transfer: Transfer) -> Float32Array:
        """Return the encoded light of a picture along the line, (*shape, C); unknown pixels are gray."""
        colours: Float32Array = self._turned(
            image, lambda crop: _colours(crop, transfer), cv2.INTER_CUBIC, cv2.BORDER_REPLICATE
        )
        return colours

    def mask(self, mask: UInt8Array) -> BoolArray:
        """Return where a mask (H, W) is not 0 along the line; nothing is beyond its edges."""
        marked = self._turned(mask, np.ascontiguousarray, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
        return np.asarray(marked[..., 0] > 0)

    def inside(self, height: int, width: int) -> BoolArray:
        """Return which pixels of the strip are in a picture of this size."""
        rows, columns = (np.arange(extent, dtype=np.float32) - self.around for extent in self.shape)
        turn = self.turn.astype(np.float32)
        row, column = (
            turn[axis, 0] * rows[:, None] + turn[axis, 1] * columns + np.float32(self.start[axis]) for axis in (0, 1)
        )
        inside: BoolArray = (row >= -0.5) & (row < height - 0.5) & (column >= -0.5) & (column < width - 0.5)
        return inside

    def _turned(self, image: NDArray[Any], read: Callable[[NDArray[Any]], NDArray[Any]], kind: int, edge: int) -> Any:
        """Return an image along the line, (*shape, C); `read` makes what is turned of its crops."""
        pieces = []
        for first in range(0, self.shape[1], PIECE):
            rows, columns = self.shape[0], min(PIECE, self.shape[1] - first)
            box = self._around(first, columns, *image.shape[:2])
            matrix = self._matrix(first, (box.top, box.left))
            turned = cv2.warpAffine(
                read(image[box.slices]), matrix, (columns, rows), flags=kind | cv2.WARP_INVERSE_MAP, borderMode=edge
            )
            pieces.append(turned.reshape(rows, columns, -1))
        return np.concatenate(pieces, axis=1)

    def _around(self, first: int, columns: int, height: int, width: int) -> Box:
        """Return the part of a picture of this size around some columns of the strip: one pixel at least."""
        corners = [(row, first + column) for row in (0, self.shape[0] - 1) for column in (0, columns - 1)]
        places = self.in_picture(np.array(corners, np.float64))
        (top, left), (bottom, right) = np.floor(places.min(axis=0)) - 1, np.ceil(places.max(axis=0)) + 2
        left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
        right, bottom = min(max(right, left + 1), width), min(max(bottom, top + 1), height)
        return Box(int(left), int(top), int(right), int(bottom))

    def _matrix(self, first: int, corner: Place) -> NDArray[np.float64]:
        """Return OpenCV's matrix (2, 3) from (x, y) of the strip, whose column 0 is `first`, to those of a crop."""
        turn = self.turn
        row, column = turn @ np.array([-self.around, first - self.around]) + self.start - np.array(corner)
        return np.array([[turn[1, 1], turn[1, 0], column], [turn[0, 1], turn[0, 0], row]])


def _colours(crop: Samples, transfer: Transfer) -> Float32Array:
    """Return encoded light (h, w, 1) or (h, w, 3); unknown pixels are gray."""
    values, unknown = encoded(crop, transfer)
    colours = values.reshape(*values.shape[:2], -1)
    return np.ascontiguousarray(np.where(unknown[..., None], np.float32(0.5), colours), np.float32)
