"""Detail for a smooth fill, taken from the picture around the hole.

A generator that minimises the mean error is smooth, and the best model of the missing texture is the photograph itself.

- The picture is split into a smooth part and bands of detail (Burt and Adelson, "A Multiresolution Spline", 1983). The
  deeper a place is in the hole, the coarser are the bands that it takes from elsewhere.
- Each place takes its detail from a known place that looks alike at low resolution. So that neighbours agree and
  nothing is repeated patch by patch, all places choose among a few offsets between hole and source: those that the best
  matches use most (He and Sun, "Statistics of Patch Offsets for Image Completion", 2012, section 3.1), by the least
  difference over the cells around them (Hosni et al., "Fast Cost-Volume Filtering", 2013).
- The energy that the detail of a place should have is known at the boundary of the hole and continued inwards. A source
  of other energy costs more, and is weakened where it is much stronger, so that calm ground beside texture stays calm.

Grain comes along from the known places.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.bands import bands_of
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.patches import Offset, differences, frequent_offsets, patches, spread
from gan_inpaint.engine.pyramid import area_halved, push, weighted_mean

_CELL = 4
"""Least side of the cells on whose grid matches are sought, in pixels."""
_CELLS = 128
"""Most cells in a row or column; the cells of a large picture are larger."""
_PATCH = 5
"""Side of the patches that are compared, in cells."""
_QUERIES = 256
"""Most cells of the hole for which a match is sought."""
_SOURCES = 1024
"""Most known cells that are compared with them."""
_OFFSETS = 32
"""Most offsets that places choose among."""
_VOTES = 5
"""Side of the neighbourhood in which an offset has the most votes, in cells."""
_WINDOW = 3
"""Least side of the window over which costs are averaged, in cells; odd."""
_WINDOW_SHARE = 0.8
"""Side of that window, in depths of the hole."""
_UNKNOWN = 0.3
"""Cost of a place whose source is unknown, as a squared difference of colours in [-1, 1]."""
_STRENGTH = 0.3
"""Cost of a source whose detail has ten times the expected energy, or a tenth of it; as a squared difference."""
_STRONGEST = 4.0
"""Energy to which detail is weakened, in expected energies."""
_LEAST_ENERGY = 1e-6
"""Energy that is added to all, so that flat ground has a logarithm."""
_LARGEST = 32766
"""Longest side of a picture that OpenCV's remap accepts, in pixels."""
_FAR = 1e5
"""Offset that leads outside of any picture, to no detail; in cells."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """`means` (h, w, 3) of cells of `cell` × `cell` pixels, those that touch the hole, and those that are all known.

    `energy` (h, w) is the decimal logarithm of the detail's energy, in the hole as expected there.
    """

    cell: int
    means: Float32Array
    energy: Float32Array
    targets: BoolArray
    sources: BoolArray


def add_detail(picture: Float32Array, hole: BoolArray, known: BoolArray, weight: float = 1.0) -> None:
    """Add detail to `picture` (H, W, 3), in [-1, 1], where `hole` (H, W); in place.

    The hole holds a smooth fill. Detail is taken from where `known` (H, W), which does not overlap the hole. Nothing is
    changed if no cell is known, or if a side of the picture is longer than 32,766 pixels. `weight` in [0, 1] is the
    share of the finest detail near the boundary, where the fill has some already; deep in a hole the share is 1.
    """
    if max(hole.shape) > _LARGEST:
        return
    cell = max(_CELL, -(-max(hole.shape) // _CELLS))
    depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
    deepest = float(depth.max())
    bands, smooth = bands_of(picture, deepest)
    grid = _grid(picture, cv2.subtract(picture, smooth), hole, known, cell)
    if not grid.sources.any():
        return
    height, width = hole.shape
    box = bounding_box(hole).expanded(1).clipped(width, height)
    offsets = _offsets(grid)
    labels = _labels(grid, offsets, _window(deepest, cell))
    at = _places(labels, offsets, cell, box)
    limit = _limit(grid, labels, offsets)
    rows, columns = limit.shape
    enlarged = cv2.resize(limit, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
    for band in bands:
        added = band.sampled(at)
        added *= (enlarged[box.slices] * band.share(depth[box.slices], deepest, weight))[..., None]
        picture[box.slices] += added


def _window(deepest: float, cell: int) -> int:
    """Return the side, odd and in cells, of the window over which costs are averaged in a hole of that depth."""
    return max(_WINDOW, int(_WINDOW_SHARE * deepest / cell) // 2 * 2 + 1)


def _limit(grid: _Grid, labels: IntArray, offsets: list[Offset]) -> Float32Array:
    """Return the factor (h, w), in (0, 1], that weakens the detail of each cell's source."""
    limit = np.ones(labels.shape, np.float32)
    rows, columns = np.nonzero(labels >= 0)
    down, across = np.array(offsets, np.intp).reshape(-1, 2)[labels[rows, columns]].T
    excess = grid.energy[rows + down, columns + across] - grid.energy[rows, columns]
    limit[rows, columns] = np.minimum(1, np.sqrt(_STRONGEST * 10**-excess))
    return limit


