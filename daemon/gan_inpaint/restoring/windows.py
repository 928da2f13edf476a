"""Filling thin defects in batches of small windows, with as little as possible done for each window by itself.

A batch is handled as one tall picture, its windows below each other, so that the engine's functions for pixels of
every depth and layout serve it, too.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint.cores import physical_cores
from gan_inpaint.engine.arrays import Bytes, Flags, Floats, Places, Samples
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.compositing import blended, check_unselected
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.generation import run_filler
from gan_inpaint.engine.guess import first_guesses
from gan_inpaint.engine.pixels import Range, Transfer, colours, encoded, light, quantised, range_of
from gan_inpaint.engine.pyramid import enlarged, halved
from gan_inpaint.engine.renewal import renew
from gan_inpaint.restoring.cover import MARGIN, Cover
from gan_inpaint.restoring.thickness import CELL

NARROW = 8
"""What nowhere holds a square of more pixels a side is filled no better from a generator's fill than from a guess."""
_BATCH = 1 << 17
"""Pixels filled at a time, by a thread: more are no faster, and progress is told in between."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Windows of one side: their `numbers` (n,), and the `rows` (n, side, 1) and `columns` (n, 1, side) that they show.

    Where the image is smaller than a window, its last row or column is repeated.
    """

    numbers: Places
    rows: Places
    columns: Places

    def tall(self, plane: Samples) -> Samples:
        """What the windows show of (H, W, …), below each other: (n · side, side, …)."""
        crops = plane[self.rows, self.columns]
        return crops.reshape(-1, *crops.shape[2:])

    def apart(self, tall: Samples) -> Samples:
        """(n · side, side, …) as (n, side, side, …)."""
        return tall.reshape(len(self.numbers), -1, *tall.shape[1:])


