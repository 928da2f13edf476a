"""Plan of the windows that a filler is shown, and of the hole's pixels that each of them answers for.

A window shows a part of the hole and a context ring of at least `CONTEXT` pixels. Its sizes come from a short ladder,
so that a runtime meets few shapes and windows can be run in batches. Components near each other share a window where
that costs fewer pixels than one window for each. A window is shifted, not cut, to stay inside the image.

A component that is too large for the filler's native window is cut along a grid when it is long and thin (a wire, a
scratch). Otherwise its window is shown at a reduced `scale`, and its fill is enlarged; if the filler's fills get
detail, they get it at the image's own scale.

A guided filler works coarse to fine instead: a component thicker than `REACH` pixels is first filled at half the scale,
and so on, until it is not. Each level's fill guides the next finer one, up to the image's own scale. A window may then
be larger than the native one; it is run tile by tile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, UInt8Array
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.components import (
    CELL,
    Component,
    Components,
    find_components,
    split_by_grid,
    split_by_thickness,
)
from gan_inpaint.engine.exemplar import BOX_PIXELS
from gan_inpaint.engine.grouping import Need, group
from gan_inpaint.engine.tiling import rounded_up

CONTEXT = 64
"""Least width of the context ring around a hole, in pixels."""
REACH = 128
"""Thickness of a hole, in pixels of a level, that a guided filler fills at that level."""
_SURROUNDINGS = 512
"""Most pixels around a large hole from which exemplars are taken."""
_STEP = 64
"""Step between the sizes of windows, in pixels."""
_RUNGS = 16
"""Rungs of the ladder for each base size; the native size ends it much earlier."""


@dataclass(frozen=True, slots=True)
class Window:
    """`box` of the image, shown `scale` times as large in the upper left `content` of `width` × `height` pixels.

    Where the image is smaller than the window, the rest of those pixels repeats the image's edge. The window answers
    for the hole's pixels in `core` only, a part of `box`. `coarser` shows the same hole one pyramid level up, and is
    filled first.
    """

    box: Box
    core: Box
    width: int
    height: int
    scale: float
    coarser: Window | None = None

    @property
    def refines_only(self) -> bool:
        """Whether it shows the image's own pixels, and a coarser window has decided what belongs there."""
        return self.scale == 1 and self.coarser is not None

    @property
    def coarsest(self) -> Window:
        return self.coarser.coarsest if self.coarser else self

    @property
    def content(self) -> tuple[int, int]:
        """Width and height of `box` at `scale`, in pixels."""
        width, height = round(self.box.width * self.scale), round(self.box.height * self.scale)
        return min(max(1, width), self.width), min(max(1, height), self.height)


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows, and for each cell of 8 × 8 pixels the one that answers for it, or -1: `owners` (rows, columns).

    The upper left pixel of the first cell is at (`left`, `top`). Every pixel of the hole is in a cell with an owner.
    """

    windows: list[Window]
    owners: NDArray[np.intp]
    left: int
    top: int

    def owned(self, index: int, box: Box) -> BoolArray:
        """Return where in `box`, (height, width), window `index` answers; `box` is a part of its core."""
        rows = (np.arange(box.top, box.bottom) - self.top) // CELL
        columns = (np.arange(box.left, box.right) - self.left) // CELL
        mine: BoolArray = self.owners[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] == index
        answered: BoolArray = mine[(rows - rows[0])[:, None], columns - columns[0]]
        return answered

    def batches(self, pixels: int) -> Iterator[list[int]]:
        """Yield the windows' indices in batches of one size, each of at most `pixels` pixels or of one window.

        Either all windows of a batch have a coarser level or none has.
        """
        alike: dict[tuple[int, int, bool], list[int]] = {}
        for index, window in enumerate(self.windows):
            alike.setdefault((window.width, window.height, window.coarser is None), []).append(index)
        for (width, height, _), indices in alike.items():
            count = max(1, pixels // (width * height))
            for start in range(0, len(indices), count):
                yield indices[start : start + count]


def plan_windows(
    mask: UInt8Array,
    native: int,
    multiple: int,
    dilate: int,
    *,
    guided: bool = False,
    detailed: bool = False,
    finest: bool = True,
) -> Plan:
    """Return windows for a mask (H, W), not empty, whose hole the filler will see dilated by `dilate` pixels.

    `native` is the side of the filler's largest window, in pixels. It is a multiple of `multiple`, as are the sizes of
    all windows. For a network of one fixed size the two are equal: the ladder then has one rung, and every window is
    its square. `guided` fillers work coarse to fine. Fills of `detailed` ones get detail, so that a reduced window has
    one at the image's own scale above it. Without `finest`, only the coarsest level of each hole is planned.
    """
    height, width = mask.shape
    ladder = _Ladder(native, multiple, dilate, width, height)
    found = _cut_to_size(find_components(mask), ladder)
    needs = [ladder.need(component) for component in found.components]
    owner = np.full(len(needs) + 1, -1, np.intp)
    windows: list[Window] = []
    for members, side in group(needs, ladder.sides):
        core = reduce(Box.union, (found.components[member].box for member in members))
        reach = reduce(Box.union, (needs[member].reach for member in members))
        owner[[member + 1 for member in members]] = len(windows)
        if guided:
            thickness = max(found.components[member].thickness for member in members)
            window = ladder.pyramid(core, reach, side, thickness)
            windows.append(window if finest else window.coarsest)
        else:
            window = ladder.window(core, reach, side)
            windows.append(ladder.enlarged(window) if detailed and finest else window)
    return Plan(windows, owner[found.labels], found.left, found.top)


def _cut_to_size(found: Components, ladder: _Ladder) -> Components:
    """Return the components with those too large for a window split by thickness, and their thin pieces by a grid."""
    if ladder.thin < CELL:
        return found
    for index, component in enumerate(found.components):
        if ladder.need(component).side is None and component.thickness > ladder.thin:
            found = split_by_thickness(found, index, ladder.thin)
    for index, component in enumerate(found.components):
        if ladder.need(component).side is None and component.thickness <= ladder.thin:
            found = split_by_grid(found, index, ladder.piece(component))
    return found


class _Ladder:
    """The sides that windows may have for one filler and one image, and what follows from them, in pixels."""

    def __init__(self, native: int, multiple: int, dilate: int, width: int, height: int) -> None:
        self.native, self.multiple, self.dilate, self.image = native, multiple, dilate, (width, height)
        self.step = rounded_up(_STEP, multiple)
        self.context = min(CONTEXT, native // 4)
        # A strip this thick leaves three quarters of a window for context; a thicker one is not cut.
        self.thin = native // 4 - 2 * dilate
        # 192, 256, 384, 512 …: each 1.3 or 1.5 times the last, so that a window is seldom much too large.
        small = (rounded_up(_STEP * side << rung, multiple) for rung in range(_RUNGS) for side in (3, 4))
        self.sides = [*(side for side in small if side < native), native]

    def need(self, component: Component) -> Need:
        """Return what `component` must see: half its longer side around it, or a quarter if that avoids a reduction."""
        hole = component.box.expanded(self.dilate)
        longer = max(hole.width, hole.height)
        ample = self._around(hole, longer // 2)
        side = next((side for side in self.sides if side >= max(ample.width, ample.height)), None)
        if side is not None:
            return Need(ample, side)
        tight = self._around(hole, longer // 4)
        return Need(tight, self.native if self.native >= max(tight.width, tight.height) else None)

    def piece(self, component: Component) -> int:
        """Return the side of the pieces into which a thin component is cut."""
        least = max(4 * (component.thickness + 2 * self.dilate), min(4 * CONTEXT, self.native))
        side = next(side for side in self.sides if side >= least)
        return side // 2 - 2 * self.dilate

    def pyramid(self, core: Box, reach: Box, side: int | None, thickness: int) -> Window:
        """Return the window at the image's own scale for a hole of `thickness` pixels, with its coarser levels."""
        if side is not None:
            finest = self.window(core, reach, side)
        else:
            finest = self._free(core, core.expanded(self.dilate + self._surroundings(core)), 1)
        reduction, chain = 1, [finest]
        while (thickness + 2 * self.dilate) > REACH * reduction and min(self.image) > 2 * reduction * self.multiple:
            reduction *= 2
            chain.append(self._free(core, core.expanded(self.dilate + self.context * reduction), reduction))
        if reduction > 1:
            ample = max(self.context * reduction, max(core.width, core.height) // 2)
            chain[-1] = self._free(core, core.expanded(self.dilate + ample), reduction)
        window = chain.pop()
        while chain:
            window = replace(chain.pop(), coarser=window)
        return window

    def _surroundings(self, core: Box) -> int:
        """Return the width of the ring around a large hole: a filler's context, or more, to copy from."""
        if core.width * core.height > BOX_PIXELS:
            return self.context
        return max(self.context, min(max(core.width, core.height) // 3, _SURROUNDINGS))

    def enlarged(self, window: Window) -> Window:
        """Return the window at the image's own scale for the hole of `window`, which is then its coarser level."""
        if window.scale == 1:
            return window
        finest = self._free(window.core, window.core.expanded(self.dilate + self._surroundings(window.core)), 1)
        return replace(finest, coarser=window)

    def _free(self, core: Box, reach: Box, reduction: int) -> Window:
        """Return a window of any size that shows `reach` at 1/`reduction`."""
        box = reach.clipped(*self.image)
        width, height = (self._size(-(-side // reduction)) for side in (box.width, box.height))
        left, span_x = _shifted(box.left + box.right, width * reduction, self.image[0])
        top, span_y = _shifted(box.top + box.bottom, height * reduction, self.image[1])
        return Window(Box(left, top, left + span_x, top + span_y), core, width, height, 1 / reduction)

    def window(self, core: Box, reach: Box, side: int | None) -> Window:
        """Return a window of `side` that shows `reach`; with None the native one, at the scale that it takes."""
        longest = max(reach.width, reach.height) if side is None else side
        side = side or self.native
        width, span_x, left = self._placed(self.image[0], reach.left + reach.right, side, longest)
        height, span_y, top = self._placed(self.image[1], reach.top + reach.bottom, side, longest)
        box = Box(left, top, left + span_x, top + span_y)
        return Window(box, core, width, height, side / longest)

    def _placed(self, extent: int, middle: int, side: int, longest: int) -> tuple[int, int, int]:
        """Return the pixels run along one axis of a window, and its span and start in pixels of the image.

        `side` pixels are run for `longest` of the image's. The arithmetic is in integers, so that no span is a pixel
        short. `middle` is twice the coordinate that the window is centred on.
        """
        size = min(side, rounded_up(-(-extent * side // longest), self.step))
        start, span = _shifted(middle, size * longest // side, extent)
        return size, span, start

    def _size(self, side: int) -> int:
        """Return the size of a window that shows `side` pixels: one of few, unless it is run tile by tile anyway."""
        size = rounded_up(side, self.step)
        return size if size <= self.native else rounded_up(side, self.multiple)

    def _around(self, hole: Box, context: int) -> Box:
        return hole.expanded(max(self.context, context)).clipped(*self.image)


def _shifted(middle: int, span: int, extent: int) -> tuple[int, int]:
    """Return start and length of `span` pixels, or fewer, inside `extent`; `middle` is twice their centre."""
    span = min(span, extent)
    return min(max((middle - span) // 2, 0), extent - span), span
