"""Sharing windows: which parts of a hole are shown together, so that as few pixels as possible are run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.box import Box


class Need(NamedTuple):
    """What one part has to see, and the side of the smallest window that shows it; None if no window can."""

    reach: Box
    side: int | None


def group(needs: list[Need], sides: list[int]) -> Iterator[tuple[list[int], int | None]]:
    """Indices into `needs` that share a window, and that window's side, top to bottom; each index comes once.

    Greedy cover: for the topmost part left, the window size and place that save the most, which is where the windows
    that its members would need on their own have the most pixels for each pixel run. A part too large stays alone.
    """
    fitting = [index for index, need in enumerate(needs) if need.side is not None]
    yield from (([index], None) for index, need in enumerate(needs) if need.side is None)
    fitting.sort(key=lambda index: (needs[index].reach.top, needs[index].reach.left))
    if not fitting:
        return
    cover = _Cover(
        np.array([needs[index].reach for index in fitting]), np.array([needs[index].side or 0 for index in fitting])
    )
    for members, side in cover.windows(sides):
        yield [fitting[member] for member in members], side


class _Cover:
    """The state of the greedy cover; `reaches` (n, 4) sorted by their tops, `own` (n,) the sides they need alone."""

    def __init__(self, reaches: NDArray[np.int_], own: NDArray[np.int_]) -> None:
        self.left, self.top, self.right, self.bottom = reaches.T
        self.own = own
        self.pixels = own.astype(np.int64) ** 2
        self.free = np.ones(len(own), np.bool_)

    def windows(self, sides: list[int]) -> Iterator[tuple[list[int], int]]:
        for seed in range(len(self.own)):
            if self.free[seed]:
                members, side = self._best(seed, [side for side in sides if side >= self.own[seed]])
                self.free[members] = False
                yield members.tolist(), side

    def _best(self, seed: int, sides: list[int]) -> tuple[NDArray[np.intp], int]:
        choices = [(self._members(seed, side), side) for side in sides]
        return max(choices, key=lambda choice: float(self.pixels[choice[0]].sum()) / choice[1] ** 2)

    def _members(self, seed: int, side: int) -> NDArray[np.intp]:
        """The free parts, `seed` among them, that the best placed window of this side shows, its top at the seed's."""
        end = int(np.searchsorted(self.top, self.top[seed] + side))
        near = seed + np.flatnonzero(
            self.free[seed:end]
            & (self.bottom[seed:end] <= self.top[seed] + side)
            & (self.left[seed:end] >= self.right[seed] - side)
            & (self.right[seed:end] <= self.left[seed] + side)
        )
        starts = np.unique(self.left[near][self.left[near] <= self.left[seed]])[:, None]
        shown = (self.left[near] >= starts) & (self.right[near] <= starts + side)
        members: NDArray[np.intp] = near[shown[np.argmax(shown @ self.pixels[near])]]
        return members
