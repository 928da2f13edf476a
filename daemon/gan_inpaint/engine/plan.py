"""Which windows of an image a filler is shown, and which hole pixels each of them answers for.

A window sees a part of the hole and at least `CONTEXT` pixels around it. Its sizes come from a short ladder, so that a
runtime meets few shapes and windows can be run in batches; parts that lie near each other share a window where that
costs fewer pixels than one for each. A window is shifted, not cut, to lie inside the image.

A part that is too large for the filler's native window is cut along a grid when it is long and thin (a wire, a
scratch). Otherwise its window is shown at a reduced `scale`, and its fill is enlarged.

A guided filler fills octave by octave instead. What is thicker than `REACH` pixels is first filled at half the scale,
and so on until it is not; that fill guides the next finer octave, up to the image's own scale. A window may then be
larger than the native one; it is run tile by tile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Bytes, Flags
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.grouping import Need, group
from gan_inpaint.engine.parts import CELL, Part, Parts, cut_by_grid, cut_limbs, find_parts

CONTEXT = 64
REACH = 128
_STEP = 64


@dataclass(frozen=True, slots=True)
class Window:
    """`box` of the image is shown `scale` times as large, in the upper left `content` of `width` × `height` pixels.

    The rest of those pixels, where the image is smaller than the window, repeats the image's edge. The window answers
    for hole pixels in `core` only, which lies inside `box`. `coarser` shows the same hole an octave coarser, and is
    filled first.
    """

    box: Box
    core: Box
    width: int
    height: int
    scale: float
    coarser: Window | None = None

    @property
    def coarsest(self) -> Window:
        return self.coarser.coarsest if self.coarser else self

    @property
    def content(self) -> tuple[int, int]:
        """Width and height of `box` at `scale`."""
        width, height = round(self.box.width * self.scale), round(self.box.height * self.scale)
        return min(max(1, width), self.width), min(max(1, height), self.height)


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows; `owners` (rows, columns) names for each cell of 8 × 8 pixels the window that answers for it, or -1.

    The first cell's upper left pixel is at (`left`, `top`). Every pixel of the hole lies in a cell with an owner.
    """

    windows: list[Window]
    owners: NDArray[np.intp]
    left: int
    top: int

    def owned(self, index: int, box: Box) -> Flags:
        """(box.height, box.width): where window `index` answers; `box` must lie in its core."""
        rows = (np.arange(box.top, box.bottom) - self.top) // CELL
        columns = (np.arange(box.left, box.right) - self.left) // CELL
        mine: Flags = self.owners[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] == index
        answered: Flags = mine[(rows - rows[0])[:, None], columns - columns[0]]
        return answered

    def batches(self, pixels: int) -> Iterator[list[int]]:
        """The windows' indices in batches of one size, all with a coarser octave or all without; each of at most
        `pixels` pixels, or of one window."""
        alike: dict[tuple[int, int, bool], list[int]] = {}
        for index, window in enumerate(self.windows):
            alike.setdefault((window.width, window.height, window.coarser is None), []).append(index)
        for (width, height, _), indices in alike.items():
            count = max(1, pixels // (width * height))
            for start in range(0, len(indices), count):
                yield indices[start : start + count]


def plan_windows(
    mask: Bytes, native: int, multiple: int, grow: int, *, guided: bool = False, finest: bool = True
) -> Plan:
    """Windows for a mask (H, W), not empty, whose hole the filler will see `grow` pixels larger.

    `native` is the side of the filler's largest window, a multiple of `multiple`, as are all windows' sizes. A network
    of one fixed size has `native` = `multiple`: the ladder then has this one rung, and every window is its square.
    `guided`: the filler can fill octave by octave; without `finest`, only the coarsest octave of each hole is planned.
    """
    height, width = mask.shape
    ladder = _Ladder(native, multiple, grow, width, height)
    found = _cut_to_size(find_parts(mask), ladder)
    needs = [ladder.need(part) for part in found.parts]
    owner = np.full(len(needs) + 1, -1, np.intp)
    windows: list[Window] = []
    for members, side in group(needs, ladder.sides):
        core = reduce(Box.united, (found.parts[member].box for member in members))
        reach = reduce(Box.united, (needs[member].reach for member in members))
        owner[[member + 1 for member in members]] = len(windows)
        if guided:
            thickness = max(found.parts[member].thickness for member in members)
            window = ladder.octaves(core, reach, side, thickness)
            windows.append(window if finest else window.coarsest)
        else:
            windows.append(ladder.window(core, reach, side))
    return Plan(windows, owner[found.labels], found.left, found.top)


def _cut_to_size(found: Parts, ladder: _Ladder) -> Parts:
    """What is too large for a window is parted into bodies and limbs, and what is thin of it into pieces."""
    if ladder.thin < CELL:
        return found
    for index, part in enumerate(found.parts):
        if ladder.need(part).side is None and part.thickness > ladder.thin:
            found = cut_limbs(found, index, ladder.thin)
    for index, part in enumerate(found.parts):
        if ladder.need(part).side is None and part.thickness <= ladder.thin:
            found = cut_by_grid(found, index, ladder.piece(part))
    return found


class _Ladder:
    """The sides that windows may have for one filler and one image, and what follows from them."""

    def __init__(self, native: int, multiple: int, grow: int, width: int, height: int) -> None:
        self.native, self.multiple, self.grow, self.image = native, multiple, grow, (width, height)
        self.step = rounded_up(_STEP, multiple)
        self.context = min(CONTEXT, native // 4)
        # A strip this thick leaves three quarters of a window to see; what is thicker is not cut.
        self.thin = native // 4 - 2 * grow
        # 192, 256, 384, 512 …: each 1.3 or 1.5 times the last, so that a window is seldom much too large.
        small = (rounded_up(_STEP * side << octave, multiple) for octave in range(16) for side in (3, 4))
        self.sides = [*(side for side in small if side < native), native]

    def need(self, part: Part) -> Need:
        """What `part` has to see: half its longer side all around; a quarter where that spares it a reduced scale."""
        hole = part.box.grown(self.grow)
        longer = max(hole.width, hole.height)
        ample = self._around(hole, longer // 2)
        side = next((side for side in self.sides if side >= max(ample.width, ample.height)), None)
        if side is not None:
            return Need(ample, side)
        tight = self._around(hole, longer // 4)
        return Need(tight, self.native if self.native >= max(tight.width, tight.height) else None)

    def piece(self, part: Part) -> int:
        """The side of the pieces into which a thin part is cut."""
        least = max(4 * (part.thickness + 2 * self.grow), min(4 * CONTEXT, self.native))
        side = next(side for side in self.sides if side >= least)
        return side // 2 - 2 * self.grow

    def octaves(self, core: Box, reach: Box, side: int | None, thickness: int) -> Window:
        """The window at the image's own scale for a part of `thickness` pixels, with its coarser octaves."""
        if side is not None:
            finest = self.window(core, reach, side)
        else:
            finest = self._free(core, core.grown(self.grow + self.context), 1)
        reduction, chain = 1, [finest]
        while (thickness + 2 * self.grow) > REACH * reduction and min(self.image) > 2 * reduction * self.multiple:
            reduction *= 2
            chain.append(self._free(core, core.grown(self.grow + self.context * reduction), reduction))
        if reduction > 1:
            ample = max(self.context * reduction, max(core.width, core.height) // 2)
            chain[-1] = self._free(core, core.grown(self.grow + ample), reduction)
        window = chain.pop()
        while chain:
            window = replace(chain.pop(), coarser=window)
        return window

    def _free(self, core: Box, reach: Box, reduction: int) -> Window:
        """A window of whatever size shows `reach` at 1/`reduction`."""
        box = reach.clipped(*self.image)
        width, height = (self._size(-(-side // reduction)) for side in (box.width, box.height))
        left, span_x = _shifted(box.left + box.right, width * reduction, self.image[0])
        top, span_y = _shifted(box.top + box.bottom, height * reduction, self.image[1])
        return Window(Box(left, top, left + span_x, top + span_y), core, width, height, 1 / reduction)

    def window(self, core: Box, reach: Box, side: int | None) -> Window:
        """A window that shows `reach`; with no `side`, the native one, at the scale that it takes."""
        longest = max(reach.width, reach.height) if side is None else side
        side = side or self.native
        width, span_x, left = self._placed(self.image[0], reach.left + reach.right, side, longest)
        height, span_y, top = self._placed(self.image[1], reach.top + reach.bottom, side, longest)
        box = Box(left, top, left + span_x, top + span_y)
        return Window(box, core, width, height, side / longest)

    def _placed(self, extent: int, middle: int, side: int, longest: int) -> tuple[int, int, int]:
        """Size in pixels run, and span and start in pixels of the image, of a window along one axis.

        `side` pixels are run for `longest` of the image's; in integers, so that no span comes out a pixel short.
        `middle` is twice the coordinate around which the window is put.
        """
        size = min(side, rounded_up(-(-extent * side // longest), self.step))
        start, span = _shifted(middle, size * longest // side, extent)
        return size, span, start

    def _size(self, side: int) -> int:
        """A size of window that shows `side` pixels; few different ones, unless it is run tile by tile anyway."""
        size = rounded_up(side, self.step)
        return size if size <= self.native else rounded_up(side, self.multiple)

    def _around(self, hole: Box, context: int) -> Box:
        return hole.grown(max(self.context, context)).clipped(*self.image)


def _shifted(middle: int, span: int, extent: int) -> tuple[int, int]:
    """Start and length of `span` pixels that lie inside `extent`, fewer where it is smaller; `middle` is twice the
    coordinate around which they are put."""
    span = min(span, extent)
    return min(max((middle - span) // 2, 0), extent - span), span


def rounded_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
