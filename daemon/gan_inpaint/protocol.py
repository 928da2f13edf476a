"""The messages of docs/protocol.md as typed structures, and the checks before anything is parsed or allocated.

A message is one JSON header frame followed by raw pixel frames. This module knows headers and sizes; it never touches
a socket or a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from gan_inpaint.errors import BadRequest, GanInpaintError, ProtocolMismatch, TooLarge
from gan_inpaint.options import (
    CHANNELS,
    SAMPLE_TYPES,
    Depth,
    DetectOptions,
    FillOptions,
    Layout,
    RepairOptions,
    SelectOptions,
    Transfer,
)
from gan_inpaint.options import Kind as DamageKind
from gan_inpaint.version import __version__

PROTOCOL = 2

MOST_POINTS = 256
"""Points of a line that `trace` takes; they fit into a header with the boxes."""
MOST_BOXES = 30
"""Parts of a picture that `trace` takes; a message has 64 frames at most."""

Identifier = Annotated[str, Meta(min_length=1, max_length=64)]
Digits = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A nonce, or an HMAC-SHA-256, in hexadecimal."""
Extent = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Stage = Literal["waiting", "loading", "detecting", "filling", "downloading", "checking"]
Kind = Literal["generator", "classical"]


class Limits(Struct, frozen=True):
    """What one client may ask for; `welcome` tells it.

    `frame_bytes` holds `pixels` of four 32-bit channels; all pixels that wait together may have no more bytes.
    `queue`: pieces of work that one client may have waiting.
    """

    header_bytes: int = 16 * 1024
    frame_bytes: int = 2**30
    pixels: int = 2**26
    queue: int = 8

    @property
    def message_bytes(self) -> int:
        """Bytes of a whole message: its header, its pixels and its three masks."""
        return self.header_bytes + self.frame_bytes + 3 * self.pixels


# Requests


class Message(Struct, kw_only=True, tag_field="type"):
    """What every header has."""

    id: Identifier
    protocol: int = PROTOCOL


class Prove(Message, tag="prove"):
    """The first message of a client, which wants to know whether this is the daemon."""

    nonce: Digits


class ClientProof(Message, tag="proof"):
    """The second message of a client: it knows the token."""

    proof: Digits


class Hello(Message, tag="hello"):
    client: str = ""


class Ping(Message, tag="ping"):
    pass


class StatusRequest(Message, tag="status"):
    pass


class ModelsRequest(Message, tag="models"):
    pass


class Get(Message, tag="get"):
    """Download a model of the catalogue and install it; `name` is that of the catalogue."""

    name: str

    @property
    def frames(self) -> list[int]:
        """Bytes of each frame after the header."""
        return []


class Pixels(Protocol):
    """Pixels of a picture, or of a part of one."""

    width: int
    height: int
    layout: Layout
    depth: Depth


def pixel_bytes(pixels: Pixels) -> int:
    """Return the bytes of a frame of these pixels."""
    return pixels.width * pixels.height * CHANNELS[pixels.layout] * int(SAMPLE_TYPES[pixels.depth][-1])


@dataclass
class Part:
    """A part of a picture, whose first pixel is (`left`, `top`)."""

    left: int
    top: int
    width: int
    height: int
    layout: Layout
    depth: Depth


class Picture(Message):
    """A request about a picture, or a crop of one."""

    width: Extent
    height: Extent
    layout: Layout
    depth: Depth

    @property
    def pixel_bytes(self) -> int:
        """Bytes of the pixel frame."""
        return pixel_bytes(self)

    @property
    def mask_bytes(self) -> int:
        """Bytes of the mask frame, one for each pixel."""
        return self.width * self.height

    @property
    def frames(self) -> list[int]:
        """Bytes of each frame after the header."""
        return [self.pixel_bytes, self.mask_bytes]


# The keys of `options` stand in the header itself, beside the others; see `decode_request`.


class Fill(Picture, tag="fill"):
    """`avoid`, `sample`: whether a mask of that name follows the frames, in this order."""

    options: FillOptions = field(default_factory=FillOptions)
    avoid: bool = False
    sample: bool = False

    @property
    def frames(self) -> list[int]:
        return [self.pixel_bytes, *[self.mask_bytes] * (1 + self.avoid + self.sample)]


