"""One side of a ZMTP 3 connection with the NULL mechanism, as a state machine without input or output.

    greeting ──► READY ──► messages, PING/PONG

Received bytes go to `feed`, or in place through `get_buffer` and `buffer_updated`. `outgoing` gives the bytes to send,
`next_message` the received messages; it raises once no message can follow. The editors' Pythons have no pyzmq, so the
client speaks ZMTP itself, and the daemon does so with the same code: libzmq has no limits for whole messages, and
takes a large frame that is still on its way for silence.

Source: RFC 37/ZMTP 3.1 (https://rfc.zeromq.org/spec/37/).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .errors import ClientError, bad_reply
from .frames import COMMAND, MORE, Frame, FrameReader, head
from .language import _

if TYPE_CHECKING:
    from typing import TypeAlias

    Buffer: TypeAlias = bytes | bytearray | memoryview

_SIGNATURE = b"\xff" + bytes(8) + b"\x7f"
_MECHANISM = b"NULL".ljust(20, b"\0")
_GREETING = _SIGNATURE + b"\x03\x01" + _MECHANISM + bytes(32)
_PEERS = {b"DEALER": b"ROUTER", b"ROUTER": b"DEALER"}

# How libzmq (4.3.5 and before) writes the name's length and the name: the C literal "\x05ERROR" begins with \x5e.
_MISSPELT_ERROR = b"^RROR"

_MESSAGE_FRAMES = 64  # more than any message of the protocol has
_PING_CONTEXT_BYTES = 16
_SCRATCH_BYTES = 64 * 1024


class Connection:
    """A connection of a DEALER to a ROUTER, or the other way round.

    Messages may be queued at once; they wait until the peer is ready. `message_limit`: most bytes of all frames of a
    message together.
    """

    def __init__(self, message_limit: int, socket_type: bytes = b"DEALER") -> None:
        self._socket_type = socket_type
        self._frames = FrameReader(message_limit)
        self._greeting = bytearray()
        self._ready = False
        self._scratch = memoryview(bytearray(_SCRATCH_BYTES))
        self._in_place = False
        self._parts: list[bytearray] = []
        self._messages: deque[list[bytearray]] = deque()
        self._failure: ClientError | None = None
        self._outgoing: list[Buffer] = [_GREETING]
        self._waiting: list[Buffer] = []

    @property
    def message_traffic(self) -> int:
        """Bytes of the messages received so far; heartbeats do not count."""
        return self._frames.message_traffic

    @property
    def announced(self) -> int:
        """Bytes of the frame that comes next, of which none are here yet; 0 if its size is not known."""
        return self._frames.announced

    def limit_messages(self, limit: int) -> None:
        """Refuse messages of more than `limit` bytes from now on."""
        self._frames.message_limit = limit

    # Sending

    def send(self, frames: Sequence[Buffer]) -> None:
        """Queue a message. Its frames are not copied, so do not change them until they are sent."""
        queue = self._outgoing if self._ready else self._waiting
        for index, frame in enumerate(frames):
            more = MORE if index + 1 < len(frames) else 0
            queue.append(head(len(frame), more))
            queue.append(frame)

    def ping(self) -> None:
        """Queue a heartbeat; the peer answers it."""
        if self._ready:
            self._command(b"PING", bytes(2))

    def outgoing(self) -> list[Buffer]:
        """Return what is queued, in order, and clear the queue; small neighbours are joined."""
        taken, self._outgoing = self._outgoing, []
        return list(_joined(taken))

    # Receiving

    def feed(self, data: Buffer) -> None:
        """Parse received bytes."""
        if len(data):
            self._parse(self._read(memoryview(data)))

    def get_buffer(self) -> memoryview:
        """Return the buffer to receive the next bytes into; then call `buffer_updated`."""
        rest = self._frames.rest()
        self._in_place = rest is not None and len(rest) >= _SCRATCH_BYTES
        return rest if rest is not None and self._in_place else self._scratch

    def buffer_updated(self, count: int) -> None:
        """Parse `count` bytes, at least one, that were received into the buffer of `get_buffer`."""
        if self._in_place:
            self._in_place = False
            self._parse(self._frames.filled(count))
        else:
            self.feed(self._scratch[:count])

    @property
    def missing(self) -> int:
        """Bytes that can be received without any of the message after the next one."""
        return len(_GREETING) - len(self._greeting) or self._frames.missing

    def forget(self) -> None:
        """Let go of all that has come and of all that was not sent; nothing else may be asked of it then.

        A failure keeps the connection alive, by the frames in its traceback, until Python looks for such circles.
        """
        self._frames.forget()
        for kept in (self._parts, self._messages, self._outgoing, self._waiting):
            kept.clear()

    def feed_eof(self) -> None:
        """Note that the peer has closed the connection."""
        self._failure = self._failure or ClientError(
            "connection_lost",
            _("The daemon has closed the connection."),
            _("Try again; the daemon's log says what happened."),
        )

    def next_message(self) -> list[bytearray] | None:
        """Return the frames of the next message, or None until more bytes have come.

        Raises:
            ClientError: no message can follow: `bad_reply` or `connection_lost`.
        """
        if self._messages:
            return self._messages.popleft()
        if self._failure is not None:
            raise self._failure
        return None

    def _read(self, data: memoryview) -> Iterator[Frame]:
        missing = len(_GREETING) - len(self._greeting)
        if missing:
            self._greeting += data[:missing]
            self._check_greeting()
        yield from self._frames.feed(data[missing:])

    def _parse(self, frames: Iterator[Frame]) -> None:
        if self._failure is not None:
            return
        try:
            for frame in frames:
                self._take(frame)
        except ClientError as problem:
            self._failure = problem

    def _check_greeting(self) -> None:
        """Check the received part of the peer's greeting, so that a foreign one is refused before its 64 bytes."""
        came = self._greeting
        if came[0] != _SIGNATURE[0] or (len(came) > 9 and not came[9] & 1) or (len(came) > 10 and came[10] < 3):
            raise bad_reply("it does not speak ZMTP 3")
        if len(came) < len(_GREETING):
            return
        if came[12:32] != _MECHANISM:
            raise bad_reply("it is of another version")
        metadata = {b"Socket-Type": self._socket_type, b"Identity": b""}
        self._command(b"READY", b"".join(_property(key, value) for key, value in metadata.items()))

    def _take(self, frame: Frame) -> None:
        if frame.flags & COMMAND:
            on_command = self._when_ready if self._ready else self._expect_ready
            on_command(*_split_command(bytes(frame.body)))
            return
        if not self._ready:
            raise bad_reply("a message came before the connection was ready")
        self._parts.append(frame.body)
        if len(self._parts) > _MESSAGE_FRAMES:
            raise bad_reply("a message has too many frames")
        if not frame.flags & MORE:
            self._messages.append(self._parts)
            self._parts = []

    # Commands: one method for each state

    def _expect_ready(self, name: bytes, data: bytes) -> None:
        if name != b"READY" or _properties(data).get(b"socket-type") != _PEERS[self._socket_type]:
            raise bad_reply("it is not ready for requests")
        self._ready = True
        self._outgoing += self._waiting
        self._waiting.clear()

    def _when_ready(self, name: bytes, data: bytes) -> None:
        if name == b"PING":
            context = bytes(data[2:])
            if len(data) < 2 or len(context) > _PING_CONTEXT_BYTES:
                raise bad_reply("a heartbeat has the wrong size")
            self._command(b"PONG", context)
        elif name == b"ERROR":
            raise ClientError("connection_lost", _("The daemon has closed the connection."), _("Try again."))

    def _command(self, name: bytes, data: bytes) -> None:
        body = bytes((len(name),)) + name + data
        self._outgoing.append(head(len(body), COMMAND) + body)


