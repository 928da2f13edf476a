"""The requests that the daemon takes for a picture, and how its answers are read; without input or output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .crop import Box
from .errors import ClientError, bad_reply
from .language import _, number

if TYPE_CHECKING:
    from .messages import Reply
    from .zmtp import Buffer

CHANNELS = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4, "bgra": 4}
SAMPLE_BYTES = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}

DEFAULT_MODEL = "default"
DAMAGE_MAP_GONE = "heatmap_gone"  # the error code if the daemon no longer has the damage map of a request

_ECHOED = ("width", "height", "layout", "depth")
_BUFFERS = ("pixels", "mask", "within", "avoid", "sample")
_OPTIONAL = ("within", "avoid", "sample")  # the header says which of these masks follow
_HEADER_KEYS = {"damage_map": "heatmap"}  # the protocol's keys that differ from the names here


def most_pixels(limits: dict[str, int], layout: str, depth: str) -> int:
    """Return how many pixels of this kind the daemon takes at once, by the limits of its `welcome`."""
    return min(limits["pixels"], limits["frame_bytes"] // (CHANNELS[layout] * SAMPLE_BYTES[depth]))


class FillReply(NamedTuple):
    """The filled pixels in the request's layout, and the `result` header of docs/protocol.md."""

    pixels: bytes
    header: dict[str, Any]


class RepairReply(NamedTuple):
    """The repaired pixels in the request's layout, a mask of the repair (width × height bytes, 255 where a pixel was
    repaired, else 0) and the `result` header of docs/protocol.md."""

    pixels: bytes
    mask: bytes
    header: dict[str, Any]


class DetectionReply(NamedTuple):
    """A mask of the damage (width × height bytes, 255 where there is damage, else 0) and the `detection` header of
    docs/protocol.md."""

    mask: bytes
    header: dict[str, Any]

    @property
    def damage_map(self) -> str:
        """The token of the damage map that the daemon keeps for a SelectRequest."""
        return str(self.header["heatmap"])


class TraceReply(NamedTuple):
    """Masks of the boxes that were sent, a byte a pixel, 255 on the line, else 0, and the `traced` header of
    docs/protocol.md."""

    masks: tuple[tuple[Box, bytes], ...]
    header: dict[str, Any]


class _Picture:
    """What all requests with a picture share; the attributes are those of docs/protocol.md."""

    pixels: Buffer
    width: int
    height: int
    layout: str
    depth: str

    @property
    def pixel_bytes(self) -> int:
        """Size of the pixels in bytes, in the request and in its result."""
        return self.width * self.height * CHANNELS[self.layout] * SAMPLE_BYTES[self.depth]

    def keys(self) -> dict[str, Any]:
        """Return the keys of the header that describe the request."""
        given = {name: True for name in _OPTIONAL if getattr(self, name, None) is not None}
        return {**_header_keys(self, _BUFFERS), **given}

    def frames(self) -> list[memoryview]:
        """Return the pixels and the masks that there are, as bytes that are not copied."""
        buffers = (getattr(self, name, None) for name in _BUFFERS)
        return [memoryview(buffer).cast("B") for buffer in buffers if buffer is not None]

    def check(self) -> None:
        """Raise ClientError `bad_request` if the sizes do not fit together."""
        if self.layout not in CHANNELS or self.depth not in SAMPLE_BYTES:
            raise ClientError("bad_request", f"Pixels of the kind {self.layout} {self.depth} are not known.")
        sizes = [len(frame) for frame in self.frames()]
        if sizes != [self.pixel_bytes, *[self.width * self.height] * (len(sizes) - 1)]:
            raise ClientError(
                "bad_request",
                f"{' bytes of pixels and '.join(map(str, sizes))} bytes are not those of {self.width} × {self.height} "
                f"pixels, {self.layout} {self.depth}.",
            )

    def check_limits(self, limits: dict[str, int]) -> None:
        """Raise ClientError `too_large` for a picture at which the daemon would only hang up."""
        pixels = self.width * self.height
        if pixels > limits["pixels"] or self.pixel_bytes > limits["frame_bytes"]:
            raise _too_large(pixels, limits["pixels"])

    def _pixels_of(self, reply: Reply, sizes: list[int]) -> bytes:
        """Return the first frame of this request's result; raise `bad_reply` if the frames do not have these sizes."""
        asked = self.keys()
        same = reply.type == "result" and all(reply.header[key] == asked[key] for key in _ECHOED)
        if not same or [len(frame) for frame in reply.frames] != sizes:
            raise bad_reply("the pixels are not those that were asked for")
        return reply.frames[0]