class Detect(Picture, tag="detect"):
    """`within`: whether a mask follows the pixels in which everything that stands out is damage."""

    options: DetectOptions = field(default_factory=DetectOptions)
    within: bool = False

    @property
    def frames(self) -> list[int]:
        return [self.pixel_bytes, *[self.mask_bytes] * self.within]


class Select(Message, tag="select"):
    damage_map: str = field(name="heatmap")
    options: SelectOptions = field(default_factory=SelectOptions)

    @property
    def frames(self) -> list[int]:
        """Bytes of each frame after the header."""
        return []


class Repair(Picture, tag="repair"):
    """`everything`: whether everything that stands out in the mask is damage."""

    options: RepairOptions = field(default_factory=RepairOptions)
    everything: bool = False


Coordinate = Annotated[float, Meta(ge=-1, le=2**31)]
Offset = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Trace(Picture, tag="trace"):
    """`boxes`: left, top, width and height of the parts of the picture that are sent; all of it if there are none.

    `points`: columns and rows of places on the line, in its order. `within`: whether masks of rough strokes along the
    line follow the pixels instead, one for each box.
    """

    points: Annotated[list[tuple[Coordinate, Coordinate]], Meta(max_length=MOST_POINTS)] = []
    boxes: Annotated[list[tuple[Offset, Offset, Extent, Extent]], Meta(max_length=MOST_BOXES)] = []
    transfer: Transfer = "srgb"
    within: bool = False

    @property
    def sent(self) -> list[Part]:
        """The parts of the picture that are sent."""
        whole = (0, 0, self.width, self.height)
        return [Part(*box, self.layout, self.depth) for box in self.boxes or [whole]]

    @property
    def frames(self) -> list[int]:
        pixels = [pixel_bytes(part) for part in self.sent]
        return pixels + [part.width * part.height for part in self.sent] * self.within


class Cancel(Message, tag="cancel"):
    target: Identifier


class Stop(Message, tag="stop"):
    """End the daemon. `now`: the work that runs is cancelled, not finished."""

    now: bool = False


Work: TypeAlias = Fill | Detect | Select | Repair | Trace
"""What takes long, and waits in the queue."""
Request: TypeAlias = (
    Prove
    | ClientProof
    | Hello
    | Ping
    | StatusRequest
    | ModelsRequest
    | Get
    | Fill
    | Detect
    | Select
    | Repair
    | Trace
    | Cancel
    | Stop
)


# Replies


class Reply(Struct, kw_only=True, tag_field="type"):
    """What every reply has; `id` is the request's, empty if that could not be read."""

    id: str
    protocol: int = PROTOCOL


class DaemonProof(Reply, tag="proof"):
    nonce: str
    proof: str


class ModelInfo(Struct):
    name: str
    title: str
    version: str
    kind: Kind | Literal["auto"]
    default: bool
    licence: str


class Welcome(Reply, tag="welcome"):
    version: str
    pid: int
    models: list[ModelInfo]
    limits: Limits
    stopping: bool = False


class Pong(Reply, tag="pong"):
    pass


class SessionInfo(Struct):
    model: str
    provider: str
    sha256: str
    idle_seconds: float


class Status(Reply, tag="status"):
    version: str
    pid: int
    endpoint: str
    uptime_seconds: float
    fills: int
    queued: int
    running: int
    memory_mib: float
    threads: int
    providers_available: list[str]
    sessions: list[SessionInfo]


class InstalledModel(Struct):
    """`page`: where to read about a file that the catalogue knows; empty for others."""

    name: str
    title: str
    version: str
    kind: Kind | Literal["detector"]
    default: bool
    built_in: bool
    licence: str
    training_data: str
    page: str


class PublishedModel(Struct):
    """A model of the catalogue; `size`: of its file, in bytes."""

    name: str
    title: str
    good_for: str
    size: int
    licence: str
    training_data: str
    address: str
    page: str
    installed: bool


class Models(Reply, tag="models"):
    installed: list[InstalledModel]
    published: list[PublishedModel]


class Got(Reply, tag="got"):
    """A model was installed."""

    name: str


class Progress(Reply, tag="progress"):
    done: int
    total: int
    stage: Stage


class FilledBy(Struct, frozen=True):
    model: str
    version: str
    kind: Kind
    licence: str
    sha256: str
    provider: str


