"""What the daemon can be asked to do with a picture, and how its answers are read; without input or output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import ClientError, bad_reply

if TYPE_CHECKING:
    from .messages import Reply
    from .zmtp import Buffer

CHANNELS = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4, "bgra": 4}
SAMPLE_BYTES = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}

_ECHOED = ("width", "height", "layout", "depth")
_BUFFERS = ("pixels", "mask")


class FillReply(NamedTuple):
    """The filled pixels, in the request's own layout, and the `result` header of docs/protocol.md."""

    pixels: bytes
    header: dict[str, Any]


class RepairReply(NamedTuple):
    """The repaired pixels, in the request's own layout, what of them was repaired, width × height bytes, 255 where it
    was, and the `result` header of docs/protocol.md."""

    pixels: bytes
    mask: bytes
    header: dict[str, Any]


class DetectionReply(NamedTuple):
    """What was found: width × height bytes, 255 where there is damage, else 0; and the `detection` header of
    docs/protocol.md, whose `heatmap` is what `SelectRequest` asks for."""

    mask: bytes
    header: dict[str, Any]


class _Picture:
    """What requests with a picture have in common; the attributes are those of docs/protocol.md."""

    pixels: Buffer
    width: int
    height: int
    layout: str
    depth: str

    @property
    def pixel_bytes(self) -> int:
        """Bytes of the pixels, here and in the result."""
        return self.width * self.height * CHANNELS[self.layout] * SAMPLE_BYTES[self.depth]

    def keys(self) -> dict[str, Any]:
        """What the header says of it."""
        return {name: value for name, value in vars(self).items() if name not in _BUFFERS}

    def frames(self) -> list[memoryview]:
        """Pixels and, where there is one, the mask, byte by byte, not copied."""
        return [memoryview(getattr(self, name)).cast("B") for name in _BUFFERS if hasattr(self, name)]

    def check(self) -> None:
        """Raises ClientError `bad_request` where the sizes do not fit together."""
        if self.layout not in CHANNELS or self.depth not in SAMPLE_BYTES:
            raise ClientError("bad_request", f"Pixels of the kind {self.layout} {self.depth} are not known.")
        sizes = [len(frame) for frame in self.frames()]
        if sizes != [self.pixel_bytes, self.width * self.height][: len(sizes)]:
            raise ClientError(
                "bad_request",
                f"{' bytes of pixels and '.join(map(str, sizes))} bytes are not those of {self.width} × {self.height} "
                f"pixels, {self.layout} {self.depth}.",
            )

    def check_limits(self, limits: dict[str, int]) -> None:
        """Raises ClientError `too_large` for what the daemon does not take: it would just hang up."""
        pixels = self.width * self.height
        if pixels > limits["pixels"] or self.pixel_bytes > limits["frame_bytes"]:
            raise ClientError(
                "too_large",
                f"The area to work on has {pixels / 1e6:.0f} megapixels, more than the "
                f"{limits['pixels'] / 1e6:.0f} that are worked on at once.",
                "Select a smaller area, or work on several parts.",
            )

    def _pixels_of(self, reply: Reply, sizes: list[int]) -> bytes:
        """The first frame of a result for this request, whose frames must be of these sizes."""
        asked = self.keys()
        same = reply.type == "result" and all(reply.header[key] == asked[key] for key in _ECHOED)
        if not same or [len(frame) for frame in reply.frames] != sizes:
            raise bad_reply("the pixels are not those that were asked for")
        return reply.frames[0]


@dataclass(frozen=True)
class FillRequest(_Picture):
    """What is to be filled, as docs/protocol.md says for `fill`.

    Attributes:
        pixels: width × height × channels samples, interleaved, rows top to bottom, little-endian.
        mask: width × height bytes; 0 keep, 255 fill, between: blend weight.
    """

    type = "fill"

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
    def reply_bytes(self) -> int:
        """Bytes of the frames that answer it."""
        return self.pixel_bytes

    def read(self, reply: Reply) -> FillReply:
        """Raises ClientError `bad_reply` where that is no answer to this request."""
        return FillReply(self._pixels_of(reply, [self.pixel_bytes]), reply.header)


@dataclass(frozen=True)
class DetectRequest(_Picture):
    """In what damage is to be found, as docs/protocol.md says for `detect`.

    Attributes:
        pixels: width × height × channels samples, interleaved, rows top to bottom, little-endian.
    """

    type = "detect"

    pixels: Buffer
    width: int
    height: int
    layout: str
    depth: str
    transfer: str = "srgb"
    sensitivity: float = 0.5
    kinds: str = "both"
    grow: int = 2

    @property
    def reply_bytes(self) -> int:
        """Bytes of the frames that answer it."""
        return self.width * self.height

    def read(self, reply: Reply) -> DetectionReply:
        """Raises ClientError `bad_reply` where that is no answer to this request."""
        return _detection(reply, self.width, self.height)


@dataclass(frozen=True)
class SelectRequest:
    """What is to be selected of what was found before, as docs/protocol.md says for `select`.

    Attributes:
        heatmap: the token that the daemon gave for what it found.
        width, height: of the picture in which it was found.
    """

    type = "select"

    heatmap: str
    width: int
    height: int
    sensitivity: float = 0.5
    kinds: str = "both"
    grow: int = 2

    @property
    def reply_bytes(self) -> int:
        """Bytes of the frames that answer it."""
        return self.width * self.height

    def keys(self) -> dict[str, Any]:
        """What the header says of it."""
        return {name: value for name, value in vars(self).items() if name not in ("width", "height")}

    def frames(self) -> list[memoryview]:
        """None."""
        return []

    def check(self) -> None:
        """There is nothing that could not fit together."""

    def check_limits(self, limits: dict[str, int]) -> None:
        """The picture was within them before."""

    def read(self, reply: Reply) -> DetectionReply:
        """Raises ClientError `bad_reply` where that is no answer to this request."""
        return _detection(reply, self.width, self.height)


@dataclass(frozen=True)
class RepairRequest(_Picture):
    """What is to be repaired, as docs/protocol.md says for `repair`.

    Attributes:
        pixels: width × height × channels samples, interleaved, rows top to bottom, little-endian.
        mask: width × height bytes; 255 where damage may be repaired, 0 where not, between: blend weight.
    """

    type = "repair"

    pixels: Buffer
    mask: Buffer
    width: int
    height: int
    layout: str
    depth: str
    transfer: str = "srgb"
    model: str = "default"
    quality: str = "normal"
    sensitivity: float = 0.5
    kinds: str = "both"
    grow: int = 2

    @property
    def reply_bytes(self) -> int:
        """Bytes of the frames that answer it."""
        return self.pixel_bytes + self.width * self.height

    def read(self, reply: Reply) -> RepairReply:
        """Raises ClientError `bad_reply` where that is no answer to this request."""
        pixels = self._pixels_of(reply, [self.pixel_bytes, self.width * self.height])
        return RepairReply(pixels, reply.frames[1], reply.header)


def _detection(reply: Reply, width: int, height: int) -> DetectionReply:
    same = reply.type == "detection" and (reply.header["width"], reply.header["height"]) == (width, height)
    if not same or [len(frame) for frame in reply.frames] != [width * height]:
        raise bad_reply("the selection is not that of the picture that was asked about")
    return DetectionReply(reply.frames[0], reply.header)
