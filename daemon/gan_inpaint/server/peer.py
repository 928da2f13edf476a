"""One connection to the daemon: its socket, its bytes in and out, and whether it knows the token.

The bytes are counted, not the messages: a large frame that is on its way is no silence.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from gan_inpaint.server.uploads import COUNTED_BYTES
from gan_inpaint_client.zmtp import Connection

STRANGERS_BYTES = 4 * 1024
"""The largest message of a peer that has not shown that it knows the token."""

_TURN_BYTES = 4 * 2**20  # received from one peer before it is another's turn
_MOST_UNANSWERED = 64  # messages; above it, nothing more is read from their client
_LEAST_BYTES = 16 * 2**10  # for which a smaller piece counts
_PILE_BYTES = 2**20  # of answers that wait to be taken; above it, nothing more is read from their client
_LARGE_BYTES = 2**20  # a block of memory that is worth giving back to the system


class Peer:
    """The daemon's side of one connection. `number` is its name for the rest of the daemon.

    Attributes:
        known: it has shown that it knows the token.
        closing: it is hung up on when it has taken what is still to be sent.
        since: when it connected, in the time of `time.monotonic`.
        moved: when bytes last came, or were taken that had to wait.
        pinged: when a heartbeat was last sent.
        large: large blocks of memory have passed through it since this was last cleared.
        waiting: its picture waits until those of others have come; nothing is read meanwhile.
        unanswered: how many messages of it wait for their turn.
    """

    def __init__(self, number: int, connected: socket.socket) -> None:
        self.number = number
        self.socket = connected
        self.known = False
        self.closing = False
        self.since = self.moved = self.pinged = time.monotonic()
        self.large = False
        self.waiting = False
        self.unanswered = 0
        self._connection = Connection(STRANGERS_BYTES, b"ROUTER")
        self._outgoing: deque[memoryview] = deque()
        self._piled = 0
        self._blocked = False

    def let_in(self, message_bytes: int) -> None:
        """Take messages of up to so many bytes from now on."""
        self.known = True
        self._connection.limit_messages(message_bytes)

    # What comes

    @property
    def reading(self) -> bool:
        """Whether more is read from it: not while it does not take its answers, nor while it or its messages wait."""
        crowded = self._piled > _PILE_BYTES or self.unanswered > _MOST_UNANSWERED
        return not (self.closing or self.waiting or crowded)

    def receive(self, admits: Callable[[int], bool]) -> bool:
        """Take in what has come, without waiting; return False at the end. Raises OSError, MemoryError.

        `admits` is asked whether a large frame of so many bytes may come; if not, the peer is `waiting`.
        """
        left = _TURN_BYTES if self.known else 1
        while left > 0:
            announced = self._connection.announced
            self.waiting = announced >= COUNTED_BYTES and not admits(announced)
            if self.waiting:
                return True
            # No byte of what follows: it may be large, or come after the proof.
            buffer = self._connection.get_buffer()[: self._connection.missing]
            self.large |= len(buffer) >= _LARGE_BYTES
            try:
                count = self.socket.recv_into(buffer)
            except (BlockingIOError, InterruptedError):
                return True
            if not count:
                return False
            self.moved = time.monotonic()
            self._connection.buffer_updated(count)
            left -= max(count, _LEAST_BYTES)
        return True

    def next_message(self) -> list[bytearray] | None:
        """Return the next message, None until more has come. Raises ClientError if none can follow."""
        return self._connection.next_message()

    # What goes

    @property
    def sending(self) -> bool:
        """Whether it has bytes to take."""
        self._collect()
        return bool(self._outgoing)

    def send(self, header: bytes, frames: Sequence[Any] = ()) -> None:
        """Queue a message; its frames are contiguous arrays, which are not copied."""
        self._connection.send([header, *(memoryview(frame).cast("B") for frame in frames)])
        self._collect()

    def ping(self) -> None:
        """Queue a heartbeat, which it has to answer."""
        self.pinged = time.monotonic()
        self._connection.ping()
        self._collect()

    def flush(self) -> None:
        """Send as much as it takes, without waiting. Raises OSError."""
        self._collect()
        while self._outgoing:
            piece = self._outgoing[0]
            try:
                count = self.socket.send(piece)
            except (BlockingIOError, InterruptedError):
                self._blocked = True
                return
            if self._blocked:  # what fits into the system's buffer says nothing about the peer
                self.moved = time.monotonic()
                self._blocked = False
            self._piled -= count
            if count == len(piece):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = piece[count:]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()
        self._outgoing.clear()
        self._connection.forget()

    def _collect(self) -> None:
        for piece in self._connection.outgoing():
            view = memoryview(piece)
            if len(view):
                self.large |= len(view) >= _LARGE_BYTES
                self._piled += len(view)
                self._outgoing.append(view)
