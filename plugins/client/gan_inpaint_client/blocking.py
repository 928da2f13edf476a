"""A client that waits for its answers, and starts the daemon if it is not running."""

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
from .language import _
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

OnProgress = Callable[[Progress], None]

# What a runtime file that a killed daemon has left can lead to: no daemon, or another program at its port.
PERHAPS_STALE = ("no_daemon", "unauthorized", "connection_lost", "bad_reply", "stopping")

_BUSY_SECONDS = 0.5  # until work is sent again that the daemon had no room for
_IDLE_SECONDS = 5.0  # between requests the client answers no heartbeats, and the daemon hangs up after 10 s
_LEAST_SECONDS = 1.0  # to reach a daemon that has just been started


def connect(
    runtime_file: str | os.PathLike[str], command: Sequence[str] | None = None, timeout: float = 10.0
) -> Client:
    """Return a client that is connected to the daemon.

    Args:
        runtime_file: the file in which the daemon says where it listens; see docs/protocol.md.
        command: starts the daemon and ends once the daemon answers; run if no daemon answers. None: never start one.
        timeout: seconds until the daemon must have answered, including its start.

    Raises:
        ClientError: `no_daemon`, `cannot_start`, `unauthorized`, `timeout`, `connection_lost`, `bad_reply` or
            `protocol_mismatch`.
    """
    client = Client(runtime_file, command, timeout)
    client.open()
    return client


class Client:
    """Send requests to the daemon one after the other; a context manager, or closed by `close`.

    The client connects when it has to, and again after a pause. It can be used again after a failure. Every method
    raises ClientError, with the daemon's code or one of those of `connect`. A client belongs to one thread.

    Attributes:
        silence_seconds: seconds that the daemon may say nothing while it works on a request.
        stopping: the daemon ends after its current work and takes no other; known once it has answered.
    """

    silence_seconds = SILENCE_SECONDS
    stopping = False

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
        """Connect, and start the daemon if that is needed and allowed."""
        self._reach()

    def close(self) -> None:
        """Hang up; the daemon drops the work in progress."""
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None

    def hang_up(self) -> None:
        """Drop the work in progress, from any thread; the one that waits for it raises `connection_lost` at once."""
        if (conversation := self._conversation) is not None:
            conversation.hang_up()

    def hello(self) -> dict[str, Any]:
        """Return the daemon's `welcome`: its version, models and limits."""
        return self._ask("hello", "welcome", client=CLIENT_NAME).header

    def ping(self) -> float:
        """Return the seconds that the daemon takes to answer."""
        start = time.monotonic()
        self._ask("ping", "pong")
        return time.monotonic() - start

    def status(self) -> dict[str, Any]:
        """Return the daemon's `status`: what it is doing."""
        return self._ask("status", "status").header

    def stop(self, now: bool = False) -> None:
        """Ask the daemon to end; it completes the current work first, or with `now` cancels it."""
        self._ask("stop", "stopping", now=now)
        self.close()

    def perform(self, request: Request[Answer], on_progress: OnProgress | None = None) -> Answer:
        """Send one of the requests of `requests` and return its answer; `on_progress` is as in `fill`."""
        while True:
            try:
                with self._opened() as conversation:
                    return conversation.perform(Job(conversation.messenger, request), self.silence_seconds, on_progress)
            except ClientError as problem:
                if problem.code != "busy":
                    raise
            if on_progress is not None:
                on_progress(Progress(done=0, total=0, stage="waiting"))
            time.sleep(_BUSY_SECONDS)

    def fill(self, pixels: Buffer, mask: Buffer, *, on_progress: OnProgress | None = None, **fields: Any) -> FillReply:
        """Fill the hole of a picture; `fields` are the other fields of FillRequest.

        `on_progress` is called at least once a second while the daemon works, or has no room for the work yet. What it
        raises ends the fill.
        """
        return self.perform(FillRequest(pixels, mask, **fields), on_progress)

    def detect(self, pixels: Buffer, *, on_progress: OnProgress | None = None, **fields: Any) -> DetectionReply:
        """Find the damage of a picture; `fields` are the other fields of DetectRequest, `on_progress` as in `fill`."""
        return self.perform(DetectRequest(pixels, **fields), on_progress)

    def select(self, detection: DetectionReply, **fields: Any) -> DetectionReply:
        """Select other damage from the same damage map; `fields` are the options of SelectRequest.

        Raises ClientError `heatmap_gone` if the daemon no longer has the damage map.
        """
        width, height = detection.header["width"], detection.header["height"]
        return self.perform(SelectRequest(detection.damage_map, width, height, **fields), None)

    def repair(
        self, pixels: Buffer, mask: Buffer, *, on_progress: OnProgress | None = None, **fields: Any
    ) -> RepairReply:
        """Find the damage of a picture and repair it; `fields` are the other fields of RepairRequest.

        Raises ClientError `nothing_found` if there is no damage. `on_progress` is as in `fill`.
        """
        return self.perform(RepairRequest(pixels, mask, **fields), on_progress)

    def _ask(self, request: str, answer: str, **keys: Any) -> Reply:
        with self._opened() as conversation:
            return conversation.ask(request, answer, self.silence_seconds, **keys)

    def _reach(self) -> Conversation:
        """Open a new conversation, and start the daemon if that is needed and allowed."""
        self.close()
        deadline = time.monotonic() + self._timeout
        try:
            self._conversation = self._begun(deadline)
        except ClientError as problem:
            if self._command is None or problem.code not in PERHAPS_STALE:
                raise
            self._conversation = self._started(self._command, deadline)
        if self.stopping and self._command is not None:
            self.close()
            self._conversation = self._started(self._command, deadline)
        self._last_used = time.monotonic()
        return self._conversation

    def _started(self, command: Sequence[str], deadline: float) -> Conversation:
        """Start the daemon by `command` and open a conversation with it."""
        with DaemonStart(command) as start:
            start.wait(deadline - time.monotonic())
        try:
            return self._begun(max(deadline, time.monotonic() + _LEAST_SECONDS))
        except ClientError as problem:
            if problem.code != "no_daemon":
                raise
            raise ClientError(
                "cannot_start",
                _("The GAN Inpaint daemon was started, but cannot be reached from here."),
                _(
                    "It is looked for in {path}. “gan-inpaint plugin status” shows what your editor lacks. ({problem})"
                ).format(path=self._runtime_file, problem=problem.message),
            ) from problem

    def _begun(self, deadline: float) -> Conversation:
        """Open a conversation and wait for the daemon's first answer."""
        info = read_runtime_file(self._runtime_file)
        conversation = Conversation(info, deadline - time.monotonic())
        try:
            welcome = conversation.ask("hello", "welcome", deadline - time.monotonic(), client=CLIENT_NAME)
            self.stopping = welcome.header["stopping"]
        except BaseException:
            conversation.close()
            raise
        return conversation

    @contextmanager
    def _opened(self) -> Iterator[Conversation]:
        """Lend the conversation for one request, and close it if that fails, so that no answer comes late."""
        idle = time.monotonic() - self._last_used > _IDLE_SECONDS
        conversation = self._reach() if idle or self._conversation is None else self._conversation
        try:
            yield conversation
        except BaseException:
            self.close()
            raise
        self._last_used = time.monotonic()
