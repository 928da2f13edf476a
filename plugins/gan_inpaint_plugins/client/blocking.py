"""A client that waits for its answers, and starts the daemon where it is not running."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .errors import ClientError
from .fill import SILENCE_SECONDS, FillJob, FillReply, FillRequest, Progress
from .launch import DaemonStart
from .messages import Messenger, Reply
from .runtime_file import read_runtime_file
from .stream import Stream, timed_out

if TYPE_CHECKING:
    from .zmtp import Buffer

_HEARTBEAT_SECONDS = 2.0
_IDLE_SECONDS = 5.0  # nobody answers the daemon's heartbeats between requests, and after 10 s it hangs up
_LEAST_SECONDS = 1.0  # to reach a daemon that has just been started
# What a runtime file can lead to that a daemon left behind when it was killed: nothing, or a stranger at its port.
_PERHAPS_STALE = ("no_daemon", "unauthorized", "connection_lost", "bad_reply")


def connect(runtime_file: str | os.PathLike[str], command: Sequence[str] | None = None, timeout: float = 10.0) -> Client:
    """A client of the daemon whose runtime file is named; it has answered.

    Args:
        runtime_file: what the daemon writes; see docs/protocol.md.
        command: starts the daemon and ends once it answers; run where no daemon answers. None: never start one.
        timeout: seconds until the daemon must have answered, its start included.

    Raises:
        ClientError: `no_daemon`, `cannot_start`, `unauthorized`, `timeout`, `connection_lost`, `bad_reply` or
            `protocol_mismatch`.
    """
    client = Client(runtime_file, command, timeout)
    client.open()
    return client


class Client:
    """Asks the daemon, one request after the other. To be used as a context manager, or closed by `close`.

    The connection is opened when it is needed, and anew after a pause. After a failure the client can be used again.
    Every method raises ClientError: with the daemon's code, or as `connect` says. Not for several threads at once.

    Attributes:
        silence_seconds: how long the daemon may say nothing while it works on a request.
    """

    silence_seconds = SILENCE_SECONDS

    def __init__(
        self, runtime_file: str | os.PathLike[str], command: Sequence[str] | None = None, timeout: float = 10.0
    ) -> None:
        self._runtime_file = runtime_file
        self._command = command
        self._timeout = timeout
        self._stream: Stream | None = None
        self._messenger = Messenger("")
        self._last_used = 0.0

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect, starting the daemon where that is needed and allowed."""
        self.close()
        deadline = time.monotonic() + self._timeout
        try:
            self._attach(deadline)
        except ClientError as problem:
            if self._command is None or problem.code not in _PERHAPS_STALE:
                raise
            with DaemonStart(self._command) as start:
                start.wait(deadline - time.monotonic())
            self._attach(max(deadline, time.monotonic() + _LEAST_SECONDS))

    def close(self) -> None:
        """Hang up; a fill under way is dropped by the daemon."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def hello(self) -> dict[str, Any]:
        """The daemon's `welcome`: its version, models and limits."""
        return self._ask("hello", "welcome", client="client").header

    def ping(self) -> float:
        """Seconds that the daemon takes to answer."""
        start = time.monotonic()
        self._ask("ping", "pong")
        return time.monotonic() - start

    def status(self) -> dict[str, Any]:
        """What the daemon is doing: its `status`."""
        return self._ask("status", "status").header

    def stop(self) -> None:
        """Ask the daemon to end; it finishes the fill that it works on first."""
        self._ask("stop", "stopping")
        self.close()

    def fill(
        self,
        pixels: Buffer,
        mask: Buffer,
        *,
        width: int,
        height: int,
        layout: str,
        depth: str,
        transfer: str = "srgb",
        model: str = "default",
        grow: int = 4,
        feather: int = 0,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> FillReply:
        """Fill the hole of a picture; the arguments are those of FillRequest.

        `on_progress` is called as the work goes on, at least once a second; what it raises ends the fill.
        """
        request = FillRequest(pixels, mask, width, height, layout, depth, transfer, model, grow, feather)
        with self._opened() as (stream, messenger):
            job = FillJob(messenger, request)
            while True:
                event = self._awaited(stream, messenger, job.next_event)
                if isinstance(event, FillReply):
                    return event
                if on_progress is not None:
                    on_progress(event)

    def _ask(self, request: str, answer: str, **keys: Any) -> Reply:
        """The reply of type `answer` to a request without frames."""
        with self._opened() as (stream, messenger):
            return self._asked(stream, messenger, self.silence_seconds, request, answer, **keys)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Stream, Messenger]]:
        """The connection, for one request; it is closed where that fails, so that no answer comes late."""
        if self._stream is None or time.monotonic() - self._last_used > _IDLE_SECONDS:
            self.open()
        assert self._stream is not None
        try:
            yield self._stream, self._messenger
        except BaseException:
            self.close()
            raise
        self._last_used = time.monotonic()