@dataclass(frozen=True)
class _PictureWithMask(_Picture):
    """What requests share that change a picture.

    Attributes:
        pixels: width × height × channels samples, interleaved, rows top to bottom, little-endian.
        mask: width × height bytes; 0 where nothing may change, 255 where everything may, between: blend weight.
    """

    pixels: Buffer
    mask: Buffer
    width: int
    height: int
    layout: str
    depth: str
    transfer: str = "srgb"
    model: str = DEFAULT_MODEL


@dataclass(frozen=True)
class FillRequest(_PictureWithMask):
    """A hole to fill, which is the mask, with the options that docs/protocol.md lists for `fill`.

    Attributes:
        avoid, sample: width × height bytes, or None for no limit: not 0 where nothing is taken from, and not 0 in the
            only places that are copied from.
    """

    type = "fill"

    dilate: int = 2
    feather: int = 0
    quality: str = "normal"
    variant: int = 0
    avoid: Buffer | None = None
    sample: Buffer | None = None

    @property
    def reply_bytes(self) -> int:
        """Size in bytes of the frames that answer the request."""
        return self.pixel_bytes

    def read(self, reply: Reply) -> FillReply:
        """Return the answer; raise ClientError `bad_reply` if the reply is none to this request."""
        return FillReply(self._pixels_of(reply, [self.pixel_bytes]), reply.header)


@dataclass(frozen=True)
class DetectRequest(_Picture):
    """A picture to find damage in, with the options that docs/protocol.md lists for `detect`.

    Attributes:
        pixels: width × height × channels samples, interleaved, rows top to bottom, little-endian.
        within: width × height bytes: everything that stands out where it is not 0 is damage, and nothing elsewhere; or
            None.
    """

    type = "detect"

    pixels: Buffer
    width: int
    height: int
    layout: str
    depth: str
    transfer: str = "srgb"
    sensitivity: float = 0.5
    tone: str = "both"
    dilate: int = 2
    kinds: tuple[str, ...] = ()
    within: Buffer | None = None

    @property
    def reply_bytes(self) -> int:
        """Size in bytes of the frames that answer the request."""
        return self.width * self.height

    def read(self, reply: Reply) -> DetectionReply:
        """Return the answer; raise ClientError `bad_reply` if the reply is none to this request."""
        return _detection(reply, self.width, self.height)


@dataclass(frozen=True)
class SelectRequest:
    """Another selection from a damage map of before, with the options that docs/protocol.md lists for `select`.

    Attributes:
        damage_map: the token of the damage map (`DetectionReply.damage_map`).
        width, height: size of the picture that the map belongs to, in pixels.
    """

    type = "select"

    damage_map: str
    width: int
    height: int
    sensitivity: float = 0.5
    tone: str = "both"
    dilate: int = 2
    kinds: tuple[str, ...] = ()

    @property
    def reply_bytes(self) -> int:
        """Size in bytes of the frames that answer the request."""
        return self.width * self.height

    def keys(self) -> dict[str, Any]:
        """Return the keys of the header that describe the request."""
        return _header_keys(self, ("width", "height"))

    def frames(self) -> list[memoryview]:
        """Return no frame: the daemon has the damage map."""
        return []

    def check(self) -> None:
        """Accept the request: it has no sizes that could disagree."""

    def check_limits(self, limits: dict[str, int]) -> None:
        """Accept the picture: it was within the limits when the damage map was made."""

    def read(self, reply: Reply) -> DetectionReply:
        """Return the answer; raise ClientError `bad_reply` if the reply is none to this request."""
        return _detection(reply, self.width, self.height)


