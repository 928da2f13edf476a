"""The daemon's sockets: only this user's programs reach them, and only with the token of this start.

Nothing here waits, except `poll`. What a peer sends is bounded at every step: strangers in number, time and bytes,
clients in number, in the bytes of a message and in those of all that they send together; a client that does not read is
no longer read from, then dropped.
"""

from __future__ import annotations

import logging
import secrets
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from numpy.typing import NDArray

from gan_inpaint.errors import Busy, GanInpaintError, OutOfMemory
from gan_inpaint.protocol import Error, Limits, Reply, encode, read_id
from gan_inpaint.server import endpoint
from gan_inpaint.server.authentication import Authentication
from gan_inpaint.server.peer import Peer
from gan_inpaint.server.uploads import Uploads
from gan_inpaint_client import ClientError

log = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 2.0
_SILENCE_SECONDS = 10.0
_HANDSHAKE_SECONDS = 5.0
_LINGER_SECONDS = 5.0  # the last results may still be on their way to their clients when the daemon ends
_PAUSE_SECONDS = 0.5  # without accepting, when the process has no descriptor left
_MOST_STRANGERS = 32  # connections that have not shown the token; the oldest of more is dropped
_MOST_CLIENTS = 128

Client: TypeAlias = int
"""The number of a connection; no two have the same."""
Frames: TypeAlias = Sequence[NDArray[Any]]
"""The frames after a header: pixels, a mask, or none."""


@dataclass(frozen=True)
class Incoming:
    """A message: its sender and its frames, the header first."""

    client: Client
    frames: list[bytearray]


