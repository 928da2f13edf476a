"""One offset for each cell of a hole, by the least energy.

The energy of a place is how little its copy resembles the smooth fill and continues what is known beside the hole; that
of two neighbours with different offsets is how little their copies look alike where they meet (Kwatra et al.,
"Graphcut Textures", 2003, equation 1). Messages are passed along rows and columns, in both directions in turn (min-sum
belief propagation: Felzenszwalb and Huttenlocher, "Efficient Belief Propagation for Early Vision", 2006, section 2,
with sequential updates). Blocks of 2 × 2 cells choose among all offsets; then their cells choose among those nearby.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray, shifted
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.exemplar.grid import Grid
from gan_inpaint.engine.interruption import GoOn

BLOCK = 2
"""Cells of a block's side."""
PAIRS = 8_000_000
"""Pairs of offsets of all blocks at most: fewer offsets are tried in larger boxes."""
WINDOW = 7
"""Cells of the square over which a copy is compared with the smooth fill."""
SWEEPS = 2
"""Rounds of messages to the four sides."""
ROWS = 8
"""Rows of messages between two looks at whether the work shall go on."""
GUIDE = 0.05
"""Weight of the unlikeness to the smooth fill, of a cell."""
ALIKE = 0.001
"""Squared difference of a copy to the smooth fill that means nothing."""
SEAM = 16.0
"""Weight of a seam against the likeness to the smooth fill."""
LEAST_SEAM = 0.1
"""Cost of a seam that cannot be seen."""
WORST = 1.0
"""Largest cost of a cell, and of either side of a seam: outliers count as much as plain faults."""
WORST_BESIDE = 0.3
"""The same at the hole's boundary, where remainders of the removed object need no continuation."""
UNKNOWN = 1000.0
"""Cost of a source that is not known."""

_CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)


@dataclass(frozen=True, slots=True)
class _Choices:
    """What each place of a box chooses from: `labels` (h, w, K) and their costs `unary` (h, w, K)."""

    labels: IntArray
    unary: Float32Array


def labels_of(grid: Grid, offsets: IntArray, go_on: GoOn) -> IntArray:
    """Return the index in `offsets` (n, 2) for each cell (h, w); -1 outside of the hole, and where none fits.

    The cells of a block have one offset.
    """
    around = _around(grid)
    box = _in_blocks(around)
    offsets = offsets[: max(2, int(np.sqrt(PAIRS * BLOCK**2 / (box.width * box.height))))]
    size = _blocks(_cut(grid.hole.astype(np.float32), box))
    unlike, unary = (np.empty((*size.shape, len(offsets)), np.float32) for _ in range(2))
    for number, offset in enumerate(offsets.tolist()):
        go_on()
        unlike[..., number], unary[..., number] = (_blocks(_cut(cost, box)) for cost in _costs(grid, around, *offset))
    unary += _guidance(unlike, unary < UNKNOWN, np.maximum(size, 1)[..., None])
    labels = np.broadcast_to(np.arange(len(offsets)), unary.shape)
    blocks = _Energies(grid, offsets, box, BLOCK, size > 0, _Choices(labels, unary)).least(go_on)
    cells = np.repeat(np.repeat(blocks, BLOCK, axis=0), BLOCK, axis=1)
    result = np.full(grid.hole.shape, -1, np.intp)
    inside = result[box.slices]
    inside[:] = cells[: inside.shape[0], : inside.shape[1]]
    return np.where(grid.hole, result, -1)


def _guidance(unlike: Float32Array, known: BoolArray, size: Float32Array) -> Float32Array:
    """Return what the smooth fill makes each choice of each block cost, (h, w, K), where its copy is `known`.

    `unlike` (h, w, K): its squared difference to the copy, summed over the `size` (h, w, 1) cells of a block. The fill
    is trusted as far as anything known looks like it: where nothing does, it is a smear, and all choices cost about the
    same.
    """
    mean = unlike / size + np.float32(ALIKE)
    least = np.where(known, mean, np.inf).min(axis=2, keepdims=True)
    cost: Float32Array = np.float32(GUIDE) * size * np.log(np.maximum(mean / least, 1))
    return cost


def finer_labels(grid: Grid, offsets: IntArray, halves: IntArray, go_on: GoOn) -> IntArray:
    """Return labels (h, w) as `labels_of` does, each one that is in `halves` (h, w) at a cell or two cells beside it.

    `halves` are the labels of squares of 2 × 2 cells, -1 outside of the hole. What is copied from where stays, and the
    seams between copies find their way again.
    """
    box = _around(grid)
    own = halves[box.slices]
    beside = [moved[box.slices] for moved in _beside(halves, 2)]
    labels = np.stack([own, *(np.where(other < 0, own, other) for other in beside)], axis=-1)
    away = offsets[np.maximum(labels, 0)]
    rows, columns = np.arange(box.top, box.bottom)[:, None, None], np.arange(box.left, box.right)[:, None]
    known = _sampled(grid, rows, columns, away)[1]
    unary = np.zeros(labels.shape, np.float32)
    unary[~known | (labels < 0)] = UNKNOWN
    choices = _Choices(np.maximum(labels, 0), unary + _at_boundary(grid, box, away))
    energies = _Energies(grid, offsets, box, 1, grid.hole[box.slices], choices)
    result = np.full(grid.hole.shape, -1, np.intp)
    result[box.slices] = energies.least(go_on)
    return result


