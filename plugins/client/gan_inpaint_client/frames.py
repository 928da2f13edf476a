"""ZMTP 3 frames: a stream of bytes cut into frames, and the head that stands before a frame's body.

Source: RFC 37/ZMTP 3.1, "Framing" (https://rfc.zeromq.org/spec/37/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .errors import bad_reply

MORE, LONG, COMMAND = 1, 2, 4

_SHORT_HEAD_BYTES, _LONG_HEAD_BYTES = 2, 9
_COMMAND_LIMIT = 4096  # the longest that is of use, READY with its metadata, has some 50 bytes


class Frame(NamedTuple):
    """`flags` are MORE or COMMAND or neither."""

    flags: int
    body: bytes


def head(size: int, flags: int = 0) -> bytes:
    """The bytes before a body of `size` bytes."""
    if size <= 255:
        return bytes((flags, size))
    return bytes((flags | LONG,)) + size.to_bytes(8, "big")


class FrameReader:
    """Cuts a stream into frames, and takes in no more than was agreed.

    A body is allocated once, when its size is known and within the limit, and filled in place.

    Attributes:
        message_limit: bytes of all frames of one message together; a message beyond it is refused at its frame's head.
        message_traffic: bytes of messages that came, those of commands not counted.
    """

    def __init__(self, message_limit: int) -> None:
        self.message_limit = message_limit
        self.message_traffic = 0
        self._message_bytes = 0
        self._head = bytearray()
        self._body: bytearray | None = None
        self._filled = 0

    def feed(self, data: memoryview) -> Iterator[Frame]:
        """The frames that `data` completes; raises ClientError `bad_reply` where the stream breaks the rules."""
        while data:
            rest = self.rest()
            if rest is None:
                data = self._read_head(data)
            else:
                taken = min(len(rest), len(data))
                rest[:taken] = data[:taken]
                data = data[taken:]
                self._advance(taken)
            yield from self._completed()

    def rest(self) -> memoryview | None:
        """The part that is missing of the body under way, for bytes to be received in place; then call `filled`."""
        return None if self._body is None else memoryview(self._body)[self._filled :]

    def filled(self, count: int) -> Iterator[Frame]:
        """The frame that `count` bytes, written to where `rest` began, complete."""
        self._advance(count)
        yield from self._completed()

    def _read_head(self, data: memoryview) -> memoryview:
        flags = self._head[0] if self._head else data[0]
        if flags & ~(MORE | LONG | COMMAND) or (flags & COMMAND and flags & MORE):
            raise bad_reply("a frame has unknown flags")
        missing = (_LONG_HEAD_BYTES if flags & LONG else _SHORT_HEAD_BYTES) - len(self._head)
        self._head += data[:missing]
        if len(data) >= missing:
            self._begin_body(flags, int.from_bytes(self._head[1:], "big"))
        return data[missing:]

    def _begin_body(self, flags: int, size: int) -> None:
        if size > (_COMMAND_LIMIT if flags & COMMAND else self.message_limit - self._message_bytes):
            raise bad_reply(f"it announces {size} bytes, more than were to come")
        self._body = bytearray(size)
        self._filled = 0
        if not flags & COMMAND:
            self._message_bytes = self._message_bytes + size if flags & MORE else 0

    def _advance(self, count: int) -> None:
        self._filled += count
        if not self._head[0] & COMMAND:
            self.message_traffic += count

    def _completed(self) -> Iterator[Frame]:
        if self._body is None or self._filled < len(self._body):
            return
        frame = Frame(self._head[0] & ~LONG, bytes(self._body))
        self._head.clear()
        self._body = None
        yield frame
