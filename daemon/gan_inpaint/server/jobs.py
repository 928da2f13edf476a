"""The work that clients wait for: one piece runs, a bounded number waits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gan_inpaint.errors import BadRequest, Busy
from gan_inpaint.models.interruption import Interruption
from gan_inpaint.protocol import Get, Limits, Progress, Work

Kind = TypeVar("Kind", bound=Work | Get, covariant=True)


@dataclass(eq=False, slots=True)
class Job(Generic[Kind]):
    """Work for one client. The thread that does it reads it; only the socket loop changes it.

    Attributes:
        frames: the pixels and the mask, as far as the request has them.
        cancelled: set to end the work, also in the middle of a network's run.
        abandoned: the client is gone and gets no replies.
        progress: the progress that was sent last, or is sent next.
        sent_at: when it was sent, in the time of `time.monotonic`.
    """

    client: int
    work: Kind
    frames: list[bytearray]
    cancelled: Interruption = field(default_factory=Interruption)
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
    """The work that runs and the work that waits, of each client in its order. Used by the socket loop only.

    The clients take turns, so that none waits for all that another one has asked for.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: dict[int, deque[Job[Work]]] = {}  # the client whose turn is next comes first
        self.running: Job[Work] | None = None

    def __iter__(self) -> Iterator[Job[Work]]:
        if self.running is not None:
            yield self.running
        for queue in self._waiting.values():
            yield from queue

    def __bool__(self) -> bool:
        return self.running is not None or bool(self._waiting)

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, job: Job[Work]) -> None:
        """Queue a piece of work.

        Raises:
            Busy: the client has as much work waiting as the limits allow, or all clients have as many bytes of pixels.
            BadRequest: the client already has work of that `id`.
        """
        if self.find(job.client, job.work.id) is not None:
            raise BadRequest(f"A request of the id “{job.work.id}” is under way already.")
        mine = self._waiting.get(job.client, ())
        waiting_bytes = sum(other.pixel_bytes for queue in self._waiting.values() for other in queue)
        full = self._waiting and waiting_bytes + job.pixel_bytes > self._limits.frame_bytes
        if len(mine) >= self._limits.queue or full:
            raise Busy("The daemon has too much to do already.", "Try again when what is under way is finished.")
        self._waiting.setdefault(job.client, deque()).append(job)

    def start_next(self) -> Job[Work] | None:
        """Return what to run now, or None while one runs or none waits."""
        if self.running is not None or not self._waiting:
            return None
        client = next(iter(self._waiting))
        queue = self._waiting.pop(client)
        self.running = queue.popleft()
        if queue:
            self._waiting[client] = queue  # now behind the others
        return self.running

    def find(self, client: int, id: str) -> Job[Work] | None:
        return next((job for job in self if job.client == client and job.work.id == id), None)

    def remove_waiting(self, job: Job[Work]) -> None:
        queue = self._waiting[job.client]
        queue.remove(job)
        if not queue:
            del self._waiting[job.client]

    def take_waiting(self) -> list[Job[Work]]:
        """Empty the queue and return what was in it."""
        taken = [job for queue in self._waiting.values() for job in queue]
        self._waiting.clear()
        return taken

    def drop_client(self, client: int) -> int:
        """Drop the work of a client that is gone, and end what runs; return how many pieces."""
        dropped = list(self._waiting.pop(client, ()))
        if self.running is not None and self.running.client == client:
            dropped.append(self.running)
        for job in dropped:
            job.abandoned = True
            job.cancelled.set()
        return len(dropped)
