"""The thread that works, on one request at a time, since each uses all cores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeAlias

from gan_inpaint.errors import GanInpaintError
from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.interruption import interruptible
from gan_inpaint.protocol import Error, Outcome, Progress, Stage, Work
from gan_inpaint.server.damage_maps import DamageMaps
from gan_inpaint.server.guard import guarded
from gan_inpaint.server.jobs import Job
from gan_inpaint.server.listener import Frames
from gan_inpaint.server.tasks import Tasks
from gan_inpaint.service import Service

Report: TypeAlias = Callable[[Job[Work], Progress | Outcome, Frames], None]


class Worker(threading.Thread):
    """Takes work from `submit` and hands every reply to `report`, which must be safe to call from this thread.

    Loads the default generator first. Ends after the current work when `finish` is called, and calls `ended` when it
    ends for any reason.
    """

    def __init__(self, service: Service, report: Report, ended: Callable[[], None]) -> None:
        super().__init__(name="work", daemon=True)  # so that work that cannot be ended does not keep the process
        self._service = service
        self._damage_maps = DamageMaps(service.idle_seconds)
        self._tasks = Tasks(service, self._damage_maps)
        self._report = report
        self._ended = ended
        self._inbox: SimpleQueue[Job[Work] | None] = SimpleQueue()

    def submit(self, job: Job[Work]) -> None:
        self._inbox.put(job)

    def finish(self, seconds: float) -> bool:
        """Wait until the thread has ended, at most so long; return whether it has."""
        self._inbox.put(None)
        self.join(seconds)
        return not self.is_alive()

    def run(self) -> None:
        try:
            self._serve()
        finally:
            self._ended()

    def _serve(self) -> None:
        guarded(lambda: self._service.load(DEFAULT))
        while True:
            try:
                job = self._inbox.get(timeout=self._seconds_until_tidy())
            except Empty:
                guarded(self._tidy)
                continue
            if job is None:
                return
            self._work(job)
            del job  # or its pixels would be held until the next one

    def _seconds_until_tidy(self) -> float | None:
        pauses = self._service.seconds_until_tidy(), self._damage_maps.seconds_until_tidy()
        return min((pause for pause in pauses if pause is not None), default=None)

    def _tidy(self) -> None:
        self._damage_maps.tidy()
        self._service.tidy()

    def _work(self, job: Job[Work]) -> None:
        last: Progress | None = None

        def on_progress(done: int, total: int, stage: Stage) -> None:
            nonlocal last
            job.cancelled.check()
            progress = Progress(id=job.work.id, done=done, total=total, stage=stage)
            if progress != last:  # this is called hundreds of times, mostly with nothing new
                last = progress
                self._report(job, progress, ())

        buffers = [memoryview(frame).toreadonly() for frame in job.frames]
        with interruptible(job.cancelled):
            outcome = guarded(lambda: self._tasks.do(job.work, buffers, on_progress))
        if isinstance(outcome, GanInpaintError):
            self._report(job, Error.of(job.work.id, outcome), ())
        else:
            self._report(job, *outcome)
