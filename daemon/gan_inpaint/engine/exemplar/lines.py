"""Offsets along the lines that run into a hole: copies from there continue them.

Edges of walls, kerbs and horizons repeat themselves along their own direction only, which is seldom among the most
frequent offsets of a photograph (Huang et al., "Image Completion using Planar Structure Guidance", 2014, section 4,
make the same point for planes).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray
from gan_inpaint.engine.exemplar.grid import Grid
from gan_inpaint.engine.patches import Offset

MOST = 8
"""Offsets at most."""
GAP = 4
"""Known cells at most between the end of a line and the hole."""
SHORTEST = 5
"""Cells of a line, and of its way through the hole, at least."""
TIMES = 3
"""How often a line is laid end to end in the hole, at most."""


@dataclass(frozen=True, slots=True)
class Ray:
    """A line that runs into the hole in a `direction` (2,), down and across.

    `known`: the cells of it that can be copied; `gap`: the cells from these to the hole; `chord`: those of its way
    through the hole.
    """

    direction: NDArray[np.float64]
    known: int
    gap: int
    chord: int

    def offsets(self) -> list[Offset]:
        """Return the offsets by which the line, laid end to end, continues through the hole."""
        through = range(self.known, self.chord + self.known, self.known)[:TIMES]
        steps = [self.chord] if self.known >= self.chord else through
        return [_whole(-(self.gap + step) * self.direction) for step in steps]


def line_offsets(grid: Grid) -> list[Offset]:
    """Return the offsets, down and across in cells, by which the longest lines that run into the hole continue."""
    rays = sorted(_rays(grid), key=lambda ray: -min(ray.known + ray.gap, ray.chord))
    offsets: list[Offset] = []
    for ray in rays:
        offsets += [offset for offset in ray.offsets() if not _is_among(offset, offsets)]
    return offsets[:MOST]


def _rays(grid: Grid) -> list[Ray]:
    found = []
    for start, end in _segments(grid):
        for last, first in ((end, start), (start, end)):
            length = float(np.hypot(*(last - first)))
            if length >= SHORTEST:
                ray = _ray(grid, last, (last - first) / length, int(length))
                found += [ray] if ray else []
    return found


def _segments(grid: Grid) -> NDArray[np.float64]:
    """Return straight edges (n, 2, 2), their ends down and across (von Gioi et al., "LSD", 2012)."""
    shades = cv2.convertScaleAbs(grid.colours[..., :3].mean(axis=2) + 1, alpha=127.5)
    lines = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(shades)[0]
    ends = np.zeros((0, 4)) if lines is None else lines.reshape(-1, 4)
    return ends.reshape(-1, 2, 2)[..., ::-1].astype(np.float64)


def _ray(grid: Grid, end: NDArray[np.float64], direction: NDArray[np.float64], length: int) -> Ray | None:
    """Return the ray of a line of `length` cells up to `end` (2,), if it is known and runs into the hole."""
    ahead = _along(grid.hole, end, direction, sum(grid.hole.shape))
    gap = _first(ahead)
    if gap == len(ahead) or np.count_nonzero(_along(grid.sources, end, direction, gap)) > GAP:
        return None
    chord = _first(~ahead[gap:])
    behind = _along(grid.sources, end, -direction, length)
    hidden = _first(behind)
    known = _first(~behind[hidden:])
    return Ray(direction, known, hidden + gap, chord) if min(known, chord) >= SHORTEST else None


def _along(cells: BoolArray, start: NDArray[np.float64], direction: NDArray[np.float64], count: int) -> BoolArray:
    """Return up to `count` of the `cells` (h, w) from `start` (2,) along `direction` (2,), as far as there are any."""
    at = np.rint(start + np.arange(count)[:, None] * direction).astype(np.intp)
    inside = ((at >= 0) & (at < cells.shape)).all(axis=1)
    at = at[: _first(~inside)]
    return cells[at[:, 0], at[:, 1]]


def _first(true: BoolArray | np.bool_) -> int:
    """Return the index of the first that is true, or their number if none is."""
    return int(np.append(true, True).argmax())


def _whole(offset: NDArray[np.float64]) -> Offset:
    down, across = np.rint(offset).astype(int).tolist()
    return down, across


def _is_among(offset: Offset, others: list[Offset]) -> bool:
    """Return whether `offset` is one of `others`, or a cell beside one."""
    return any(max(abs(offset[0] - down), abs(offset[1] - across)) <= 1 for down, across in others)
