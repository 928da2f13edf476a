"""Detail for a smooth fill, taken from the picture around the hole.

A generator that has to be right on average is smooth; the best model of the texture that is missing is the photograph
itself. The picture is split into a smooth part and bands of detail (Burt and Adelson, "A Multiresolution Spline",
1983): the farther a place is from the hole's rim, the less of it can be told from there, and the coarser are the bands
that it takes from elsewhere. Each place takes its detail from a known place that looks like it when both are seen
coarsely. So that neighbours agree, and nothing is repeated patch by patch, all places choose among a few offsets
between hole and source: those that the best matches use most (He and Sun, "Statistics of Patch Offsets for Image
Completion", 2012, section 3.1), by the least difference over the cells around them (Hosni et al., "Fast Cost-Volume
Filtering", 2013). The strength of the detail that a place should have is known at the hole's rim and continued inwards:
a source of other strength costs more, and is weakened where it is much stronger, so that calm ground stays calm beside
texture and edges. Grain comes along as it is in the known places.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Flags, Floats
from gan_inpaint.engine.bands import bands_of
from gan_inpaint.engine.box import Box, bounds

_CELL = 4
_CELLS = 128
"""Matches are sought on a grid of cells of 4 × 4 pixels; larger ones where there would be more than 128 in a row."""
_PATCH = 5
_QUERIES, _SOURCES = 256, 1024
_OFFSETS = 32
_WINDOW, _WINDOW_SHARE = 3, 0.8
"""Places choose by what lies around them: by 3 × 3 cells, or by 0.8 of a hole's depth."""
_UNKNOWN = 0.3
"""The cost of a place that lies next to one whose source is not known."""
_STRENGTH = 0.3
"""The cost of a source whose detail has ten times the energy that is expected, or a tenth of it."""
_STRONGEST = 4.0
"""Detail is weakened to so many times the energy that is expected."""
_LEAST_ENERGY = 1e-6
_LARGEST = 32766
"""The longest side of a picture that OpenCV takes pixels from."""
_FAR = 1e5
"""An offset, in cells, that leads outside of any picture: to no detail."""
Offset = tuple[int, int]
Labels = NDArray[np.intp]
Cells = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of cells."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """`means` (h, w, 3) of cells of `cell` × `cell` pixels; which of them touch the hole, and which are all known.

    `energy` (h, w): the decimal logarithm of the detail's energy, in the hole as it is expected to be.
    """

    cell: int
    means: Floats
    energy: Floats
    targets: Flags
    sources: Flags


def add_detail(picture: Floats, hole: Flags, known: Flags, strength: float = 1.0) -> None:
    """Adds detail to `picture` (H, W, 3), in [-1, 1], where `hole` (H, W); in place.

    The hole holds a smooth fill. Detail is taken from where `known` (H, W), which is nowhere in the hole; nothing is
    changed where no cell is known, nor in a picture with a side of more than 32,766 pixels. `strength`: how much of the
    finest detail is added near the rim, where the fill has some of its own; deep in a hole all of it is.
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
    box = bounds(hole).grown(1).clipped(width, height)
    offsets = _offsets(grid)
    labels = _labels(grid, offsets, _window(deepest, cell))
    at = _places(labels, offsets, cell, box)
    limit = _limit(grid, labels, offsets)
    rows, columns = limit.shape
    enlarged = cv2.resize(limit, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
    for band in bands:
        added = band.taken(at)
        added *= (enlarged[box.slices] * band.share(depth[box.slices], deepest, strength))[..., None]
        picture[box.slices] += added


def _window(deepest: float, cell: int) -> int:
    """The side, an odd number of cells, of what a place of a hole so deep chooses its source by."""
    return max(_WINDOW, int(_WINDOW_SHARE * deepest / cell) // 2 * 2 + 1)


def _limit(grid: _Grid, labels: Labels, offsets: list[Offset]) -> Floats:
    """(h, w): by what the detail of each cell's source is weakened, in (0, 1]."""
    limit = np.ones(labels.shape, np.float32)
    rows, columns = np.nonzero(labels >= 0)
    down, across = np.array(offsets, np.intp).reshape(-1, 2)[labels[rows, columns]].T
    excess = grid.energy[rows + down, columns + across] - grid.energy[rows, columns]
    limit[rows, columns] = np.minimum(1, np.sqrt(_STRONGEST * 10**-excess))
    return limit


def _grid(picture: Floats, detail: Floats, hole: Flags, known: Flags, cell: int) -> _Grid:
    """Cells that the picture's edge cuts off are no sources."""
    sources = ~_any(~known, cell)
    whole_rows, whole_columns = (extent // cell for extent in hole.shape)
    sources[whole_rows:], sources[:, whole_columns:] = False, False
    energy = cv2.blur(_means(np.einsum("ijk,ijk->ij", detail, detail), cell), (_WINDOW, _WINDOW))
    energy = _continued(np.log10(energy + np.float32(_LEAST_ENERGY)), sources)
    return _Grid(cell, _means(picture, cell), energy, _any(hole, cell), sources)


def _means(plane: Floats, cell: int) -> Floats:
    """Means of (H, W, …) over cells; of those that the edge cuts off, over what there is of them."""
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


def _continued(plane: Floats, known: Flags) -> Floats:
    """(h, w): `plane`, smoothly continued from where it is `known` (h, w) to everywhere else (push–pull)."""
    weight = known.astype(np.float32)
    levels: list[tuple[Floats, Floats]] = [(plane * weight, weight)]
    while max(weight.shape) > 1:
        size = (-(-weight.shape[1] // 2), -(-weight.shape[0] // 2))
        value, weight = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in levels[-1])
        levels.append((value, weight))
    value, weight = levels.pop()
    filled: Floats = np.divide(value, np.maximum(weight, 1e-6), dtype=np.float32)
    for value, weight in reversed(levels):
        filled = value + (1 - weight) * cv2.resize(filled, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return filled


def _any(flags: Flags, cell: int) -> Flags:
    """For each cell of (H, W) whether any pixel of it is true."""
    return np.asarray(_means(flags.astype(np.float32), cell) > 0)


def _offsets(grid: _Grid) -> list[Offset]:
    """The most frequent offsets (down, across), in cells, from the hole's cells to the known ones that match best."""
    height, width = grid.targets.shape
    whole = cv2.erode(grid.sources.view(np.uint8), np.ones((_PATCH, _PATCH), np.uint8), borderValue=1) > 0
    targets, sources = _few(grid.targets, _QUERIES), _few(whole if whole.any() else grid.sources, _SOURCES)
    wanted, given = _patches(grid.means, targets), _patches(grid.means, sources)
    difference = np.einsum("ij,ij->i", given, given) - 2 * (wanted @ given.T)
    best = difference.argmin(axis=1)
    votes = np.zeros((2 * height, 2 * width), np.float32)
    np.add.at(votes, (sources[0][best] - targets[0] + height, sources[1][best] - targets[1] + width), 1)
    votes = cv2.GaussianBlur(votes, (0, 0), 1)
    votes[votes < cv2.dilate(votes, np.ones((5, 5), np.uint8))] = 0
    rows, columns = np.nonzero(votes)
    order = np.argsort(votes[rows, columns], kind="stable")[::-1][:_OFFSETS]
    rows, columns = rows[order], columns[order]
    return list(zip((rows - height).tolist(), (columns - width).tolist(), strict=True))


def _few(flags: Flags, count: int) -> Cells:
    """Rows and columns of at most `count` of the places that are true, spread over all of them."""
    rows, columns = np.nonzero(flags)
    if len(rows) > count:
        # Steps of the golden ratio have no period with which the rows of a grid could fall in step.
        chosen = (np.arange(count) * 0.6180339887498949 % 1 * len(rows)).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
    return rows, columns


def _patches(means: Floats, at: Cells) -> Floats:
    """(K, 3 · _PATCH²): the squares around K of the cells."""
    reach = _PATCH // 2
    padded = cv2.copyMakeBorder(means, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (_PATCH, _PATCH), axis=(0, 1))
    return windows[at].reshape(len(at[0]), -1)


def _labels(grid: _Grid, offsets: list[Offset], window: int) -> Labels:
    """(h, w): for each cell of the hole the index of its offset; -1 elsewhere, and where none leads to a source."""
    height, width = grid.targets.shape
    box = bounds(grid.targets).grown(window).clipped(width, height)
    least = np.full((box.height, box.width), np.inf, np.float32)
    labels = np.full((height, width), -1, np.intp)
    inside = labels[box.slices]
    for index, (down, across) in enumerate(offsets):
        there = box.moved(across, down).clipped(width, height)
        if there.empty:
            continue
        here = there.moved(-across, -down)
        local = here.moved(-box.left, -box.top).slices
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


def _places(labels: Labels, offsets: list[Offset], cell: int, box: Box) -> Floats:
    """(box.height, box.width, 2): column and row where the labels' offsets lead to; outside of any picture without."""
    steps = np.array([(across, down) for down, across in offsets] + [(_FAR, _FAR)], np.float32) * cell
    cells = Box(box.left // cell, box.top // cell, -(-box.right // cell), -(-box.bottom // cell))
    size = (cells.width * cell, cells.height * cell)
    every = cv2.resize(steps[labels[cells.slices]], size, interpolation=cv2.INTER_NEAREST)
    at: Floats = every[box.moved(-cells.left * cell, -cells.top * cell).slices]
    at[..., 0] += np.arange(box.left, box.right, dtype=np.float32)
    at[..., 1] += np.arange(box.top, box.bottom, dtype=np.float32)[:, None]
    return at
