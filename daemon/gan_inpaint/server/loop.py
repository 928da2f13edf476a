"""The socket loop: reads requests, answers them, passes work to the worker and its replies to the clients.

Nothing here takes long, so that every request is answered at once, also while the worker works.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections import deque

from gan_inpaint import machine, protocol
from gan_inpaint.errors import BadRequest, Cancelled, GanInpaintError, TooLarge
from gan_inpaint.errors import Stopping as StoppingProblem
from gan_inpaint.protocol import (
    Cancel,
    Cancelling,
    ClientProof,
    Detection,
    Error,
    Get,
    Got,
    Hello,
    Models,
    ModelsRequest,
    Outcome,
    Picture,
    Ping,
    Pong,
    Progress,
    Prove,
    Reply,
    Request,
    Result,
    Status,
    StatusRequest,
    Stop,
    Stopping,
    Traced,
    Welcome,
    Work,
)
from gan_inpaint.server.downloads import Downloads
from gan_inpaint.server.guard import guarded
from gan_inpaint.server.jobs import Job, Jobs
from gan_inpaint.server.listener import Client, Frames, Incoming, Listener
from gan_inpaint.server.wake import Wake
from gan_inpaint.server.worker import Worker
from gan_inpaint.service import Service
from gan_inpaint.version import __version__

log = logging.getLogger(__name__)

_PROGRESS_SECONDS = 0.9  # the longest silence toward a client
_MESSAGES_A_TURN = 32  # answered before the worker's replies and the progress are sent
_TRIM_SECONDS = 2.0  # after large blocks of memory have become free
_LAST_CALL_SECONDS = 10.0  # for cancelled work; what has not ended by then is left behind with the process


class Loop:
    """Serves the clients of one listener until `stop`."""

    def __init__(self, listener: Listener, service: Service, wake: Wake) -> None:
        self._listener = listener
        self._limits = service.limits
        self._service = service
        self._wake = wake
        self._jobs = Jobs(service.limits)
        self._news: deque[tuple[Job[Work | Get], Progress | Outcome, Frames]] = deque()
        self._worker = Worker(service, self._report, self._worker_ended)
        self._downloads = Downloads(service, self._report)
        listener.watch(wake.inbox)
        self._started = time.monotonic()
        self._fills = 0
        self._stopping = False
        self._interrupt_at: float | None = None
        self._trim_at: float | None = None
        self._cannot_work = False

    def run(self) -> bool:
        """Serve until `stop`; the work that runs then is finished first. Return whether all work has ended."""
        self._worker.start()
        while (self._jobs or not self._stopping) and not self._overdue():
            self._turn()
        self._downloads.finish(_LAST_CALL_SECONDS)
        return self._worker.finish(_LAST_CALL_SECONDS)

    def stop(self, patience: float = math.inf) -> None:
        """Ask the loop to end; can be called from a signal handler whose signal also rings the wake.

        The work that runs is cancelled after `patience` seconds.
        """
        self._stopping = True
        if patience < math.inf:
            at = time.monotonic() + patience
            self._interrupt_at = at if self._interrupt_at is None else min(at, self._interrupt_at)

    def _overdue(self) -> bool:
        """Cancel work for which nobody waits any longer; return whether it goes on long after that."""
        running, now = self._jobs.running, time.monotonic()
        if self._interrupt_at is None or now < self._interrupt_at or running is None:
            return False
        running.cancelled.set()
        return now >= self._interrupt_at + _LAST_CALL_SECONDS

    def _report(self, job: Job[Work | Get], reply: Progress | Outcome, frames: Frames) -> None:
        """Take a reply of the worker, in its thread."""
        self._news.append((job, reply, frames))
        self._wake.ring()

    def _worker_ended(self) -> None:
        """Note that the worker has ended, in its thread."""
        self._cannot_work = True
        self._wake.ring()

    def _turn(self) -> None:
        self._listener.poll(self._seconds_until_due())
        if self._cannot_work:
            raise RuntimeError("the thread that works has ended")  # better no daemon than clients that wait for ever
        self._wake.quiet()
        while self._news:
            self._pass_on(*self._news.popleft())
        for _ in range(_MESSAGES_A_TURN):
            incoming = self._listener.receive()
            if incoming is None:
                break
            self._handle(incoming)
        else:
            self._wake.ring()  # there may be more
        self._forget_the_gone()
        if self._stopping:
            self._refuse_waiting()
        if job := self._jobs.start_next():
            self._worker.submit(job)
        self._tell_progress()
        self._trim()

    def _seconds_until_due(self) -> float | None:
        due = [job.sent_at + _PROGRESS_SECONDS for job in (*self._jobs, *self._downloads)]
        if self._jobs.running is not None and self._interrupt_at is not None:
            cancelled = self._jobs.running.cancelled.is_set()
            due.append(self._interrupt_at + (_LAST_CALL_SECONDS if cancelled else 0))
        if self._trim_at is not None:
            due.append(self._trim_at)
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _forget_the_gone(self) -> None:
        gone, self._listener.gone = self._listener.gone, []
        for client in gone:
            self._downloads.drop_client(client)
            if dropped := self._jobs.drop_client(client):
                log.info("a client is gone; dropped %d request(s) of it", dropped)

    def _trim(self) -> None:
        """Give freed memory back to the system, some time after large messages have come or gone."""
        now = time.monotonic()
        if self._listener.let_go():
            self._trim_at = now + _TRIM_SECONDS
        elif self._trim_at is not None and now >= self._trim_at:
            self._trim_at = None
            machine.release_memory()

    # Requests

    def _handle(self, incoming: Incoming) -> None:
        header = incoming.frames[0]
        if len(header) > self._limits.header_bytes:
            problem = TooLarge(f"The header of a message has more than {self._limits.header_bytes} bytes.")
            self._send(incoming.client, Error.of("", problem))
            return
        replies = guarded(lambda: self._answer(protocol.decode_request(bytes(header)), incoming))
        if isinstance(replies, GanInpaintError):
            log.info("refused a request: %s", replies.code)
            replies = [Error.of(protocol.read_id(bytes(header)), replies)]
        for reply in replies:
            self._send(incoming.client, reply)

    def _answer(self, request: Request, incoming: Incoming) -> list[Reply]:
        if len(incoming.frames) > 1 and not isinstance(request, Work):
            raise BadRequest("The message has more frames than belong to it.")
        match request:
            case Prove() | ClientProof():
                raise BadRequest("This connection has shown that it knows the token already.")
            case Cancel():
                return self._cancel(request, incoming.client)
            case Hello():
                log.info("hello from %.200r", request.client)
                return [self._welcome(request.id)]
            case Ping():
                return [Pong(id=request.id)]
            case StatusRequest():
                return [self._status(request.id)]
            case ModelsRequest():
                return [Models(id=request.id, installed=self._service.installed(), published=self._service.published())]
            case Get():
                if self._stopping:
                    raise _stopping()
                self._downloads.start(incoming.client, request)
                return []
            case Stop():
                self.stop(0 if request.now else math.inf)
                return [Stopping(id=request.id)]
            case _:
                self._queue(request, incoming)
                return []

    def _queue(self, work: Work, incoming: Incoming) -> None:
        _, *frames = incoming.frames
        protocol.check_sizes(work, [len(frame) for frame in frames], self._limits)
        if self._stopping:
            raise _stopping()
        self._jobs.add(Job(incoming.client, work, frames))

    def _cancel(self, request: Cancel, client: Client) -> list[Reply]:
        ended = Error.of(request.target, Cancelled("The work was cancelled."))
        if (download := self._downloads.find(client, request.target)) is not None:
            self._downloads.leave(download)  # a site that is silent would keep the user waiting
            return [Cancelling(id=request.id, found=True), ended]
        job = self._jobs.find(client, request.target)
        if job is None:
            return [Cancelling(id=request.id, found=False)]
        job.cancelled.set()
        if job is self._jobs.running:
            return [Cancelling(id=request.id, found=True)]  # the worker ends it at its next window
        self._jobs.remove_waiting(job)
        return [Cancelling(id=request.id, found=True), ended]

    def _welcome(self, id: str) -> Welcome:
        models = self._service.offered()
        return Welcome(
            id=id,
            version=__version__,
            pid=os.getpid(),
            models=models,
            limits=self._limits,
            stopping=self._stopping,
        )

    def _status(self, id: str) -> Status:
        return Status(
            id=id,
            version=__version__,
            pid=os.getpid(),
            endpoint=self._listener.endpoint,
            uptime_seconds=round(time.monotonic() - self._started, 1),
            fills=self._fills,
            queued=self._jobs.waiting,
            running=int(self._jobs.running is not None),
            memory_mib=round(machine.resident_mib(), 1),
            threads=self._service.threads,
            providers_available=self._service.providers_available(),
            sessions=self._service.sessions(),
        )

    # Replies about work

    def _pass_on(self, job: Job[Work | Get], reply: Progress | Outcome, frames: Frames) -> None:
        if isinstance(reply, Progress):
            job.progress = reply
        elif job in self._downloads:
            self._downloads.forget(job)
            _log_end(job, reply)
        else:
            self._jobs.running = None
            self._fills += isinstance(reply, Result)
            _log_end(job, reply)
        if not job.abandoned:
            job.sent_at = time.monotonic()
            self._send(job.client, reply, frames)

    def _tell_progress(self) -> None:
        now = time.monotonic()
        for job in [job for job in (*self._jobs, *self._downloads) if now - job.sent_at >= _PROGRESS_SECONDS]:
            job.sent_at = now
            if not job.abandoned:
                self._send(job.client, job.progress)

    def _refuse_waiting(self) -> None:
        for job in self._jobs.take_waiting():
            self._send(job.client, Error.of(job.work.id, _stopping()))
        for download in self._downloads:
            self._downloads.leave(download)
            self._send(download.client, Error.of(download.work.id, _stopping()))

    def _send(self, client: Client, reply: Reply, frames: Frames = ()) -> None:
        self._listener.send(client, reply, frames)


def _log_end(job: Job[Work | Get], reply: Outcome) -> None:
    work = job.work
    crop = f" {work.width}×{work.height} {work.layout} {work.depth}" if isinstance(work, Picture) else ""
    if isinstance(reply, Result):
        verb, by = "repaired" if reply.found else "filled", reply.filled_by
        how = f"{reply.windows} windows) by {by.model} on {by.provider}"
        log.info("%s%s in %.2f s (%s", verb, crop, reply.seconds, how)
    elif isinstance(reply, Got):
        log.info("downloaded and installed the model %s", reply.name)
    elif isinstance(reply, Detection):
        log.info("searched for damage%s in %.2f s (%d components)", crop, reply.seconds, reply.found)
    elif isinstance(reply, Traced):
        log.info("traced a line%s in %.2f s (%d pixels)", crop, reply.seconds, reply.length)
    else:
        log.info("did not %s%s: %s", type(work).__name__.lower(), crop, reply.code)


def _stopping() -> StoppingProblem:
    return StoppingProblem("The daemon is stopping.", "Start it again, then try once more.")