@dataclass(frozen=True)
class TraceRequest:
    """A line to trace, by points on it or by a rough stroke along it, as docs/protocol.md says for `trace`.

    Attributes:
        pixels: of each of the `boxes`, as of the other requests.
        boxes: the parts of a picture of `width` × `height` pixels that are sent.
        points: columns and rows on the line, in its order.
        strokes: of each of the boxes, a byte a pixel: not 0 on the rough strokes that take the place of points.
    """

    type = "trace"

    pixels: tuple[Buffer, ...]
    boxes: tuple[Box, ...]
    width: int
    height: int
    layout: str
    depth: str
    transfer: str = "srgb"
    points: tuple[tuple[float, float], ...] = ()
    strokes: tuple[Buffer, ...] = ()

    @property
    def reply_bytes(self) -> int:
        """Size in bytes of the frames that answer the request."""
        return sum(box.width * box.height for box in self.boxes)

    def keys(self) -> dict[str, Any]:
        """Return the keys of the header that describe the request."""
        return {**_header_keys(self, ("pixels", "strokes")), "within": bool(self.strokes)}

    def frames(self) -> list[memoryview]:
        """Return the pixels and the strokes of the boxes, as bytes that are not copied."""
        return [memoryview(buffer).cast("B") for buffer in (*self.pixels, *self.strokes)]

    def check(self) -> None:
        """Raise ClientError `bad_request` if the sizes do not fit together."""
        sample = CHANNELS[self.layout] * SAMPLE_BYTES[self.depth]
        areas = [box.width * box.height for box in self.boxes]
        if [len(frame) for frame in self.frames()] != [area * sample for area in areas] + areas * bool(self.strokes):
            raise ClientError("bad_request", _("The parts of the picture do not have the sizes of their boxes."))

    def check_limits(self, limits: dict[str, int]) -> None:
        """Raise ClientError `too_large` for a picture at which the daemon would only hang up."""
        if self.width * self.height > limits["pixels"]:
            raise _too_large(self.width * self.height, limits["pixels"])

    def read(self, reply: Reply) -> TraceReply:
        """Return the answer; raise ClientError `bad_reply` if the reply is none to this request."""
        sizes = [box.width * box.height for box in self.boxes]
        same = reply.type == "traced" and (reply.header["width"], reply.header["height"]) == (self.width, self.height)
        if not same or [len(frame) for frame in reply.frames] != sizes:
            raise bad_reply(_("the line is not that of the picture that was asked about"))
        return TraceReply(tuple((box, reply.frames[number]) for number, box in enumerate(self.boxes)), reply.header)


@dataclass(frozen=True)
class RepairRequest(_PictureWithMask):
    """A picture to repair inside the mask, with the options that docs/protocol.md lists for `repair`.

    Attributes:
        everything: whether everything that stands out in the mask is damage.
    """

    type = "repair"

    quality: str = "normal"
    sensitivity: float = 0.5
    tone: str = "both"
    dilate: int = 2
    kinds: tuple[str, ...] = ()
    everything: bool = False

    @property
    def reply_bytes(self) -> int:
        """Size in bytes of the frames that answer the request."""
        return self.pixel_bytes + self.width * self.height

    def read(self, reply: Reply) -> RepairReply:
        """Return the answer; raise ClientError `bad_reply` if the reply is none to this request."""
        pixels = self._pixels_of(reply, [self.pixel_bytes, self.width * self.height])
        return RepairReply(pixels, reply.frames[1], reply.header)


def _too_large(pixels: int, most: int) -> ClientError:
    return ClientError(
        "too_large",
        _("The area to work on has {megapixels} megapixels, more than the {most} that are worked on at once.").format(
            megapixels=number(round(pixels / 1e6)), most=number(round(most / 1e6))
        ),
        _("Select a smaller area, or work on several parts."),
    )


def _header_keys(request: object, left_out: tuple[str, ...]) -> dict[str, Any]:
    """Return a request's attributes under the protocol's keys."""
    return {_HEADER_KEYS.get(name, name): value for name, value in vars(request).items() if name not in left_out}


def _detection(reply: Reply, width: int, height: int) -> DetectionReply:
    same = reply.type == "detection" and (reply.header["width"], reply.header["height"]) == (width, height)
    if not same or [len(frame) for frame in reply.frames] != [width * height]:
        raise bad_reply("the selection is not that of the picture that was asked about")
    return DetectionReply(reply.frames[0], reply.header)
