"""An open connection to the daemon on which a caller waits for its answer, with a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import bad_reply
from .job import Answer, Job, Progress
from .messages import Messenger, Reply
from .stream import Stream, timed_out

if TYPE_CHECKING:
    from .runtime_file import RuntimeInfo

_HEARTBEAT_SECONDS = 2.0
_SENDING_SECONDS = 0.2  # between reports of how much has been sent


class Conversation:
    """A connection to the daemon, opened at once.

    Raises:
        ClientError: `no_daemon` if nothing listens, `timeout` after `seconds`.
    """

    def __init__(self, info: RuntimeInfo, seconds: float) -> None:
        self.messenger = Messenger(info.token)
        self._stream = Stream(info.address, seconds)

    def close(self) -> None:
        self._stream.close()

    def hang_up(self) -> None:
        """End the connection from any thread; a thread that waits raises `connection_lost` at once."""
        self._stream.hang_up()

    def ask(self, request: str, answer: str, seconds: float, **keys: Any) -> Reply:
        """Send a request without frames and return its reply, of the type `answer`, within `seconds`.

        Raises:
            ClientError: the daemon's code, `timeout`, `unauthorized`, `connection_lost` or `bad_reply`.
        """
        id = self.messenger.request(request, **keys)
        until = time.monotonic() + seconds
        while (reply := self.messenger.next_reply(id)) is None:
            self._send(seconds)
            self._receive(until)
        if reply.type != answer:
            raise bad_reply(f"it answers “{request}” with “{reply.type}”")
        return reply

    def perform(self, job: Job[Answer], silence: float, on_progress: Callable[[Progress], None] | None) -> Answer:
        """Run a job over this conversation's messenger and return its answer.

        Raises:
            ClientError: as `ask`; `timeout` if no message comes for `silence` seconds. A heartbeat is no message.
        """
        traffic, until = -1, 0.0
        while True:
            event = job.next_event()
            if isinstance(event, tuple):
                return event
            if event is not None and on_progress is not None:
                on_progress(event)
            elif event is None:
                self._send(silence, on_progress)
                if self.messenger.connection.message_traffic != traffic:
                    traffic = self.messenger.connection.message_traffic
                    until = time.monotonic() + silence
                self._receive(until)

    def _send(self, seconds: float, on_progress: Callable[[Progress], None] | None = None) -> None:
        """Send what is queued; report the share of it that has gone if that takes long."""
        pieces = self.messenger.connection.outgoing()
        total, done = sum(map(len, pieces)), 0
        reported = time.monotonic()

        def on_sent(count: int) -> None:
            nonlocal done, reported
            done += count
            if on_progress is not None and time.monotonic() - reported > _SENDING_SECONDS:
                reported = time.monotonic()
                on_progress(Progress(done=done, total=total, stage="sending"))

        self._stream.send(pieces, seconds, on_sent)

    def _receive(self, until: float) -> None:
        """Receive what comes next; raise `timeout` once `until` has passed."""
        left = until - time.monotonic()
        if left <= 0:
            raise timed_out()
        connection = self.messenger.connection
        count = self._stream.receive_into(connection.get_buffer(), min(left, _HEARTBEAT_SECONDS))
        if count is None:
            connection.ping()
        elif count == 0:
            connection.feed_eof()
        else:
            connection.buffer_updated(count)
