"""What the worker does for a request: from frames to arrays, to the service, and back to frames."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gan_inpaint.protocol import Detect, Detection, Fill, Receipt, Repair, Result, Select, Trace, Traced, Work
from gan_inpaint.server import pieces, pixels
from gan_inpaint.server.damage_maps import DamageMaps
from gan_inpaint.server.listener import Frames
from gan_inpaint.service import Filled, OnProgress, Service

if TYPE_CHECKING:
    from gan_inpaint.detection import Selection

Buffers = list[memoryview]


@dataclass(frozen=True)
class Tasks:
    """`do` returns a request's reply and the frames that go with it; it raises GanInpaintErrors.

    `on_progress` is called as the work goes on; what it raises ends the work.
    """

    service: Service
    damage_maps: DamageMaps

    def do(self, work: Work, frames: Buffers, on_progress: OnProgress) -> tuple[Result | Detection | Traced, Frames]:
        on_progress(0, 0, "loading")
        match work:
            case Fill():
                return self._fill(work, frames, on_progress)
            case Detect():
                return self._detect(work, frames, on_progress)
            case Select():
                return self._select(work)
            case Repair():
                return self._repair(work, frames, on_progress)
            case Trace():
                return _trace(work, frames)

    def _fill(self, fill: Fill, frames: Buffers, on_progress: OnProgress) -> tuple[Result, Frames]:
        from gan_inpaint.engine import Sources

        image = pixels.image_from(fill, frames[0])
        masks = iter([pixels.mask_from(fill, frame) for frame in frames[1:]])
        mask = next(masks)
        sources = Sources(next(masks) if fill.avoid else None, next(masks) if fill.sample else None)
        filled = self.service.fill(image, mask, fill.options, on_progress, sources)
        result = _result(fill, filled)
        result.receipt = Receipt.of(filled.filled_by, fill.options, filled.seconds)
        return result, [pixels.frame_from(fill, filled.image)]

    def _detect(self, detect: Detect, frames: Buffers, on_progress: OnProgress) -> tuple[Detection, Frames]:
        started = time.perf_counter()
        image = pixels.image_from(detect, frames[0])
        within = pixels.mask_from(detect, frames[1]) if detect.within else None
        damage = self.service.detect(image, detect.options, on_progress, within=within)
        selection = self.service.select(damage, detect.options)
        return _detection(detect.id, self.damage_maps.keep(damage), selection, started)

    def _select(self, wanted: Select) -> tuple[Detection, Frames]:
        started = time.perf_counter()
        selection = self.service.select(self.damage_maps.find(wanted.damage_map), wanted.options)
        return _detection(wanted.id, wanted.damage_map, selection, started)

    def _repair(self, wanted: Repair, frames: Buffers, on_progress: OnProgress) -> tuple[Result, Frames]:
        image, allowed = pixels.image_from(wanted, frames[0]), pixels.mask_from(wanted, frames[1])
        repaired = self.service.detect_and_repair(
            image, allowed, wanted.options, on_progress, everything=wanted.everything
        )
        result = _result(wanted, repaired)
        result.found = repaired.found
        return result, [pixels.frame_from(wanted, repaired.image), repaired.mask]


def _trace(trace: Trace, frames: Buffers) -> tuple[Traced, Frames]:
    from gan_inpaint import detection

    started = time.perf_counter()
    image, strokes = pieces.gathered(trace, frames)
    if strokes is None:
        traced = detection.trace(image, trace.points, trace.transfer)
    else:
        traced = detection.trace_along(image, strokes, trace.transfer)
    reply = Traced(
        id=trace.id,
        width=trace.width,
        height=trace.height,
        length=len(traced.path),
        thickness=round(float(traced.thickness), 1),
        seconds=round(time.perf_counter() - started, 4),
    )
    return reply, pieces.scattered(trace, traced.mask)


def _result(work: Fill | Repair, filled: Filled) -> Result:
    return Result(
        id=work.id,
        width=work.width,
        height=work.height,
        layout=work.layout,
        depth=work.depth,
        filled_by=filled.filled_by,
        windows=filled.windows,
        seconds=round(filled.seconds, 4),
        note=filled.note,
        scores=filled.scores,
    )


def _detection(id: str, token: str, selection: Selection, started: float) -> tuple[Detection, Frames]:
    height, width = selection.mask.shape
    reply = Detection(
        id=id,
        damage_map=token,
        width=width,
        height=height,
        found=selection.found,
        selected=selection.selected,
        seconds=round(time.perf_counter() - started, 4),
        kinds=selection.kinds,
    )
    return reply, [selection.mask]
