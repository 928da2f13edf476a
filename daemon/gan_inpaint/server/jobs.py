"""The work that clients wait for: one piece runs, a bounded number waits."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import zmq

from gan_inpaint.errors import BadRequest, Busy
from gan_inpaint.protocol import Limits, Progress, Work


@dataclass(eq=False, slots=True)
class Job:
    """Work for one client. The worker reads it; only the socket loop changes it.

    Attributes:
        frames: the pixels and the mask, as far as the request has them.
        cancelled: set to end the work at its next window.
        abandoned: the client is gone and gets no replies.
        progress: the progress that was sent last, or is sent next.
        sent_at: when it was sent, in the time of `time.monotonic`.
    """

    client: bytes
    work: Work
    frames: list[zmq.Frame]
    cancelled: threading.Event = field(default_factory=threading.Event)
    abandoned: bool = False
    progress: Progress = field(init=False)
    sent_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.progress = Progress(id=self.work.id, done=0, total=0, stage="waiting")

    @property
    def pixel_bytes(self) -> int:
        """Bytes of its pixels."""
        return sum(self.work.frames[:1])


class Jobs:
    """The work that runs and the work that waits. Used by the socket loop only."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: deque[Job] = deque()
        self.running: Job | None = None

    def __iter__(self) -> Iterator[Job]:
        if self.running is not None:
            yield self.running
        yield from self._waiting

    def __bool__(self) -> bool:
        return self.running is not None or bool(self._waiting)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, job: Job) -> None:
        """Queue a piece of work.

        Raises:
            Busy: as much work, or as many bytes of pixels, wait as the limits allow.
            BadRequest: the client already has work of that `id`.
        """
        if self.find(job.client, job.work.id) is not None:
            raise BadRequest(f"A request of the id “{job.work.id}” is under way already.")
        waiting_bytes = sum(other.pixel_bytes for other in self._waiting)
        full = waiting_bytes + job.pixel_bytes > self._limits.frame_bytes
        if len(self._waiting) >= self._limits.queue or (self._waiting and full):
            raise Busy("The daemon has too much to do already.", "Try again when what is under way is finished.")
        self._waiting.append(job)

    def start_next(self) -> Job | None:
        """Return what to run now, or None while one runs or none waits."""
        if self.running is not None or not self._waiting:
            return None
        self.running = self._waiting.popleft()
        return self.running

    def find(self, client: bytes, id: str) -> Job | None:
        return next((job for job in self if job.client == client and job.work.id == id), None)

    def remove_waiting(self, job: Job) -> None:
        self._waiting.remove(job)

    def take_waiting(self) -> list[Job]:
        """Empty the queue and return what was in it."""
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def drop_client(self, client: bytes) -> int:
        """Drop the work of a client that is gone, at its next window if it runs; return how many pieces."""
        dropped = [job for job in self if job.client == client]
        for job in dropped:
            job.abandoned = True
            job.cancelled.set()
        self._waiting = deque(job for job in self._waiting if job.client != client)
        return len(dropped)