def _grid(picture: Float32Array, detail: Float32Array, hole: BoolArray, known: BoolArray, cell: int) -> _Grid:
    sources = ~_any(~known, cell)
    whole_rows, whole_columns = (extent // cell for extent in hole.shape)  # cells cut by the edge are no sources
    sources[whole_rows:], sources[:, whole_columns:] = False, False
    energy = cv2.blur(_means(np.einsum("ijk,ijk->ij", detail, detail), cell), (_WINDOW, _WINDOW))
    energy = _continued(np.log10(energy + np.float32(_LEAST_ENERGY)), sources)
    return _Grid(cell, _means(picture, cell), energy, _any(hole, cell), sources)


def _means(plane: Float32Array, cell: int) -> Float32Array:
    """Return the means of `plane` (H, W, …) over cells; a cell at the edge averages the pixels it has."""
    (height, width), channels = plane.shape[:2], plane.shape[2:]
    rows, columns = -(-height // cell), -(-width // cell)
    means = np.empty((rows, columns, *channels), np.float32)
    for top, bottom in ((0, height // cell), (height // cell, rows)):
        for left, right in ((0, width // cell), (width // cell, columns)):
            if top < bottom and left < right:
                part = plane[top * cell : bottom * cell, left * cell : right * cell]
                size = (right - left, bottom - top)
                means[top:bottom, left:right] = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return means


def _continued(plane: Float32Array, known: BoolArray) -> Float32Array:
    """Return `plane` (h, w), continued smoothly from where it is `known` (h, w) to everywhere else."""
    weight = known.astype(np.float32)[..., None]
    levels = [(plane[..., None] * weight, weight)]
    while max(levels[-1][1].shape) > 1:
        value, weight = levels[-1]
        levels.append((area_halved(value), area_halved(weight)))
    coarsest = weighted_mean(*levels.pop())
    return push(levels, coarsest)[..., 0]


def _any(region: BoolArray, cell: int) -> BoolArray:
    """Return for each cell of `region` (H, W) whether any of its pixels is true."""
    return np.asarray(_means(region.astype(np.float32), cell) > 0)


def _offsets(grid: _Grid) -> list[Offset]:
    """Return the most frequent offsets from the hole's cells to the known cells that match them best."""
    whole = cv2.erode(grid.sources.view(np.uint8), np.ones((_PATCH, _PATCH), np.uint8), borderValue=1) > 0
    targets, sources = spread(grid.targets, _QUERIES), spread(whole if whole.any() else grid.sources, _SOURCES)
    difference = differences(patches(grid.means, targets, _PATCH), patches(grid.means, sources, _PATCH))
    votes = sources[difference.argmin(axis=1)] - targets
    return frequent_offsets(votes, grid.targets.shape, 1, _VOTES, _OFFSETS)


def _labels(grid: _Grid, offsets: list[Offset], window: int) -> IntArray:
    """Return the index of each cell's offset, (h, w); -1 outside of the hole and where none leads to a source."""
    height, width = grid.targets.shape
    box = bounding_box(grid.targets).expanded(window).clipped(width, height)
    least = np.full((box.height, box.width), np.inf, np.float32)
    labels = np.full((height, width), -1, np.intp)
    inside = labels[box.slices]
    for index, (down, across) in enumerate(offsets):
        there = box.shifted(across, down).clipped(width, height)
        if there.empty:
            continue
        here = there.shifted(-across, -down)
        local = here.shifted(-box.left, -box.top).slices
        known = np.zeros(least.shape, bool)
        known[local] = grid.sources[there.slices]
        difference = grid.means[here.slices] - grid.means[there.slices]
        stronger = grid.energy[here.slices] - grid.energy[there.slices]
        costs = np.einsum("ijk,ijk->ij", difference, difference) + np.float32(_STRENGTH) * stronger * stronger
        cost = np.full(least.shape, _UNKNOWN, np.float32)
        np.copyto(cost[local], costs, where=known[local])
        cost = cv2.blur(cost, (window, window))
        better = known & (cost < least)
        least[better] = cost[better]
        inside[better] = index
    labels[~grid.targets] = -1
    return labels


def _places(labels: IntArray, offsets: list[Offset], cell: int, box: Box) -> Float32Array:
    """Return column and row, (box.height, box.width, 2), to which the labels' offsets lead; far outside without one."""
    steps = np.array([(across, down) for down, across in offsets] + [(_FAR, _FAR)], np.float32) * cell
    cells = Box(box.left // cell, box.top // cell, -(-box.right // cell), -(-box.bottom // cell))
    size = (cells.width * cell, cells.height * cell)
    every = cv2.resize(steps[labels[cells.slices]], size, interpolation=cv2.INTER_NEAREST)
    at: Float32Array = every[box.shifted(-cells.left * cell, -cells.top * cell).slices]
    at[..., 0] += np.arange(box.left, box.right, dtype=np.float32)
    at[..., 1] += np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    return at
