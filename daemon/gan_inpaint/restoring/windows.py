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

from gan_inpaint.engine.arrays import Bytes, Flags, Floats, Places, Samples
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.compositing import blended, check_unselected
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.generation import run_filler
from gan_inpaint.engine.guess import first_guesses
from gan_inpaint.engine.pixels import Range, Transfer, colours, encoded, light, quantised, range_of
from gan_inpaint.engine.pyramid import add_enlarged, all_of_cells, halved
from gan_inpaint.engine.renewal import renew
from gan_inpaint.restoring.cover import MARGIN, Cover
from gan_inpaint.restoring.thickness import CELL

NARROW = 8
"""What nowhere holds a square of more pixels a side is filled no better from a generator's fill than from a guess."""
_BATCH = 1 << 18
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

    def first(self) -> Flags:
        """(n, side, side): where a pixel of the image is shown, and not repeated."""
        down, across = (
            np.diff(places, axis=axis, prepend=-1) > 0 for places, axis in ((self.rows, 1), (self.columns, 2))
        )
        shown: Flags = down & across
        return shown

    def apart(self, tall: Samples) -> Samples:
        """(n · side, side, …) as (n, side, side, …)."""
        return tall.reshape(len(self.numbers), -1, *tall.shape[1:])


@dataclass(frozen=True, slots=True)
class _Part:
    """Windows of a batch on their way: what they show of the image and of the mask, below each other; their pictures
    (n, side, side, 3) in [-1, 1], normalised by `ranges` and filled in place, their holes (n, side, side), and of those
    the pixels that they answer for."""

    batch: _Batch
    crops: Samples
    mask: Bytes
    ranges: list[Range]
    pictures: Floats
    holes: Flags
    answered: Flags


class ThinWindows:
    """Fills thin defects of `image` (H, W[, 1..4]), whose `mask` is (H, W), in `out`, a copy of it: by the statistics
    of what is around them, and what is wider than 8 pixels by the filler before that. Where `others` (H, W), if there
    are any, the mask selects what somebody else fills."""

    def __init__(
        self,
        out: Samples,
        image: Samples,
        mask: Bytes,
        others: Flags | None,
        filler: Filler,
        transfer: Transfer,
        threads: int,
    ) -> None:
        self.out, self.image, self.mask, self.others = out, image, mask, others
        self.filler, self.transfer, self.threads = filler, transfer, threads

    def fill(self, windows: Cover, on_batch: Callable[[int], None]) -> Places:
        """Fill what the windows answer for; the numbers of those that show no known pixel, and were left as they are.

        `on_batch(done)` is called before the windows from `done` on are filled; what it raises ends the work and is
        passed on.
        """
        blind = [np.empty(0, np.intp)]
        done = 0
        with ThreadPoolExecutor(self.threads) as pool:
            for numbers in windows.batches(_BATCH * self.threads):
                on_batch(done)
                shares = np.array_split(numbers, min(self.threads, len(numbers)))
                parts = list(pool.map(lambda share: self._guessed(share, windows), shares))
                _generate(self.filler, parts)
                blind.extend(pool.map(self._finish, parts))
                done += len(numbers)
        return np.concatenate(blind)

    def _guessed(self, numbers: Places, windows: Cover) -> _Part:
        batch = _placed(windows, numbers, self.mask.shape)
        crops, mask = batch.tall(self.image), batch.tall(self.mask)
        values, unknown = encoded(crops, self.transfer)
        values, holes = batch.apart(values), batch.apart((mask > 0) | unknown)
        ranges = [range_of(*window, self.transfer) for window in zip(values, ~holes, strict=True)]
        answered = self._answered(batch, windows, mask)
        pictures = _guesses(_normalised(values, ranges), holes)
        _refine_halved(pictures, holes, answered)
        return _Part(batch, crops, mask, ranges, pictures, holes, answered)

    def _finish(self, part: _Part) -> Places:
        renew(part.pictures, part.answered)
        blind: Flags = np.asarray(part.holes.all(axis=(1, 2)))
        self._paste(part, part.answered & ~blind[:, None, None])
        whole = Box(0, 0, part.crops.shape[1], len(part.crops))
        check_unselected(part.batch.tall(self.out), part.crops, part.mask, whole)
        return part.batch.numbers[blind]

    def _answered(self, batch: _Batch, windows: Cover, mask: Bytes) -> Flags:
        """(n, side, side): the pixels that the windows answer for."""
        owners = windows.owners[batch.rows // CELL, batch.columns // CELL]
        mine: Flags = (owners == batch.numbers[:, None, None]) & (batch.apart(mask) > 0) & batch.first()
        if self.others is not None:
            mine &= ~batch.apart(batch.tall(self.others))
        return mine

    def _paste(self, part: _Part, where: Flags) -> None:
        window, y, x = np.nonzero(where)
        rows, columns = part.batch.rows[window, y, 0], part.batch.columns[window, 0, x]
        if not len(window):  # all of them are blind
            return
        values = part.pictures[window, y, x]
        for limits in set(part.ranges):
            mine = np.array([each == limits for each in part.ranges])[window]
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


def _guesses(pictures: Floats, holes: Flags) -> Floats:
    """Pictures (n, side, side, 3) with the first guess in their holes (n, side, side)."""
    guesses = first_guesses(pictures.transpose(1, 2, 0, 3), holes.transpose(1, 2, 0))
    return np.ascontiguousarray(guesses.transpose(2, 0, 1, 3))


def _generate(filler: Filler, parts: list[_Part]) -> None:
    """Has the filler fill anew, in one run, the pictures whose holes are wide; in place."""
    chosen = [(part, _wide(part.holes & part.answered)) for part in parts]
    pictures = np.concatenate([part.pictures[wide] for part, wide in chosen])
    if not len(pictures):
        return
    holes = np.concatenate([part.holes[wide] for part, wide in chosen])
    images = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    fills = run_filler(filler, images, holes[:, None].astype(np.float32)).transpose(0, 2, 3, 1)
    fills = np.where(holes[..., None], fills, pictures)
    for part, wide in chosen:
        part.pictures[wide], fills = np.split(fills, [np.count_nonzero(wide)])


def _wide(holes: Flags) -> Flags:
    """(n,): whether a hole of a window is wider than what needs no generator."""
    apart = np.pad(holes, ((0, 0), (0, 1), (0, 0))).view(np.uint8)  # no square reaches from one window into the next
    square = np.ones((NARROW + 1, NARROW + 1), np.uint8)
    tall = apart.reshape(-1, apart.shape[2])
    wide = cv2.erode(tall, square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(wide.reshape(apart.shape).any(axis=(1, 2)))


def _refine_halved(pictures: Floats, holes: Flags, answered: Flags) -> None:
    """Fill anew, in place, what shows of the holes at half the size: so edges go on through what is wide."""
    count, side = holes.shape[:2]
    missing, others = (all_of_cells(flags.reshape(-1, side)) for flags in (holes, ~answered))
    wanted = (missing & ~others).reshape(count, side // 2, -1)
    coarse = halved(pictures.reshape(-1, side, 3)).reshape(*wanted.shape, 3)
    before = coarse.copy()
    renew(coarse, wanted)
    for picture, change, hole in zip(pictures, coarse - before, holes, strict=True):
        add_enlarged(picture, change, hole)
