"""Alignment of copies to the pixel: edges and stripes must meet what is known, and each other.

Offsets are chosen in cells of several pixels. Here each connected region that copies from one offset is moved by less
than a cell, to where its copy continues best what is beyond its border.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.interruption import GoOn
from gan_inpaint.engine.patches import spread

BAND = 6
"""Width of the band around a region, in pixels, in which its continued copy is compared."""
MOST = 160
"""Pixels of a band that are compared at most."""
LEAST = 40
"""Pixels of a band below which its region stays."""
SMALLEST = 8
"""Cells of a region below which it stays."""
WORST = 0.25
"""Largest squared difference of a pixel: outliers count as much as plain faults."""
BETTER = 0.9
"""Share of the difference to which a region must come to be moved."""
STEPS = 3
"""Steps to each side that are tried at a time."""

_AROUND = np.stack(np.meshgrid(*[np.arange(-STEPS, STEPS + 1)] * 2, indexing="ij"), axis=-1).reshape(-1, 2)


def aligned(
    picture: Float32Array, hole: BoolArray, known: BoolArray, offsets: IntArray, cell: int, go_on: GoOn
) -> IntArray:
    """Return `offsets` (h, w, 2), in pixels for each cell of `cell` pixels, with each region moved by less than a cell.

    `picture` (H, W, 3) is known where `known` (H, W). Of the offsets only those of cells that touch `hole` (H, W)
    count; all that these cells copy from is known, and stays so. The largest regions come first, and those after them
    are compared with their copies, too.
    """
    shades: Float32Array = picture.mean(axis=2)
    moved, filled, settled = offsets.copy(), shades.copy(), known & ~hole
    for region, box in _regions(hole, offsets, cell):
        go_on()
        at = np.argwhere(region) + np.array([box.top, box.left])
        offset = moved[tuple(at[0])]
        inside = _pixels(at, hole, cell)
        band = _band(inside, settled)
        if len(band) >= LEAST:
            offset = _best(shades, known, inside, band, filled[tuple(band.T)], offset, cell)
            moved[tuple(at.T)] = offset
        filled[tuple(inside.T)] = shades[tuple((inside + offset).T)]
        settled[tuple(inside.T)] = True
    return moved


def _regions(hole: BoolArray, offsets: IntArray, cell: int) -> list[tuple[BoolArray, Box]]:
    """Return the connected regions of enough cells with one offset, each in its box of cells, the largest first."""
    height, width = offsets.shape[:2]
    whole = cv2.copyMakeBorder(
        hole.view(np.uint8), 0, height * cell - hole.shape[0], 0, width * cell - hole.shape[1], cv2.BORDER_CONSTANT
    )
    targets = whole.reshape(height, cell, width, cell).any(axis=(1, 3))
    regions = []
    for offset in np.unique(offsets[targets], axis=0):
        same = targets & (offsets == offset).all(axis=2)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(same.view(np.uint8), connectivity=4)
        for number in range(1, count):
            left, top, across, down, size = stats[number].tolist()
            box = Box(left, top, left + across, top + down)
            if size >= SMALLEST:
                regions.append((size, labels[box.slices] == number, box))
    regions.sort(key=lambda region: -region[0])
    return [(region, box) for _, region, box in regions]


def _pixels(cells: IntArray, hole: BoolArray, side: int) -> IntArray:
    """Return the pixels (m, 2) of `hole` (H, W) in the `cells` (n, 2) of that side."""
    inner = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1)
    pixels = (side * cells[:, None, None] + inner).reshape(-1, 2)
    pixels = pixels[(pixels < hole.shape).all(axis=1)]
    inside: IntArray = pixels[hole[tuple(pixels.T)]]
    return inside


def _band(inside: IntArray, settled: BoolArray) -> IntArray:
    """Return up to MOST settled pixels (n, 2) around the pixels `inside` (m, 2) of a region."""
    height, width = settled.shape
    (top, left), (bottom, right) = inside.min(axis=0), inside.max(axis=0) + 1
    box = Box(int(left), int(top), int(right), int(bottom)).expanded(BAND).clipped(width, height)
    mine = np.zeros((box.height, box.width), np.uint8)
    mine[tuple((inside - (box.top, box.left)).T)] = 1
    near = cv2.dilate(mine, np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)) > mine
    band: IntArray = spread(near & settled[box.slices], MOST) + np.array([box.top, box.left])
    return band


def _best(
    shades: Float32Array,
    known: BoolArray,
    inside: IntArray,
    band: IntArray,
    wanted: Float32Array,
    offset: IntArray,
    cell: int,
) -> IntArray:
    """Return the offset less than a cell from `offset` (2,) whose copy is most like `wanted` (n,) at `band` (n, 2)."""
    step = max(1, cell // (STEPS + 1))
    best, least = offset, BETTER * float(_differences(shades, known, band, wanted, offset[None])[0])
    while step:
        tried = best + step * _AROUND
        tried = tried[np.abs(tried - offset).max(axis=1) < cell]
        differences = _differences(shades, known, band, wanted, tried)
        for number in np.argsort(differences, kind="stable"):
            if differences[number] >= least:
                break
            if _all_known(known, inside + tried[number]):
                best, least = tried[number], float(differences[number])
                break
        step //= 2
    return best


def _differences(
    shades: Float32Array, known: BoolArray, band: IntArray, wanted: Float32Array, offsets: IntArray
) -> Float32Array:
    """Return the mean squared difference of the copy from each of `offsets` (m, 2) to `wanted`, but for a constant."""
    there = band + offsets[:, None]
    clipped = np.clip(there, 0, np.array(known.shape) - 1)
    rows, columns = clipped[..., 0], clipped[..., 1]
    weight = ((there == clipped).all(axis=2) & known[rows, columns]).astype(np.float32)
    difference = shades[rows, columns] - wanted
    count = np.maximum(weight.sum(axis=1, keepdims=True), 1)
    difference -= (difference * weight).sum(axis=1, keepdims=True) / count
    squares = np.minimum(difference * difference, np.float32(WORST)) * weight + np.float32(WORST) * (1 - weight)
    mean: Float32Array = squares.mean(axis=1)
    return mean


def _all_known(known: BoolArray, at: IntArray) -> bool:
    return bool((at >= 0).all() and (at < known.shape).all() and known[tuple(at.T)].all())
