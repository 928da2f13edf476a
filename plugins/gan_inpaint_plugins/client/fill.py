"""One fill, from the question for the daemon's limits to the filled pixels; without input or output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from .errors import ClientError, bad_reply
from .messages import CLIENT_NAME, REPLY_BYTES, Messenger, Reply

if TYPE_CHECKING:
    from typing import TypeAlias

    from .zmtp import Buffer

    Event: TypeAlias = "Progress | FillReply"

CHANNELS = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4, "bgra": 4}
SAMPLE_BYTES = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}

_ECHOED = ("width", "height", "layout", "depth")

SILENCE_SECONDS = 15.0  # without an event, after which the daemon is to be given up: it reports once a second


@dataclass(frozen=True)
class FillRequest:
    """What is to be filled, as docs/protocol.md says for `fill`.

    Attributes:
        pixels: width × height × channels samples, interleaved, rows top to bottom, little-endian.
        mask: width × height bytes; 0 keep, 255 fill, between: blend weight.
    """

    pixels: Buffer
    mask: Buffer
    width: int
    height: int
    layout: str
    depth: str
    transfer: str = "srgb"
    model: str = "default"
    grow: int = 2
    feather: int = 0
    quality: str = "normal"

    @property
    def pixel_bytes(self) -> int:
        """Bytes of the pixels, here and in the result."""
        return self.width * self.height * CHANNELS[self.layout] * SAMPLE_BYTES[self.depth]

    def keys(self) -> dict[str, Any]:
        """What the header says of it."""
        return {name: value for name, value in vars(self).items() if name not in ("pixels", "mask")}

    def frames(self) -> list[memoryview]:
        """Pixels and mask, byte by byte, not copied."""
        return [memoryview(self.pixels).cast("B"), memoryview(self.mask).cast("B")]

    def check(self) -> None:
        """Raises ClientError `bad_request` where the sizes do not fit together."""
        if self.layout not in CHANNELS or self.depth not in SAMPLE_BYTES:
            raise ClientError("bad_request", f"Pixels of the kind {self.layout} {self.depth} are not known.")
        sizes = [len(frame) for frame in self.frames()]
        if sizes != [self.pixel_bytes, self.width * self.height]:
            raise ClientError(
                "bad_request",
                f"{sizes[0]} bytes of pixels and {sizes[1]} of mask are not those of {self.width} × {self.height} "
                f"pixels, {self.layout} {self.depth}.",
            )

    def check_limits(self, limits: dict[str, int]) -> None:
        """Raises ClientError `too_large` for what the daemon does not take: it would just hang up."""
        pixels = self.width * self.height
        if pixels > limits["pixels"] or self.pixel_bytes > limits["frame_bytes"]:
            raise ClientError(
                "too_large",
                f"The area to work on has {pixels / 1e6:.0f} megapixels, more than the "
                f"{limits['pixels'] / 1e6:.0f} that are filled at once.",
                "Select a smaller area, or fill it in several parts.",
            )


class Progress(TypedDict):
    """`done` of `total` windows; `stage` is `waiting`, `loading` or `filling`."""

    done: int
    total: int
    stage: str


class FillReply(NamedTuple):
    """The filled pixels, in the request's own layout, and the `result` header of docs/protocol.md."""

    pixels: bytes
    header: dict[str, Any]


class FillJob:
    """A fill over a messenger, whose connection may be new or in use already.

        messenger = Messenger(info.token)
        job = FillJob(messenger, FillRequest(pixels, mask, width=…, height=…, layout="rgba", depth="u8"))
        # at the start, and whenever bytes have come:
        messenger.connection.feed(socket.read())
        while (event := job.next_event()) is not None: …   # Progress, at last one FillReply
        for piece in messenger.connection.outgoing(): socket.write(piece)

    Raises:
        ClientError: `bad_request`, where the request's sizes do not fit together.
    """

    def __init__(self, messenger: Messenger, request: FillRequest) -> None:
        request.check()
        self._messenger = messenger
        self._request = request
        self._cancelled = False
        self._asked = False
        self._id = ""
        if messenger.limits is None:
            self._id = messenger.request("hello", client=CLIENT_NAME)
        else:
            self._ask(messenger.limits)

    def cancel(self) -> None:
        """Ask the daemon to end the fill at its next window; then `next_event` raises ClientError `cancelled`."""
        if self._asked and not self._cancelled:
            self._messenger.request("cancel", target=self._id)
        self._cancelled = True

    def next_event(self) -> Event | None:
        """The next event of what came; None until more bytes have come. A FillReply is the last one.

        Raises:
            ClientError: the fill failed, with the daemon's code or one of the client's own.
        """
        while (reply := self._messenger.next_reply(self._id)) is not None:
            if self._asked and reply.type == "progress":
                return Progress(done=reply.header["done"], total=reply.header["total"], stage=reply.header["stage"])
            if self._asked:
                return self._finished(reply)
            if reply.type != "welcome":
                raise bad_reply("it does not answer the greeting")
            self._ask(reply.header["limits"])
        return None

    def _ask(self, limits: dict[str, int]) -> None:
        if self._cancelled:
            raise ClientError("cancelled", "The fill was cancelled.")
        self._request.check_limits(limits)
        self._messenger.connection.limit_messages(REPLY_BYTES + self._request.pixel_bytes)
        self._asked = True
        self._id = self._messenger.request("fill", *self._request.frames(), **self._request.keys())

    def _finished(self, reply: Reply) -> FillReply:
        asked = self._request.keys()
        same = reply.type == "result" and all(reply.header[key] == asked[key] for key in _ECHOED)
        if not same or [len(frame) for frame in reply.frames] != [self._request.pixel_bytes]:
            raise bad_reply("the filled pixels are not those that were asked for")
        self._messenger.connection.limit_messages(REPLY_BYTES)
        return FillReply(reply.frames[0], reply.header)