class ThinWindows:
    """Fills thin defects of `image` (H, W[, 1..4]), whose `mask` is (H, W), in `out`, a copy of it, by the statistics
    of what is around them. Where `others` (H, W), if there are any, the mask selects what somebody else fills."""

    def __init__(
        self, out: Samples, image: Samples, mask: Bytes, others: Flags | None, filler: Filler, transfer: Transfer
    ) -> None:
        self.out, self.image, self.mask, self.others = out, image, mask, others
        self.filler, self.transfer = filler, transfer

    def fill(self, windows: Cover, on_batch: Callable[[int], None]) -> Places:
        """Fill what the windows answer for; the numbers of those that show no known pixel, and were left as they are.

        `on_batch(done)` is called while the windows from `done` on are filled; what it raises ends the work and is
        passed on.
        """
        blind = [np.empty(0, np.intp)]
        done, batches = 0, windows.batches(_BATCH)
        with ThreadPoolExecutor(physical_cores()) as pool:
            filling = [pool.submit(self._fill, _placed(windows, some, self.mask.shape), windows) for some in batches]
            try:
                for numbers, filled in zip(batches, filling, strict=True):
                    on_batch(done)
                    blind.append(filled.result())
                    done += len(numbers)
            finally:
                pool.shutdown(cancel_futures=True)
        return np.concatenate(blind)

    def _fill(self, batch: _Batch, windows: Cover) -> Places:
        crops, mask = batch.tall(self.image), batch.tall(self.mask)
        values, unknown = encoded(crops, self.transfer)
        hidden = (mask > 0) | unknown
        ranges = [
            range_of(*window, self.transfer) for window in zip(batch.apart(values), batch.apart(~hidden), strict=True)
        ]
        holes = batch.apart(hidden)
        answered = self._answered(batch, windows, mask)
        fills = _filled(self.filler, _normalised(batch.apart(values), ranges), holes, answered)
        blind: Flags = np.asarray(holes.all(axis=(1, 2)))
        self._paste(batch, answered & ~blind[:, None, None], fills, ranges)
        side = crops.shape[1]
        check_unselected(batch.tall(self.out), crops, mask, Box(0, 0, side, len(crops)))
        return batch.numbers[blind]

    def _answered(self, batch: _Batch, windows: Cover, mask: Bytes) -> Flags:
        """(n, side, side): the pixels that the windows answer for."""
        owners = windows.owners[batch.rows // CELL, batch.columns // CELL]
        mine: Flags = (owners == batch.numbers[:, None, None]) & (batch.apart(mask) > 0)
        if self.others is not None:
            mine &= ~batch.apart(batch.tall(self.others))
        return mine

    def _paste(self, batch: _Batch, where: Flags, fills: Floats, ranges: list[Range]) -> None:
        window, y, x = np.nonzero(where)
        rows, columns = batch.rows[window, y, 0], batch.columns[window, 0, x]
        if not len(window):  # all of them are blind
            return
        values = fills[window, y, x]
        for limits in set(ranges):
            mine = np.array([each == limits for each in ranges])[window]
            if mine.any():  # a blind window has none
                values[mine] = limits.light(values[mine])
        weight = light(self.mask[rows, columns])
        target = colours(self.out)
        if target.ndim == 2:
            values = values.mean(axis=1)
        else:
            weight = weight[:, None]
        if (weight < 1).any():
            values = blended(light(colours(self.image)[rows, columns]), values, weight)
        target[rows, columns] = quantised(values, self.out.dtype)


def _placed(windows: Cover, numbers: Places, shape: tuple[int, ...]) -> _Batch:
    """The windows around their inner parts, shifted to lie inside an image of that shape."""
    (side,) = set(windows.sides[numbers].tolist())
    rows, columns = (
        np.minimum(np.clip(corners - MARGIN, 0, max(extent - side, 0))[:, None] + np.arange(side), extent - 1)
        for corners, extent in zip(windows.corners[numbers].T, shape, strict=True)
    )
    return _Batch(numbers, rows[:, :, None], columns[:, None, :])


def _normalised(values: Floats, ranges: list[Range]) -> Floats:
    """(n, side, side, 3) in [-1, 1] of light (n, side, side[, 3])."""
    pictures = np.stack([limits.normalised(window) for limits, window in zip(ranges, values, strict=True)])
    return pictures if pictures.ndim == 4 else np.repeat(pictures[..., None], 3, axis=3)


def _filled(filler: Filler, pictures: Floats, holes: Flags, answered: Flags) -> Floats:
    """Pictures (n, side, side, 3) with their holes (n, side, side) filled, and best where `answered`."""
    fills = first_guesses(pictures.transpose(1, 2, 0, 3), holes.transpose(1, 2, 0)).transpose(2, 0, 1, 3)
    fills = np.ascontiguousarray(fills)
    _refine_halved(fills, holes, answered)
    wide = _wide(holes & answered)
    if wide.any():
        images = np.ascontiguousarray(fills[wide].transpose(0, 3, 1, 2))
        generated = run_filler(filler, images, holes[wide, None].astype(np.float32)).transpose(0, 2, 3, 1)
        fills[wide] = np.where(holes[wide, ..., None], generated, fills[wide])
    renew(fills, answered)
    return fills


def _wide(holes: Flags) -> Flags:
    """(n,): whether a hole of a window is wider than what needs no generator."""
    tall = holes.reshape(-1, holes.shape[2]).astype(np.uint8)
    square = np.ones((NARROW + 1, NARROW + 1), np.uint8)
    wide: Flags = cv2.erode(tall, square).reshape(holes.shape).any(axis=(1, 2))
    return wide


def _refine_halved(fills: Floats, holes: Flags, answered: Flags) -> None:
    """Fill anew, in place, what shows of the holes at half the size: so edges go on through what is 4 to 8 wide."""
    count, side = holes.shape[:2]
    tall = fills.reshape(-1, side, 3)
    coarse = halved(tall)
    before = coarse.copy()
    missing, asked = (halved(flags.reshape(-1, side, 1).astype(np.float32))[..., 0] for flags in (holes, answered))
    wanted = (missing == 1) & (asked > 0)
    renew(coarse.reshape(count, side // 2, -1, 3), wanted.reshape(count, side // 2, -1))
    cv2.accumulate(enlarged(coarse - before, tall.shape), tall, holes.reshape(-1, side).view(np.uint8))
