"""ZMTP 3 frames: cut a stream of bytes into frames, and write the head of a frame.

Source: RFC 37/ZMTP 3.1, "Framing" (https://rfc.zeromq.org/spec/37/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .errors import bad_reply

MORE, LONG, COMMAND = 1, 2, 4

_SHORT_HEAD_BYTES, _LONG_HEAD_BYTES = 2, 9
_COMMAND_LIMIT = 4096  # bytes; the longest useful command, READY with its metadata, has about 50


class Frame(NamedTuple):
    """`flags` are MORE or COMMAND or neither; the body belongs to the taker of the frame."""

    flags: int
    body: bytearray


def head(size: int, flags: int = 0) -> bytes:
    """Return the bytes that precede a body of `size` bytes."""
    if size <= 255:
        return bytes((flags, size))
    return bytes((flags | LONG,)) + size.to_bytes(8, "big")


class FrameReader:
    """Cut a stream into frames, and refuse messages above the limit.

    A body is allocated once, when its size is known to be within the limit and its first byte comes, and is filled in
    place.

    Attributes:
        announced: bytes of a body that comes next and is not allocated yet; 0 if none is known.
        message_limit: most bytes of all frames of a message together; a larger one is refused at its frame's head.
        message_traffic: bytes of messages received so far, without those of commands.
    """

    def __init__(self, message_limit: int) -> None:
        self.announced = 0
        self.message_limit = message_limit
        self.message_traffic = 0
        self._message_bytes = 0
        self._head = bytearray()
        self._body: bytearray | None = None
        self._filled = 0

    def feed(self, data: memoryview) -> Iterator[Frame]:
        """Yield the frames that `data` completes; raise ClientError `bad_reply` if the stream breaks the rules."""
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
        """Return the missing part of the current body, to receive bytes in place; then call `filled`."""
        if self.announced:
            self._body, self.announced = bytearray(self.announced), 0
        return None if self._body is None else memoryview(self._body)[self._filled :]

    @property
    def missing(self) -> int:
        """Bytes that are still to come of the current frame, as far as its length is known; at least one."""
        if self._body is not None:
            return len(self._body) - self._filled
        if self.announced:
            return self.announced
        long = bool(self._head) and self._head[0] & LONG
        return (_LONG_HEAD_BYTES if long else _SHORT_HEAD_BYTES) - len(self._head)

    def forget(self) -> None:
        """Let go of the bytes that have come."""
        self._body, self.announced = None, 0

    def filled(self, count: int) -> Iterator[Frame]:
        """Yield the frame that is complete after `count` bytes were written to the start of `rest`."""
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
            raise bad_reply(f"it announces {size} bytes, more than expected")
        self._body, self.announced = (None, size) if size else (bytearray(), 0)
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
        frame = Frame(self._head[0] & ~LONG, self._body)
        self._head.clear()
        self._body = None
        yield frame
