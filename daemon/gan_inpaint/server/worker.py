"""The thread that fills, one crop at a time, since a fill uses all cores."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

from numpy.typing import NDArray

from gan_inpaint.errors import Cancelled, GanInpaintError
from gan_inpaint.protocol import Error, Progress, Result, Stage
from gan_inpaint.server import pixels
from gan_inpaint.server.guard import guarded
from gan_inpaint.server.jobs import Job
from gan_inpaint.server.sessions import Sessions, best
from gan_inpaint.store import DEFAULT

Report: TypeAlias = Callable[[Job, Progress | Result | Error, NDArray[Any] | None], None]


class Worker(threading.Thread):
    """Takes fills from `submit` and hands every reply to `report`, which must be safe to call from this thread.

    Warms the default generator first. Ends after the fill at hand when `finish` is called, and calls `ended` at its
    end, whatever that is.
    """

    def __init__(self, sessions: Sessions, report: Report, ended: Callable[[], None]) -> None:
        super().__init__(name="fills")
        self._sessions = sessions
        self._report = report
        self._ended = ended
        self._inbox: SimpleQueue[Job | None] = SimpleQueue()

    def submit(self, job: Job) -> None:
        self._inbox.put(job)

    def finish(self) -> None:
        """Wait until the thread has ended."""
        self._inbox.put(None)
        self.join()

    def run(self) -> None:
        try:
            self._serve()
        finally:
            self._ended()

    def _serve(self) -> None:
        guarded(lambda: self._sessions.choose(DEFAULT))
        while True:
            try:
                job = self._inbox.get(timeout=self._sessions.seconds_until_tidy())
            except Empty:
                guarded(self._sessions.tidy)
                continue
            if job is None:
                return
            self._work(job)
            del job  # or its pixels would be held until the next fill

    def _work(self, job: Job) -> None:
        outcome = guarded(lambda: self._fill(job))
        if isinstance(outcome, GanInpaintError):
            self._report(job, Error.of(job.fill.id, outcome), None)
        else:
            self._report(job, *outcome)

    def _fill(self, job: Job) -> tuple[Result, NDArray[Any]]:
        from gan_inpaint import engine

        def tell(done: int, total: int, stage: Stage = "filling") -> None:
            if job.cancelled.is_set():
                raise Cancelled("The fill was cancelled.")
            self._report(job, Progress(id=fill.id, done=done, total=total, stage=stage), None)

        fill = job.fill
        started = time.perf_counter()
        tell(0, 0, "loading")
        candidates = self._sessions.candidates(fill.model)
        image, mask = pixels.image_from(fill, job.pixels.buffer), pixels.mask_from(fill, job.mask.buffer)
        options = engine.FillOptions(fill.grow, fill.feather, fill.transfer, fill.quality)
        choice, scores = best(candidates, image, mask, options, tell)
        filled = engine.fill(image, mask, choice.filler, options, on_window=tell)
        choice.used()
        frame = pixels.frame_from(fill, filled.image)
        result = Result(
            id=fill.id,
            width=fill.width,
            height=fill.height,
            layout=fill.layout,
            depth=fill.depth,
            filled_by=choice.filled_by,
            windows=filled.windows,
            seconds=round(time.perf_counter() - started, 4),
            note=choice.note,
            scores=scores,
        )
        return result, frame
