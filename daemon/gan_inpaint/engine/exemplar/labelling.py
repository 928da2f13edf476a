"""One offset for each cell of a hole, by the least energy.

The energy of a cell is how little its source resembles the smooth fill; that of two neighbours with different offsets
is how little their sources look alike where they meet (Kwatra et al., "Graphcut Textures", 2003, equation 1). Each cell
keeps the few offsets that suit it best at three sizes of surroundings. Messages are passed along rows and columns, in
both directions in turn (min-sum belief propagation: Felzenszwalb and Huttenlocher, "Efficient Belief Propagation for
Early Vision", 2006, section 2, with sequential updates).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray, shifted
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.exemplar.grid import Grid

WINDOWS = (9, 17, 29)
"""Cells of the squares over which a source is compared with the smooth fill."""
KEPT = 3
"""Offsets that each cell keeps for each of the windows."""
SWEEPS = 4
"""Rounds of messages to the four sides."""
SEAM = 16.0
"""Weight of a seam against the likeness to the smooth fill."""
LEAST_SEAM = 0.1
"""Cost of a seam that cannot be seen."""
WORST = 1.0
"""Largest cost of a cell, and of either side of a seam: outliers count as much as plain faults."""
UNKNOWN = 50.0
"""Cost of a source that is not known."""
MARGIN = 8
"""Cells around the hole that are compared, too."""


@dataclass(frozen=True, slots=True)
class _Choices:
    """What the cells of a box around the hole choose from: `labels` (h, w, K) and their costs `unary` (h, w, K)."""

    labels: IntArray
    unary: Float32Array


def labels_of(grid: Grid, offsets: IntArray) -> IntArray:
    """Return the index in `offsets` (n, 2) for each cell (h, w); -1 outside of the hole, and where none fits."""
    height, width = grid.hole.shape
    box = bounding_box(grid.hole).expanded(MARGIN).clipped(width, height)
    hole = grid.hole[box.slices]
    choices = _choices(grid, offsets, box)
    energies = _Energies(grid, offsets, box, hole, choices)
    belief = energies.passed(SWEEPS)
    best = belief.argmin(axis=2)[..., None]
    chosen = np.take_along_axis(choices.labels, best, 2)[..., 0]
    possible = np.take_along_axis(choices.unary, best, 2)[..., 0] < UNKNOWN
    labels = np.full((height, width), -1, np.intp)
    labels[box.slices] = np.where(hole & possible, chosen, -1)
    return labels


def _choices(grid: Grid, offsets: IntArray, box: Box) -> _Choices:
    """Return the offsets that suit each cell of `box` best, for each window, with the costs of the middle one."""
    count = len(offsets)
    costs = np.empty((len(WINDOWS), count, box.height, box.width), np.float32)
    smooth, sources = grid.smooth[box.slices], grid.sources.view(np.uint8)
    for number, (down, across) in enumerate(offsets.tolist()):
        there = shifted(grid.smooth, down, across, 0)[box.slices]
        known = shifted(sources, down, across, 0)[box.slices] > 0
        difference = there - smooth
        cost = np.minimum(np.einsum("ijk,ijk->ij", difference, difference), np.float32(WORST))
        cost[~known] = WORST
        for size, window in enumerate(WINDOWS):
            mean = cv2.blur(cost, (window, window), borderType=cv2.BORDER_REFLECT_101)
            costs[size, number] = np.where(known, mean, np.float32(UNKNOWN))
    kept = min(KEPT, count)
    labels = np.concatenate([np.argpartition(cost, kept - 1, axis=0)[:kept] for cost in costs])
    unary = np.take_along_axis(costs[len(WINDOWS) // 2], labels, 0)
    return _Choices(*(np.ascontiguousarray(np.moveaxis(part, 0, -1)) for part in (labels, unary)))


class _Energies:
    """The energies of the cells of a box, and the messages between them."""

    def __init__(self, grid: Grid, offsets: IntArray, box: Box, hole: BoolArray, choices: _Choices) -> None:
        self.grid, self.box, self.hole = grid, box, hole
        self.away = offsets[choices.labels]
        self.unary = choices.unary + np.float32(2 * SEAM) * self._at_boundary()
        labels = choices.labels
        self.across = self._seams(labels, 1)
        self.down = self._seams(labels, 0)

    def passed(self, sweeps: int) -> Float32Array:
        """Return the belief of each cell in each of its choices, (h, w, K), after `sweeps` rounds of messages."""
        columns = np.ascontiguousarray(self.unary.transpose(1, 0, 2))
        from_left, from_right = np.zeros_like(columns), np.zeros_like(columns)
        from_above, from_below = np.zeros_like(self.unary), np.zeros_like(self.unary)
        for _ in range(sweeps):
            _sweep(columns + (from_above + from_below).transpose(1, 0, 2), self.across, from_left, from_right)
            _sweep(self.unary + (from_left + from_right).transpose(1, 0, 2), self.down, from_above, from_below)
        belief: Float32Array = self.unary + from_above + from_below + (from_left + from_right).transpose(1, 0, 2)
        return belief

    def _sources(self, down: int, across: int) -> tuple[Float32Array, BoolArray]:
        """Return what each choice of each cell points to, one cell beside it, (h, w, K, 3), and whether it is known."""
        height, width = self.grid.hole.shape
        rows = np.arange(self.box.top, self.box.bottom)[:, None, None] + self.away[..., 0] + down
        columns = np.arange(self.box.left, self.box.right)[None, :, None] + self.away[..., 1] + across
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
        return self.grid.colours[rows, columns], inside & self.grid.sources[rows, columns]

    def _at_boundary(self) -> Float32Array:
        """Return how little each choice continues what is known beside the hole, (h, w, K)."""
        cost = np.zeros(self.away.shape[:3], np.float32)
        for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            beside = shifted((~self.grid.hole).view(np.uint8), down, across, 0)[self.box.slices] > 0
            there = shifted(self.grid.colours, down, across, 0)[self.box.slices]
            copied, known = self._sources(down, across)
            difference = copied - there[..., None, :]
            mismatch = np.minimum(np.einsum("ijkc,ijkc->ijk", difference, difference), np.float32(WORST))
            mismatch[~known] = WORST
            cost += np.where((self.hole & beside)[..., None], mismatch, 0)
        return cost

    def _seams(self, labels: IntArray, axis: int) -> Float32Array:
        """Return the cost of each pair of choices of neighbours along `axis`, (n - 1, m, K, K)."""
        step = (1, 0) if axis == 0 else (0, 1)
        own, after = self._sources(0, 0)[0], self._sources(*step)[0]
        before = self._sources(-step[0], -step[1])[0]
        own, after, before = (np.moveaxis(part, axis, 0) for part in (own, after, before))
        labels, hole = np.moveaxis(labels, axis, 0), np.moveaxis(self.hole, axis, 0)
        here = _distances(own[:-1], before[1:])
        there = _distances(after[:-1], own[1:])
        cost: Float32Array = np.minimum(here + there, np.float32(2 * WORST)) + np.float32(LEAST_SEAM)
        cost[labels[:-1, :, :, None] == labels[1:, :, None, :]] = 0
        cost *= np.float32(SEAM) * (hole[:-1] & hole[1:])[..., None, None]
        return cost


def _distances(one: Float32Array, other: Float32Array) -> Float32Array:
    """Return the squared distances of each colour of `one` (n, m, K, 3) to each of `other` (n, m, K, 3)."""
    squares = np.einsum("ijkc,ijkc->ijk", one, one)[..., None] + np.einsum("ijkc,ijkc->ijk", other, other)[..., None, :]
    distances: Float32Array = np.maximum(squares - 2 * (one @ other.swapaxes(2, 3)), 0)
    return distances


def _sweep(unary: Float32Array, seams: Float32Array, from_before: Float32Array, from_after: Float32Array) -> None:
    """Pass messages forwards and backwards along the first axis; in place.

    `unary` (n, m, K) has all that a cell knows but from along this axis; `seams` (n - 1, m, K, K).
    """
    for number in range(1, len(unary)):
        sent = unary[number - 1] + from_before[number - 1]
        message = (sent[:, :, None] + seams[number - 1]).min(axis=1)
        from_before[number] = message - message.min(axis=1, keepdims=True)
    for number in range(len(unary) - 2, -1, -1):
        sent = unary[number + 1] + from_after[number + 1]
        message = (sent[:, None, :] + seams[number]).min(axis=2)
        from_after[number] = message - message.min(axis=1, keepdims=True)
