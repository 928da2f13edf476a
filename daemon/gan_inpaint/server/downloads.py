"""Downloads of published models, each in a separate thread: they take minutes, and fills go on meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from gan_inpaint.errors import BadRequest, Busy, GanInpaintError
from gan_inpaint.protocol import Error, Get, Got, Outcome, Progress, Stage
from gan_inpaint.server.guard import guarded
from gan_inpaint.server.jobs import Job
from gan_inpaint.server.listener import Frames
from gan_inpaint.service import Service

Report: TypeAlias = Callable[[Job[Get], Progress | Outcome, Frames], None]

_PROGRESS_SECONDS = 0.1  # between two reports


class Downloads:
    """The downloads that run. Used by the socket loop only; `report` must be safe to call from any thread.

    One at a time counts. Another one may still be on its way to its end, when nobody waits for it any longer.
    """

    def __init__(self, service: Service, report: Report) -> None:
        self._service, self._report = service, report
        self._running: dict[Job[Get], threading.Thread] = {}

    def __iter__(self) -> Iterator[Job[Get]]:
        return iter([job for job in self._running if not job.abandoned])

    def __contains__(self, job: object) -> bool:
        return job in self._running

    def start(self, client: int, wanted: Get) -> None:
        """Begin a download.

        Raises:
            Busy: another one runs.
            BadRequest: that is of the same client and has the same `id`.
        """
        for job in self:
            if (job.client, job.work.id) == (client, wanted.id):
                raise BadRequest(f"A request of the id “{wanted.id}” is under way already.")
            raise Busy("Another model is being downloaded.", "Try again when that is done.")
        job = Job(client, wanted, [])
        thread = threading.Thread(target=self._get, args=(job, wanted), name="download", daemon=True)
        self._running[job] = thread
        thread.start()

    def find(self, client: int, id: str) -> Job[Get] | None:
        return next((job for job in self if (job.client, job.work.id) == (client, id)), None)

    def leave(self, job: Job[Get]) -> None:
        """Let a download end when its next bytes come, and report nothing of it any more."""
        job.abandoned = True
        job.cancelled.set()

    def drop_client(self, client: int) -> None:
        """Leave what a client has asked for that is gone."""
        for job in self:
            if job.client == client:
                self.leave(job)

    def forget(self, job: Job[Any]) -> None:
        """Forget a download that has ended."""
        self._running.pop(job, None)

    def finish(self, seconds: float) -> None:
        """Wait until all have ended and removed their files, at most so long."""
        until = time.monotonic() + seconds
        for thread in self._running.values():
            thread.join(max(0.0, until - time.monotonic()))

    def _get(self, job: Job[Get], wanted: Get) -> None:
        """Download, in the thread."""
        said = 0.0

        def on_bytes(done: int, total: int) -> None:
            nonlocal said
            job.cancelled.check()
            now = time.monotonic()
            if done == total or now - said > _PROGRESS_SECONDS:
                said = now
                stage: Stage = "checking" if done == total else "downloading"
                self._report(job, Progress(id=wanted.id, done=done, total=total, stage=stage), ())

        outcome = guarded(lambda: self._service.get_published(wanted.name, on_bytes))
        got = Got(id=wanted.id, name=wanted.name)
        self._report(job, Error.of(wanted.id, outcome) if isinstance(outcome, GanInpaintError) else got, ())
