"""What the worker does for a request: fill a hole, look for damage, select of what was found, repair it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gan_inpaint.errors import NothingFound, TooMuchSelected
from gan_inpaint.protocol import Detect, Detection, Fill, FilledBy, Repair, Result, Select, Stage, Work
from gan_inpaint.restoring import MOST_DAMAGED
from gan_inpaint.server import pixels
from gan_inpaint.server.heatmaps import HeatMaps
from gan_inpaint.server.listener import Frames
from gan_inpaint.server.sessions import Sessions, best

if TYPE_CHECKING:
    from gan_inpaint.detection import Selection
    from gan_inpaint.engine.arrays import Samples
    from gan_inpaint.engine.arrays import UInt8Array as Bytes

Tell = Callable[[int, int, Stage], None]
Buffers = list[memoryview]


@dataclass(frozen=True)
class Tasks:
    """`do` gives a request's reply and the frames that go with it; it raises GanInpaintErrors.

    `tell(done, total, stage)` is called as the work goes on; what it raises ends the work and is passed on.
    """

    sessions: Sessions
    heatmaps: HeatMaps

    def do(self, work: Work, frames: Buffers, tell: Tell) -> tuple[Result | Detection, Frames]:
        tell(0, 0, "loading")
        match work:
            case Fill():
                return self._fill(work, frames, tell)
            case Detect():
                return self._detect(work, frames, tell)
            case Select():
                return self._select(work)
            case Repair():
                return self._repair(work, frames, tell)

    def _fill(self, fill: Fill, frames: Buffers, tell: Tell) -> tuple[Result, Frames]:
        from gan_inpaint import engine

        started = time.perf_counter()
        candidates = self.sessions.candidates(fill.model)
        image, mask = pixels.image_from(fill, frames[0]), pixels.mask_from(fill, frames[1])
        options = engine.FillOptions(fill.grow, fill.feather, fill.transfer, fill.quality)
        choice, scores = best(candidates, image, mask, options, _filling(tell))
        filled = engine.fill(image, mask, choice.filler, options, on_window=_filling(tell))
        choice.used()
        result = _result(fill, choice.filled_by, filled.windows, choice.note, started)
        result.scores = scores
        return result, [pixels.frame_from(fill, filled.image)]

    def _detect(self, detect: Detect, frames: Buffers, tell: Tell) -> tuple[Detection, Frames]:
        from gan_inpaint.detection import select

        started = time.perf_counter()
        heatmap, threshold = self._look(detect, pixels.image_from(detect, frames[0]), tell)
        selection = select(heatmap, threshold, detect.sensitivity, detect.kinds, detect.grow)
        return _detection(detect.id, self.heatmaps.keep(heatmap, threshold), selection, started)

    def _select(self, wanted: Select) -> tuple[Detection, Frames]:
        from gan_inpaint.detection import select

        started = time.perf_counter()
        heatmap, threshold = self.heatmaps.find(wanted.heatmap)
        selection = select(heatmap, threshold, wanted.sensitivity, wanted.kinds, wanted.grow)
        return _detection(wanted.id, wanted.heatmap, selection, started)

    def _repair(self, wanted: Repair, frames: Buffers, tell: Tell) -> tuple[Result, Frames]:
        from gan_inpaint.defects import repair
        from gan_inpaint.detection import select

        started = time.perf_counter()
        image, allowed = pixels.image_from(wanted, frames[0]), pixels.mask_from(wanted, frames[1])
        choice = self.sessions.candidates(wanted.model)[0]  # which is tried beside a hole, not beside hundreds
        heatmap, threshold = self._look(wanted, image, tell)
        selection = select(heatmap, threshold, wanted.sensitivity, wanted.kinds, wanted.grow)
        mask, found = _within(selection, allowed)
        repaired = repair(
            *(image, mask, choice.filler),
            transfer=wanted.transfer,
            quality=wanted.quality,
            on_window=_filling(tell),
        )
        choice.used()
        result = _result(wanted, choice.filled_by, repaired.windows, choice.note, started)
        result.found = found
        return result, [pixels.frame_from(wanted, repaired.image), mask]

    def _look(self, work: Detect | Repair, image: Samples, tell: Tell) -> tuple[Bytes, float]:
        """The damage map (H, W, 2) of an image, and the threshold of the detector that made it."""
        from gan_inpaint.detection import find_damage

        loaded = self.sessions.detector()
        found = find_damage(
            image, loaded.detector, work.transfer, on_tile=lambda done, total: tell(done, total, "detecting")
        )
        loaded.used()
        return found, loaded.detector.threshold


def _filling(tell: Tell) -> Callable[[int, int], None]:
    return lambda done, total: tell(done, total, "filling")


def _result(work: Fill | Repair, filled_by: FilledBy, windows: int, note: str, started: float) -> Result:
    return Result(
        id=work.id,
        width=work.width,
        height=work.height,
        layout=work.layout,
        depth=work.depth,
        filled_by=filled_by,
        windows=windows,
        seconds=_since(started),
        note=note,
    )


def _detection(id: str, token: str, selection: Selection, started: float) -> tuple[Detection, Frames]:
    height, width = selection.mask.shape
    found, selected = selection.found, selection.selected
    reply = Detection(
        id=id, heatmap=token, width=width, height=height, found=found, selected=selected, seconds=_since(started)
    )
    return reply, [selection.mask]


def _within(selection: Selection, allowed: Bytes) -> tuple[Bytes, int]:
    """The selection as far as it is `allowed` (H, W) to be repaired, and how many parts of it there are.

    Raises NothingFound, and TooMuchSelected where it can be no damage.
    """
    import cv2

    mask: Bytes = cv2.min(selection.mask, allowed)
    share = cv2.countNonZero(mask) / mask.size
    if not share:
        raise NothingFound("No damage was found here.", "Raise the sensitivity, or select it by hand and fill it.")
    if share > MOST_DAMAGED:
        raise TooMuchSelected(
            f"{share:.0%} of the picture looks like damage, which leaves too little to repair it from.",
            "Lower the sensitivity, or select it by hand and fill it.",
        )
    return mask, cv2.connectedComponents(mask, connectivity=8)[0] - 1


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)