class Listener:
    """Context manager of the bound socket; `endpoint` and `token` are what a client needs to reach it.

    `gone` holds the clients that have gone, or were dropped, since it was last emptied.
    """

    def __init__(self, directory: Path, limits: Limits) -> None:
        self.token = secrets.token_hex(32)
        self.gone: list[Client] = []
        self._directory = directory
        self._limits = limits
        self._peers: dict[Client, Peer] = {}
        self._strangers: dict[Client, Authentication] = {}
        self._messages: dict[Client, deque[Incoming]] = {}
        self._uploads = Uploads(limits.message_bytes)
        self._selector = selectors.DefaultSelector()
        self._last_number = 0
        self._resume: float | None = None
        self._let_go = False

    def __enter__(self) -> Listener:
        self._socket, self.endpoint = endpoint.bind(self._directory)
        self._selector.register(self._socket, selectors.EVENT_READ)
        return self

    def __exit__(self, *_: object) -> None:
        self._send_the_rest()
        for peer in self._peers.values():
            peer.close()
        self._selector.close()
        self._socket.close()
        endpoint.remove(self._directory)

    def watch(self, other: socket.socket) -> None:
        """Let `poll` return when another socket can be read, too."""
        self._selector.register(other, selectors.EVENT_READ)

    def poll(self, seconds: float | None) -> None:
        """Wait until something comes, at most so long, and move the bytes that can be moved."""
        due = [each for each in (seconds, self._seconds_until_due()) if each is not None]
        for key, events in self._selector.select(min(due, default=None)):
            if key.fileobj is self._socket:
                self._accept()
            elif isinstance(key.data, Peer) and key.data.number in self._peers:
                self._move(key.data, events)
        self._look_after_peers()

    def receive(self) -> Incoming | None:
        """Return the next message, without waiting: one of each client in turn."""
        if not self._messages:
            return None
        client = next(iter(self._messages))
        queue = self._messages.pop(client)
        incoming = queue.popleft()
        if queue:
            self._messages[client] = queue
        self._uploads.taken(client, [len(frame) for frame in incoming.frames])
        self._answered(client)
        self._resume_waiting()
        return incoming

    def send(self, client: Client, reply: Reply, frames: Frames = ()) -> None:
        """Send without waiting; nothing is sent to a client that has gone."""
        peer = self._peers.get(client)
        if peer is not None and not peer.closing:
            peer.send(encode(reply), frames)
            self._flush(peer)

    def let_go(self) -> bool:
        """Return whether large blocks of memory may have become free since the last call."""
        found = self._let_go
        for peer in self._peers.values():
            found |= peer.large
            peer.large = False
        self._let_go = False
        return found

    # Connections

    def _accept(self) -> None:
        try:
            connected, _ = self._socket.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as problem:  # no descriptor, or no memory for one
            log.warning("cannot take another connection: %s", problem.strerror)
            self._selector.unregister(self._socket)
            self._resume = time.monotonic() + _PAUSE_SECONDS
            return
        if len(self._strangers) >= _MOST_STRANGERS:
            self._drop(self._peers[next(iter(self._strangers))], "it did not show the token in time")
        endpoint.prepare(connected)
        self._last_number += 1
        peer = Peer(self._last_number, connected)
        self._peers[peer.number] = peer
        self._strangers[peer.number] = Authentication(self.token)
        self._selector.register(connected, selectors.EVENT_READ, peer)
        self._flush(peer)

    def _move(self, peer: Peer, events: int) -> None:
        if events & selectors.EVENT_READ and peer.reading:
            self._read(peer)
        if peer.number in self._peers:
            self._flush(peer)

    def _read(self, peer: Peer) -> None:
        reason = ""
        try:
            ended = not peer.receive(partial(self._uploads.admit, peer.number))
        except OSError:
            ended = True
        except MemoryError:
            self._refuse(peer, "", OutOfMemory("There is not enough memory for this picture.", "Close other programs."))
            return
        try:
            while (message := peer.next_message()) is not None:
                self._take(peer, message)
        except ClientError as problem:
            ended, reason = True, problem.message
        if ended and peer.number in self._peers:
            self._drop(peer, reason)

    def _take(self, peer: Peer, message: list[bytearray]) -> None:
        authentication = self._strangers.get(peer.number)
        if authentication is None:
            self._messages.setdefault(peer.number, deque()).append(Incoming(peer.number, message))
            peer.unanswered += 1
            return
        if peer.closing:
            return
        try:
            reply = authentication.answer(message[0], len(message))
            if authentication.passed:
                self._let_in(peer)
        except GanInpaintError as problem:
            log.info("refused a connection: %s", problem.code)
            self._refuse(peer, read_id(bytes(message[0])), problem)
            return
        if reply is not None:
            peer.send(encode(reply))

    def _let_in(self, peer: Peer) -> None:
        """Make a stranger a client. Raises Busy."""
        if len(self._peers) - len(self._strangers) >= _MOST_CLIENTS:
            raise Busy("Too many programs are connected to the daemon.", "Close some of them.")
        del self._strangers[peer.number]
        peer.let_in(self._limits.message_bytes)

    def _refuse(self, peer: Peer, id: str, problem: GanInpaintError) -> None:
        """Tell a peer why, and hang up."""
        peer.send(encode(Error.of(id, problem)))
        peer.closing = True
        self._flush(peer)

    def _drop(self, peer: Peer, reason: str = "") -> None:
        self._watch(peer, 0)
        peer.close()
        del self._peers[peer.number]
        self._uploads.gone(peer.number)
        self._resume_waiting()
        self._let_go |= peer.large
        if self._strangers.pop(peer.number, None) is None:
            self.gone.append(peer.number)
        if reason:
            log.info("hung up on a client: %s", reason)

    # Bytes that go, and time that passes

    def _flush(self, peer: Peer) -> None:
        """Send what can be sent, and wait for what can happen next."""
        try:
            peer.flush()
        except OSError:
            self._drop(peer)
            return
        if peer.closing and not peer.sending:
            self._drop(peer)
            return
        self._watch(peer, selectors.EVENT_READ * peer.reading | selectors.EVENT_WRITE * peer.sending)

    def _watch(self, peer: Peer, wanted: int) -> None:
        """Let `poll` return at these events of a peer, and at no others."""
        watched = self._selector.get_map().get(peer.socket)
        if watched is not None and not wanted:
            self._selector.unregister(peer.socket)
        elif watched is None and wanted:
            self._selector.register(peer.socket, wanted, peer)
        elif watched is not None and watched.events != wanted:
            self._selector.modify(peer.socket, wanted, peer)

    def _answered(self, client: Client) -> None:
        """Note that a message is not in the queue any longer, and read again from a client that has sent too many."""
        peer = self._peers.get(client)
        if peer is None:
            return
        was_reading = peer.reading
        peer.unanswered -= 1
        if peer.reading and not was_reading:
            self._flush(peer)

    def _resume_waiting(self) -> None:
        """Read again from those who wait, as there may be room; who still has to wait says so at once."""
        for peer in list(self._peers.values()):
            if peer.waiting and peer.number in self._peers:
                peer.waiting = False
                peer.moved = time.monotonic()
                self._flush(peer)

    def _look_after_peers(self) -> None:
        now = time.monotonic()
        if self._resume is not None and now >= self._resume:
            self._selector.register(self._socket, selectors.EVENT_READ)
            self._resume = None
        for peer in list(self._peers.values()):
            if now >= self._end(peer):
                self._drop(peer, "it was silent for too long")
            elif peer.known and now >= self._next_ping(peer):
                peer.ping()
                self._flush(peer)

    def _seconds_until_due(self) -> float | None:
        due = [min(self._end(peer), self._next_ping(peer)) for peer in self._peers.values()]
        if self._resume is not None:
            due.append(self._resume)
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _end(self, peer: Peer) -> float:
        """Return when a peer is dropped, unless it moves before."""
        if peer.waiting:
            return float("inf")
        return peer.moved + _SILENCE_SECONDS if peer.known else peer.since + _HANDSHAKE_SECONDS

    def _next_ping(self, peer: Peer) -> float:
        return max(peer.moved, peer.pinged) + _HEARTBEAT_SECONDS if peer.known else float("inf")

    def _send_the_rest(self) -> None:
        until = time.monotonic() + _LINGER_SECONDS
        for peer in list(self._peers.values()):
            peer.closing = True
            self._flush(peer)
        while self._peers and (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                if isinstance(key.data, Peer):
                    self._flush(key.data)
                elif key.fileobj is not self._socket:
                    self._selector.unregister(key.fileobj)
                else:
                    self._selector.unregister(self._socket)
