"""Grouping of components that share a window, so that as few pixels as possible are run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.box import Box


class Need(NamedTuple):
    """The box that one component must see, and the side of the smallest window that shows it; None if none can."""

    reach: Box
    side: int | None


def group(needs: list[Need], sides: list[int]) -> Iterator[tuple[list[int], int | None]]:
    """Yield the indices into `needs` that share a window, and its side; each index once, from top to bottom.

    Greedy cover: the topmost component left takes the window of the size and place that saves the most. That is where
    the windows that its members would need alone have the most pixels for each pixel run. A component that is too large
    for any window stays alone.
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
    """State of the greedy cover: `reaches` (n, 4), sorted by their tops, and the sides (n,) that they need alone."""

    def __init__(self, reaches: NDArray[np.int_], own: NDArray[np.int_]) -> None:
        self.left, self.top, self.right, self.bottom = reaches.T
        self.own = own
        self.pixels = own.astype(np.int64) ** 2
        self.free = np.ones(len(own), np.bool_)

    def windows(self, sides: list[int]) -> Iterator[tuple[list[int], int]]:
        """Yield the members and the side of each window; `sides` are those to choose from, in pixels."""
        for seed in range(len(self.own)):
            if self.free[seed]:
                members, side = self._best(seed, [side for side in sides if side >= self.own[seed]])
                self.free[members] = False
                yield members.tolist(), side

    def _best(self, seed: int, sides: list[int]) -> tuple[NDArray[np.intp], int]:
        choices = [(self._members(seed, side), side) for side in sides]
        return max(choices, key=lambda choice: float(self.pixels[choice[0]].sum()) / choice[1] ** 2)

    def _members(self, seed: int, side: int) -> NDArray[np.intp]:
        """Return the free components, `seed` among them, that the best placed window of this side shows.

        The window begins at the top of the seed.
        """
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
