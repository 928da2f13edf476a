"""The kind of each connected component of what was found, from its shape and its tone.

Measures are shares of the picture's long side, because damage belongs to the print and not to the pixel. A component is
described by its area A, the number B of its boundary pixels and its second moments: a line of width w and length l has
A = w·l and B ≈ 2·l. Dark narrow curves count as hairs, light ones as cracks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, IntArray, UInt8Array
from gan_inpaint.options import KINDS, Kind

SPECK = 0.018
"""Largest extent of a speck, as a share of the long side."""
SMALLEST = 8.0
"""Extent up to which everything is a speck, in pixels."""
LINE = 4.0
"""Least extent of a line, in widths."""
WIDEST, LONG = 0.015, 10.0
"""Largest width of a line, as a share of the long side; inside the picture also its extent over this."""
SCRATCH = 0.004
"""Largest width of a scratch or a hair, as a share of the long side."""
NARROW = 4.0
"""Width up to which a line may be a scratch, in pixels."""
BOWED = 0.06
"""Largest standard deviation of a scratch from a straight line, as a share of its extent."""
SIMPLE, CURLED = 1.4, 2.2
"""Largest length of a scratch and of a hair, in extents: cracks have branches and corners, and are longer."""
EDGE = 2
"""Distance from the picture's edge that counts as touching it, in pixels."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Measures of n components, each (n,): `area` in pixels, `width`, `length` and `extent` in pixels.

    `across`: standard deviation of the pixels across the main axis, in pixels; `light`: mean of the light damage map
    minus that of the dark one, in bytes; `at_edge`: whether it touches the picture's edge.
    """

    area: Values
    width: Values
    length: Values
    extent: Values
    across: Values
    light: Values
    at_edge: BoolArray


def shapes_of(mask: UInt8Array, labels: NDArray[np.int32], count: int, damage_map: UInt8Array) -> Shapes:
    """Measure the components 0 to `count` - 1 of `mask` (H, W), as `labels` (H, W) number them where it is not 0."""
    height, width = mask.shape
    places = cv2.findNonZero(mask)  # four times as fast as numpy.nonzero: this runs at each move of a slider
    columns, rows = np.reshape([] if places is None else places, (-1, 2)).T.astype(np.int64, order="C")
    at = rows * width + columns
    part = labels.ravel()[at]
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inner = cv2.erode(mask, cross, borderType=cv2.BORDER_CONSTANT, borderValue=0).ravel()
    area = np.bincount(part, minlength=count).astype(np.float64)
    border = np.bincount(part[inner[at] == 0], minlength=count)

    def mean(values: NDArray[np.generic]) -> Values:
        sums: Values = np.bincount(part, values, count) / np.maximum(area, 1)
        return sums

    down, right = mean(rows), mean(columns)
    vertical, horizontal = mean(rows * rows) - down * down, mean(columns * columns) - right * right
    mixed = mean(rows * columns) - down * right
    middle, spread = (vertical + horizontal) / 2, np.hypot((vertical - horizontal) / 2, mixed)
    across = np.sqrt(np.maximum(middle - spread, 0))
    width_of = np.maximum(2 * area / np.maximum(border, 1), 1)
    tones = damage_map.reshape(-1, 2)[at].astype(np.int16)
    near = (np.minimum(rows, columns) < EDGE) | (rows >= height - EDGE) | (columns >= width - EDGE)
    at_edge = np.bincount(part[near], minlength=count) > 0
    extent = np.maximum(np.sqrt(12 * (middle + spread)), 1)
    return Shapes(
        area, width_of, np.maximum(area / width_of, extent), extent, across, mean(tones[:, 0] - tones[:, 1]), at_edge
    )


def kinds_of(shapes: Shapes, side: int) -> IntArray:
    """Return the kind of each component (n,), its place in `KINDS`, in a picture whose long side is `side` pixels."""
    small = shapes.extent <= max(SPECK * side, SMALLEST)
    compact = (shapes.length < LINE * shapes.width) | (shapes.extent <= SMALLEST)
    narrow = shapes.width <= max(SCRATCH * side, NARROW)
    straight = (shapes.across <= np.maximum(BOWED * shapes.extent, shapes.width / 2)) & (
        shapes.length <= SIMPLE * shapes.extent
    )
    slim = (shapes.extent >= LONG * shapes.width) & ~shapes.at_edge
    line = (shapes.extent >= LINE * shapes.width) & ((shapes.width <= max(WIDEST * side, NARROW)) | slim)
    hair = (shapes.light < 0) & (shapes.length <= CURLED * shapes.extent)
    torn = (shapes.light > 0) | (shapes.at_edge & (shapes.length >= LINE * shapes.width))
    choices: Sequence[tuple[BoolArray, Kind]] = (
        (small & compact, "dust"),
        (line & narrow & (straight | hair), "scratches"),
        (line, "cracks"),
        (torn, "tears"),
    )
    return np.select(
        [condition for condition, _ in choices], [KINDS.index(kind) for _, kind in choices], KINDS.index("stains")
    )
