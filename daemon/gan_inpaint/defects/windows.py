"""Filling of thin defects in batches of small windows, with as little as possible done window by window.

A batch is handled as one tall picture, its windows below each other. So the engine's functions for pixels of every
depth and layout serve a batch as they serve a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.defects.cover import MARGIN, Cover
from gan_inpaint.defects.thickness import CELL
from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray, Samples, UInt8Array
from gan_inpaint.engine.blending import check_unselected, composited
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.detail import add_detail
from gan_inpaint.engine.filler import Filler, run_filler
from gan_inpaint.engine.pixels import Range, colours, encoded, light, range_of
from gan_inpaint.engine.prefill import prefill_many
from gan_inpaint.engine.pyramid import add_enlarged, all_of_cells, halved
from gan_inpaint.engine.refinement import refine
from gan_inpaint.options import Transfer

NARROW = 8
"""Width of a defect, in pixels, up to which a filler adds nothing to the prefill."""
_BATCH = 1 << 18
"""Pixels that a thread fills at a time; more are no faster, and progress is reported in between."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Windows of one side: their `numbers` (n,), and the `rows` (n, side, 1) and `columns` (n, 1, side) of the image.

    Where the image is smaller than a window, its last row or column is repeated.
    """

    numbers: IntArray
    rows: IntArray
    columns: IntArray

    def tall(self, plane: Samples) -> Samples:
        """Return what the windows show of `plane` (H, W, …), below each other: (n · side, side, …)."""
        crops = plane[self.rows, self.columns]
        return crops.reshape(-1, *crops.shape[2:])

    def first(self) -> BoolArray:
        """Return where (n, side, side) a pixel of the image is shown for the first time, and not repeated."""
        down, across = (
            np.diff(places, axis=axis, prepend=-1) > 0 for places, axis in ((self.rows, 1), (self.columns, 2))
        )
        shown: BoolArray = down & across
        return shown

    def apart(self, tall: Samples) -> Samples:
        """Return `tall` (n · side, side, …) as (n, side, side, …)."""
        return tall.reshape(len(self.numbers), -1, *tall.shape[1:])


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch while it is filled.

    `crops` and `mask` are what its windows show of the image and the mask, below each other. `pictures`
    (n, side, side, 3) are in [-1, 1] of their `ranges` and are filled in place. `holes` (n, side, side) are their
    holes, and `answered` the pixels in these that the windows answer for.
    """

    batch: _Batch
    crops: Samples
    mask: UInt8Array
    ranges: list[Range]
    pictures: Float32Array
    holes: BoolArray
    answered: BoolArray