def _joined(pieces: Iterable[Buffer]) -> Iterator[Buffer]:
    small = bytearray()
    for piece in pieces:
        if len(piece) < _SCRATCH_BYTES:
            small += piece
            continue
        if small:
            yield small
            small = bytearray()
        yield piece
    if small:
        yield small


def _split_command(body: bytes) -> tuple[bytes, bytes]:
    """Return the name and the data of a command."""
    if body.startswith(_MISSPELT_ERROR):
        return b"ERROR", body[len(_MISSPELT_ERROR) :]
    if not body or len(body) < 1 + body[0]:
        raise bad_reply("a command is cut short")
    return body[1 : 1 + body[0]], body[1 + body[0] :]


def _property(name: bytes, value: bytes) -> bytes:
    return bytes((len(name),)) + name + len(value).to_bytes(4, "big") + value


def _properties(data: bytes) -> dict[bytes, bytes]:
    """Return the metadata of a command by name, in lower case."""
    found = {}
    while data:
        name, value = data[1 : 1 + data[0]], data[1 + data[0] :]
        size = int.from_bytes(value[:4], "big")
        if len(name) < data[0] or len(value) < 4 + size:
            raise bad_reply("a command's metadata is cut short")
        found[name.lower()] = value[4 : 4 + size]
        data = value[4 + size :]
    return found