def _beside(labels: IntArray, away: int) -> list[IntArray]:
    """Return `labels` (h, w) moved by `away` cells to the four sides, -1 beyond the edges."""
    height, width = labels.shape
    framed = np.pad(labels, away, constant_values=-1)
    starts = ((away, 2 * away), (away, 0), (2 * away, away), (0, away))
    return [framed[top : top + height, left : left + width] for top, left in starts]


def _around(grid: Grid) -> Box:
    height, width = grid.hole.shape
    return bounding_box(grid.hole).expanded(1).clipped(width, height)


def _in_blocks(box: Box) -> Box:
    """Return the box of whole blocks around `box`; it may reach beyond the picture on the right and below."""
    left, top = (side // BLOCK * BLOCK for side in (box.left, box.top))
    right, bottom = (-(-side // BLOCK) * BLOCK for side in (box.right, box.bottom))
    return Box(left, top, right, bottom)


def _cut(plane: Float32Array, box: Box) -> Float32Array:
    """Return `plane` (h, w) in `box`, 0 beyond the edges."""
    part = plane[box.slices]
    result: Float32Array = np.pad(part, ((0, box.height - part.shape[0]), (0, box.width - part.shape[1])))
    return result


def _blocks(plane: Float32Array) -> Float32Array:
    """Return the sums of the blocks of `plane` (h, w)."""
    height, width = plane.shape
    sums: Float32Array = plane.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).sum(axis=(1, 3))
    return sums


def _costs(grid: Grid, box: Box, down: int, across: int) -> tuple[Float32Array, Float32Array]:
    """Return what it costs each cell (h, w) to be copied from one offset; 0 outside of the hole, which is in `box`.

    The first is its squared difference to the smooth fill, the other the step at the hole's boundary.
    """
    around = box.expanded(WINDOW // 2).clipped(*grid.hole.shape[::-1])
    hole = grid.hole[around.slices]
    known = shifted(grid.sources.view(np.uint8), down, across, 0)[around.slices] > 0
    unlike, beside = (
        _mismatch(shifted(plane, down, across, 0)[around.slices], plane[around.slices], known)
        for plane in (grid.smooth, grid.colours)
    )
    unlike = cv2.blur(unlike, (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT_101)
    beside = np.where(hole, 0, np.minimum(beside, np.float32(WORST_BESIDE)))
    step = 2 * SEAM * cv2.filter2D(beside, -1, _CROSS, borderType=cv2.BORDER_CONSTANT)
    step[~known] = UNKNOWN
    costs = np.zeros((2, *grid.hole.shape), np.float32)
    costs[0][around.slices], costs[1][around.slices] = np.where(hole, unlike, 0), np.where(hole, step, 0)
    return costs[0], costs[1]


def _mismatch(one: Float32Array, other: Float32Array, known: BoolArray) -> Float32Array:
    difference = one - other
    cost: Float32Array = np.minimum(np.einsum("ijk,ijk->ij", difference, difference), np.float32(WORST))
    cost[~known] = WORST
    return cost


def _at_boundary(grid: Grid, box: Box, away: IntArray) -> Float32Array:
    """Return how little a copy from `away` (h, w, K, 2) continues what is known beside the hole, (h, w, K)."""
    cost = np.zeros(away.shape[:3], np.float32)
    hole = grid.hole[box.slices]
    for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        beside = hole & (shifted((~grid.hole).view(np.uint8), down, across, 0)[box.slices] > 0)
        rows, columns = np.nonzero(beside)
        beyond = rows + box.top + down, columns + box.left + across
        there = grid.colours[beyond]
        copied, known = _sampled(grid, beyond[0][:, None], beyond[1][:, None], away[rows, columns])
        difference = copied - there[:, None]
        mismatch = np.minimum(np.einsum("ikc,ikc->ik", difference, difference), np.float32(WORST_BESIDE))
        mismatch[~known] = WORST_BESIDE
        cost[rows, columns] += 2 * np.float32(SEAM) * mismatch
    return cost


def _sampled(grid: Grid, rows: IntArray, columns: IntArray, away: IntArray) -> tuple[Float32Array, BoolArray]:
    """Return the colours (…, 4) that are `away` (…, 2) from the cells, and whether they are known."""
    height, width = grid.hole.shape
    rows, columns = rows + away[..., 0], columns + away[..., 1]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    return grid.colours[rows, columns], inside & grid.sources[rows, columns]


class _Energies:
    """The energies of the blocks of a box of cells, `side` cells each way, and the messages between them."""

    def __init__(self, grid: Grid, offsets: IntArray, box: Box, side: int, hole: BoolArray, choices: _Choices) -> None:
        self.grid, self.box, self.side, self.hole, self.choices = grid, box, side, hole, choices
        self.away = offsets[choices.labels]
        self.across, self.down = self._seams(1), self._seams(0)

    def least(self, go_on: GoOn) -> IntArray:
        """Return the label of each block (h, w); -1 outside of the hole, and where nothing known can be copied."""
        best = self._beliefs(go_on).argmin(axis=2)[..., None]
        chosen = np.take_along_axis(self.choices.labels, best, 2)[..., 0]
        possible = np.take_along_axis(self.choices.unary, best, 2)[..., 0] < UNKNOWN
        return np.where(self.hole & possible, chosen, -1)

    def _beliefs(self, go_on: GoOn) -> Float32Array:
        """Return the belief of each block in each of its choices, (h, w, K): the lower, the better."""
        unary = self.choices.unary
        columns = np.ascontiguousarray(unary.transpose(1, 0, 2))
        from_left, from_right = np.zeros_like(columns), np.zeros_like(columns)
        from_above, from_below = np.zeros_like(unary), np.zeros_like(unary)
        for _ in range(SWEEPS):
            rest = columns + (from_above + from_below).transpose(1, 0, 2)
            _sweep(rest, self.across, from_left, from_right, go_on)
            _sweep(unary + (from_left + from_right).transpose(1, 0, 2), self.down, from_above, from_below, go_on)
        beliefs: Float32Array = unary + from_above + from_below + (from_left + from_right).transpose(1, 0, 2)
        return beliefs

    def _line(self, axis: int, at: int) -> Float32Array:
        """Return what each choice of each block copies along its line `at` across `axis`, (h, w, K, 4 · side)."""
        height, width = self.hole.shape
        rows = self.box.top + self.side * np.arange(height)[:, None, None]
        columns = self.box.left + self.side * np.arange(width)[None, :, None]
        parts = []
        for along in range(self.side):
            down, across = (at, along) if axis == 0 else (along, at)
            parts.append(_sampled(self.grid, rows + down, columns + across, self.away)[0])
        return np.concatenate(parts, axis=-1)

    def _seams(self, axis: int) -> Float32Array:
        """Return the cost of each pair of choices of neighbours along `axis`, (n - 1, m, K, K)."""
        before, first, last, after = (
            np.moveaxis(self._line(axis, at), axis, 0) for at in (-1, 0, self.side - 1, self.side)
        )
        labels, hole = np.moveaxis(self.choices.labels, axis, 0), np.moveaxis(self.hole, axis, 0)
        cost = _distances(last[:-1], before[1:])
        cost += _distances(after[:-1], first[1:])
        np.minimum(cost, np.float32(2 * WORST * self.side), out=cost)
        cost += np.float32(LEAST_SEAM * self.side)
        cost[labels[:-1, :, :, None] == labels[1:, :, None, :]] = 0
        cost *= np.float32(SEAM) * (hole[:-1] & hole[1:])[..., None, None]
        return cost


def _distances(one: Float32Array, other: Float32Array) -> Float32Array:
    """Return the squared distances of each colour of `one` (n, m, K, C) to each of `other` (n, m, K, C)."""
    distances: Float32Array = one @ (-2 * other.swapaxes(2, 3))
    distances += np.einsum("ijkc,ijkc->ijk", one, one)[..., None]
    distances += np.einsum("ijkc,ijkc->ijk", other, other)[..., None, :]
    return np.maximum(distances, 0, out=distances)


def _sweep(
    unary: Float32Array, seams: Float32Array, from_before: Float32Array, from_after: Float32Array, go_on: GoOn
) -> None:
    """Pass messages forwards and backwards along the first axis; in place.

    `unary` (n, m, K) has all that a block knows but from along this axis; `seams` (n - 1, m, K, K).
    """
    for number in range(1, len(unary)):
        if number % ROWS == 0:
            go_on()
        sent = unary[number - 1] + from_before[number - 1]
        message = (sent[:, :, None] + seams[number - 1]).min(axis=1)
        from_before[number] = message - message.min(axis=1, keepdims=True)
    for number in range(len(unary) - 2, -1, -1):
        if number % ROWS == 0:
            go_on()
        sent = unary[number + 1] + from_after[number + 1]
        message = (sent[:, None, :] + seams[number]).min(axis=2)
        from_after[number] = message - message.min(axis=1, keepdims=True)