class Receipt(Struct, frozen=True):
    """What repeats a fill of the same pixels exactly. `version`: of this program; `options`: as they were asked for."""

    version: str
    filled_by: FilledBy
    options: FillOptions
    seconds: float

    @classmethod
    def of(cls, filled_by: FilledBy, options: FillOptions, seconds: float) -> Receipt:
        return cls(__version__, filled_by, options, round(seconds, 4))


class Result(Reply, tag="result"):
    width: int
    height: int
    layout: Layout
    depth: Depth
    filled_by: FilledBy
    windows: int
    seconds: float
    note: str = ""
    scores: dict[str, float] = {}
    found: int = 0
    receipt: Receipt | None = None


class Detection(Reply, tag="detection"):
    damage_map: str = field(name="heatmap")
    width: int
    height: int
    found: int
    selected: int
    seconds: float
    kinds: dict[DamageKind, int] = {}


class Traced(Reply, tag="traced"):
    """`length`: of the line, and `thickness`: its median width, in pixels."""

    width: int
    height: int
    length: int
    thickness: float
    seconds: float


class Cancelling(Reply, tag="cancelling"):
    found: bool


class Stopping(Reply, tag="stopping"):
    pass


class Error(Reply, tag="error"):
    code: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, id: str, problem: GanInpaintError) -> Error:
        """Return the reply that reports `problem` to the client whose request was `id`."""
        return cls(id=id, code=problem.code, message=problem.message, hint=problem.hint)


Outcome: TypeAlias = Result | Detection | Traced | Got | Error
"""How a piece of work ends."""
AnyReply: TypeAlias = (
    DaemonProof
    | Welcome
    | Pong
    | Status
    | Models
    | Progress
    | Result
    | Detection
    | Traced
    | Got
    | Cancelling
    | Stopping
    | Error
)


# Headers


class _Identified(Struct):
    id: Identifier = field(default="")


def encode(message: Message | Reply) -> bytes:
    """Return the header frame of `message`, which has no options."""
    return msgspec.json.encode(message)


def decode_request(header: bytes) -> Request:
    """Read a request's header.

    Raises:
        BadRequest: it is no JSON, a key is missing or of a wrong type, or the type of message is unknown.
        ProtocolMismatch: it names another protocol version.
    """
    keys: dict[str, Any] = _decode(header, dict[str, Any])
    protocol = keys.get("protocol")
    if isinstance(protocol, int) and not isinstance(protocol, bool) and protocol != PROTOCOL:
        raise ProtocolMismatch(
            f"The editor's plug-in and the daemon do not fit together: the daemon speaks protocol {PROTOCOL}.",
            "Install the plug-in again with “gan-inpaint plugin install”, then restart the editor.",
        )
    if protocol is None:
        raise BadRequest("The request does not name its protocol version.")
    try:
        request: Request = msgspec.convert({**keys, "options": keys}, Request)
    except msgspec.ValidationError as problem:
        raise _unreadable(problem) from problem
    return request


def decode_reply(header: bytes) -> AnyReply:
    """Read a reply's header. Raises BadRequest if it does not follow the protocol."""
    reply: AnyReply = _decode(header, AnyReply)
    return reply


def read_id(header: bytes) -> str:
    """Return the `id` of a header that may be wrong otherwise; empty if there is no valid one."""
    try:
        identified: _Identified = _decode(header, _Identified)
    except BadRequest:
        return ""
    return identified.id


def _decode(header: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(header, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise _unreadable(problem) from problem


def _unreadable(problem: Exception) -> BadRequest:
    return BadRequest(f"The message cannot be read: {problem}.")


# Sizes


def check_sizes(work: Work, frames: list[int], limits: Limits) -> None:
    """Check the sizes in bytes of a request's frames against its header and the limits.

    Raises:
        TooLarge: more pixels than the daemon takes.
        BadRequest: a frame is missing, too many, or of another size than the header says.
    """
    if isinstance(work, Picture) and work.mask_bytes > limits.pixels:
        raise TooLarge(
            f"The area to work on has {work.mask_bytes / 1e6:.0f} megapixels, "
            f"more than the {limits.pixels / 1e6:.0f} that are worked on at once.",
            "Select a smaller area, or work on several parts.",
        )
    if frames != work.frames:
        raise BadRequest(f"A request of this size carries frames of {work.frames} bytes, but {frames} came.")
