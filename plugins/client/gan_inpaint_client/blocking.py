"""A client that waits for its answers, and starts the daemon where it is not running."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .conversation import Conversation
from .errors import ClientError
from .job import SILENCE_SECONDS, Answer, Job, Progress, Request
from .launch import DaemonStart
from .messages import CLIENT_NAME, Reply
from .requests import (
    DetectionReply,
    DetectRequest,
    FillReply,
    FillRequest,
    RepairReply,
    RepairRequest,
    SelectRequest,
)
from .runtime_file import read_runtime_file

if TYPE_CHECKING:
    from .zmtp import Buffer

# Failures that the runtime file of a daemon that was killed can lead to: nobody, or a stranger at its port.
PERHAPS_STALE = ("no_daemon", "unauthorized", "connection_lost", "bad_reply")

_IDLE_SECONDS = 5.0  # nobody answers the daemon's heartbeats between requests, and after 10 s it hangs up
_LEAST_SECONDS = 1.0  # to reach a daemon that has just been started


def connect(
    runtime_file: str | os.PathLike[str], command: Sequence[str] | None = None, timeout: float = 10.0
) -> Client:
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
        self._conversation: Conversation | None = None
        self._last_used = 0.0

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect, starting the daemon where that is needed and allowed."""
        self._reach()

    def close(self) -> None:
        """Hang up; a fill under way is dropped by the daemon."""
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None

    def hello(self) -> dict[str, Any]:
        """The daemon's `welcome`: its version, models and limits."""
        return self._ask("hello", "welcome", client=CLIENT_NAME).header

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
        grow: int = 2,
        feather: int = 0,
        quality: str = "normal",
        on_progress: Callable[[Progress], None] | None = None,
    ) -> FillReply:
        """Fill the hole of a picture; the arguments are those of FillRequest.

        `on_progress` is called as the work goes on, at least once a second; what it raises ends the fill.
        """
        request = FillRequest(pixels, mask, width, height, layout, depth, transfer, model, grow, feather, quality)
        return self._perform(request, on_progress)

    def detect(
        self,
        pixels: Buffer,
        *,
        width: int,
        height: int,
        layout: str,
        depth: str,
        transfer: str = "srgb",
        sensitivity: float = 0.5,
        kinds: str = "both",
        grow: int = 2,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> DetectionReply:
        """Find the damage of a picture; the arguments are those of DetectRequest, `on_progress` as in `fill`."""
        request = DetectRequest(pixels, width, height, layout, depth, transfer, sensitivity, kinds, grow)
        return self._perform(request, on_progress)

    def select(
        self, detection: DetectionReply, *, sensitivity: float = 0.5, kinds: str = "both", grow: int = 2
    ) -> DetectionReply:
        """Select otherwise of what was found; the daemon does not look at the picture again.

        Raises ClientError `heatmap_gone` where that was too long ago.
        """
        found = detection.header
        request = SelectRequest(found["heatmap"], found["width"], found["height"], sensitivity, kinds, grow)
        return self._perform(request, None)

    def repair(
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
        quality: str = "normal",
        sensitivity: float = 0.5,
        kinds: str = "both",
        grow: int = 2,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> RepairReply:
        """Find the damage of a picture and repair it; the arguments are those of RepairRequest, `on_progress` as in
        `fill`.

        Raises ClientError `nothing_found` where there is none.
        """
        request = RepairRequest(
            *(pixels, mask, width, height, layout, depth, transfer, model, quality), sensitivity, kinds, grow
        )
        return self._perform(request, on_progress)

    def _perform(self, request: Request[Answer], on_progress: Callable[[Progress], None] | None) -> Answer:
        with self._opened() as conversation:
            return conversation.perform(Job(conversation.messenger, request), self.silence_seconds, on_progress)

    def _ask(self, request: str, answer: str, **keys: Any) -> Reply:
        with self._opened() as conversation:
            return conversation.ask(request, answer, self.silence_seconds, **keys)

    def _reach(self) -> Conversation:
        """A new conversation, with a daemon that is started where that is needed and allowed."""
        self.close()
        deadline = time.monotonic() + self._timeout
        try:
            self._conversation = self._begun(deadline)
        except ClientError as problem:
            if self._command is None or problem.code not in PERHAPS_STALE:
                raise
            self._conversation = self._started(self._command, deadline)
        self._last_used = time.monotonic()
        return self._conversation

    def _started(self, command: Sequence[str], deadline: float) -> Conversation:
        """A conversation with a daemon that `command` starts."""
        with DaemonStart(command) as start:
            start.wait(deadline - time.monotonic())
        try:
            return self._begun(max(deadline, time.monotonic() + _LEAST_SECONDS))
        except ClientError as problem:
            if problem.code != "no_daemon":
                raise
            raise ClientError(
                "cannot_start",
                "The GAN Inpaint daemon was started, but cannot be reached from here.",
                f"It is looked for in {self._runtime_file}. “gan-inpaint plugin status” tells what your editor lacks. "
                f"({problem.message})",
            ) from problem

    def _begun(self, deadline: float) -> Conversation:
        """A conversation in which the daemon has answered."""
        info = read_runtime_file(self._runtime_file)
        conversation = Conversation(info, deadline - time.monotonic())
        try:
            conversation.ask("hello", "welcome", deadline - time.monotonic(), client=CLIENT_NAME)
        except BaseException:
            conversation.close()
            raise
        return conversation

    @contextmanager
    def _opened(self) -> Iterator[Conversation]:
        """The conversation, for one request; it is closed where that fails, so that no answer comes late."""
        idle = time.monotonic() - self._last_used > _IDLE_SECONDS
        conversation = self._reach() if idle or self._conversation is None else self._conversation
        try:
            yield conversation
        except BaseException:
            self.close()
            raise
        self._last_used = time.monotonic()