class ThinWindows:
    """Fills the thin defects of `image` (H, W[, 1..4]), selected by `mask` (H, W), in `out`, a copy of it.

    `hole` (H, W) is what the filler sees as unknown: all of the mask, and perhaps the pixels beside it. Defects are
    filled from the statistics around them; those wider than 8 pixels are filled by the filler first. `others` (H, W)
    marks where the mask selects regions that are filled elsewhere; None if there are none. With `grain` the finest
    detail of the pixels around is added.
    """

    def __init__(
        self,
        out: Samples,
        image: Samples,
        mask: UInt8Array,
        hole: UInt8Array,
        others: BoolArray | None,
        filler: Filler,
        transfer: Transfer,
        threads: int,
        grain: bool,
    ) -> None:
        self.out, self.image, self.mask, self.hole, self.others = out, image, mask, hole, others
        self.filler, self.transfer, self.threads, self.grain = filler, transfer, threads, grain

    def fill(self, windows: Cover, on_batch: Callable[[int], None]) -> IntArray:
        """Fill what the windows answer for; return the numbers of those that show no known pixel and stay as they are.

        `on_batch(done)` is called before the windows from number `done` on are filled; what it raises ends the work and
        is passed on.
        """
        blind = [np.empty(0, np.intp)]
        done = 0
        with ThreadPoolExecutor(self.threads) as pool:
            for numbers in windows.batches(_BATCH * self.threads):
                on_batch(done)
                shares = np.array_split(numbers, min(self.threads, len(numbers)))
                works = list(pool.map(lambda share: self._prefilled(share, windows), shares))
                _generate(self.filler, works)
                blind.extend(pool.map(self._finish, works))
                done += len(numbers)
        return np.concatenate(blind)

    def _prefilled(self, numbers: IntArray, windows: Cover) -> _Work:
        batch = _placed(windows, numbers, self.mask.shape)
        crops, mask, hole = batch.tall(self.image), batch.tall(self.mask), batch.tall(self.hole)
        values, unknown = encoded(crops, self.transfer)
        values, holes = batch.apart(values), batch.apart((hole > 0) | unknown)
        ranges = [range_of(*window, self.transfer) for window in zip(values, ~holes, strict=True)]
        answered = self._answered(batch, windows, hole)
        pictures = _prefilled_holes(_normalised(values, ranges), holes)
        _refine_coarse_level(pictures, holes, answered)
        return _Work(batch, crops, mask, ranges, pictures, holes, answered)

    def _finish(self, work: _Work) -> IntArray:
        refine(work.pictures, work.answered)
        if self.grain:
            for picture, hole in zip(work.pictures, work.holes, strict=True):
                add_detail(picture, hole, ~hole)
        blind: BoolArray = np.asarray(work.holes.all(axis=(1, 2)))
        selected = work.batch.apart(work.mask) > 0
        self._paste(work, work.answered & selected & ~blind[:, None, None])
        whole = Box(0, 0, work.crops.shape[1], len(work.crops))
        check_unselected(work.batch.tall(self.out), work.crops, work.mask, whole)
        return work.batch.numbers[blind]

    def _answered(self, batch: _Batch, windows: Cover, hole: UInt8Array) -> BoolArray:
        """Return the pixels of `hole` (n, side, side) that the windows answer for."""
        owners = windows.owners[batch.rows // CELL, batch.columns // CELL]
        mine: BoolArray = (owners == batch.numbers[:, None, None]) & (batch.apart(hole) > 0) & batch.first()
        if self.others is not None:
            mine &= ~batch.apart(batch.tall(self.others))
        return mine

    def _paste(self, work: _Work, where: BoolArray) -> None:
        """Blend the pictures into `out` where `where` (n, side, side)."""
        window, y, x = np.nonzero(where)
        at = work.batch.rows[window, y, 0], work.batch.columns[window, 0, x]
        values = work.pictures[window, y, x]
        for limits in set(work.ranges):
            mine = np.array([each == limits for each in work.ranges])[window]
            if mine.any():  # a blind window has none
                values[mine] = limits.light(values[mine])
        colours(self.out)[at] = composited(values, colours(self.image)[at], light(self.mask[at]))


def _placed(windows: Cover, numbers: IntArray, shape: tuple[int, ...]) -> _Batch:
    """Return the windows around their inner parts, shifted to stay inside an image of that shape (H, W)."""
    (side,) = set(windows.sides[numbers].tolist())
    rows, columns = (
        np.minimum(np.clip(corners - MARGIN, 0, max(extent - side, 0))[:, None] + np.arange(side), extent - 1)
        for corners, extent in zip(windows.corners[numbers].T, shape, strict=True)
    )
    return _Batch(numbers, rows[:, :, None], columns[:, None, :])


def _normalised(values: Float32Array, ranges: list[Range]) -> Float32Array:
    """Return encoded light (n, side, side[, 3]) in [-1, 1] of its ranges, (n, side, side, 3)."""
    pictures = np.stack([limits.normalised(window) for limits, window in zip(ranges, values, strict=True)])
    return pictures if pictures.ndim == 4 else np.repeat(pictures[..., None], 3, axis=3)


def _prefilled_holes(pictures: Float32Array, holes: BoolArray) -> Float32Array:
    """Return pictures (n, side, side, 3) with their holes (n, side, side) prefilled."""
    prefilled = prefill_many(pictures.transpose(1, 2, 0, 3), holes.transpose(1, 2, 0))
    return np.ascontiguousarray(prefilled.transpose(2, 0, 1, 3))


def _generate(filler: Filler, works: list[_Work]) -> None:
    """Fill the pictures with wide holes again, in one run of the filler; in place."""
    chosen = [(work, _wide(work.holes & work.answered)) for work in works]
    pictures = np.concatenate([work.pictures[wide] for work, wide in chosen])
    if not len(pictures):
        return
    holes = np.concatenate([work.holes[wide] for work, wide in chosen])
    images = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    fills = run_filler(filler, images, holes[:, None].astype(np.float32)).transpose(0, 2, 3, 1)
    fills = np.where(holes[..., None], fills, pictures)
    for work, wide in chosen:
        work.pictures[wide], fills = np.split(fills, [np.count_nonzero(wide)])


def _wide(holes: BoolArray) -> BoolArray:
    """Return for each window (n,) whether its hole is too wide to be filled without a filler."""
    # The row between windows keeps squares from reaching from one into the next.
    apart = np.pad(holes, ((0, 0), (0, 1), (0, 0))).view(np.uint8)
    square = np.ones((NARROW + 1, NARROW + 1), np.uint8)
    tall = apart.reshape(-1, apart.shape[2])
    wide = cv2.erode(tall, square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(wide.reshape(apart.shape).any(axis=(1, 2)))


def _refine_coarse_level(pictures: Float32Array, holes: BoolArray, answered: BoolArray) -> None:
    """Refine the holes at half the resolution, so that edges go on across wide ones; in place."""
    count, side = holes.shape[:2]
    missing, others = (all_of_cells(region.reshape(-1, side)) for region in (holes, ~answered))
    wanted = (missing & ~others).reshape(count, side // 2, -1)
    coarse = halved(pictures.reshape(-1, side, 3)).reshape(*wanted.shape, 3)
    before = coarse.copy()
    refine(coarse, wanted)
    for picture, change, hole in zip(pictures, coarse - before, holes, strict=True):
        add_enlarged(picture, change, hole)
