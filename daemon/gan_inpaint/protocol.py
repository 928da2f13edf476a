"""The messages of docs/protocol.md as typed structures, and the checks before anything is parsed or allocated.

A message is one JSON header frame followed by raw pixel frames. This module knows headers and sizes; it never touches
a socket or a pixel.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

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
)

PROTOCOL = 2

Identifier = Annotated[str, Meta(min_length=1, max_length=64)]
Digits = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A nonce, or an HMAC-SHA-256, in hexadecimal."""
Extent = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Stage = Literal["waiting", "loading", "detecting", "filling"]
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
        """Bytes of a whole message: its header, its pixels and its mask."""
        return self.header_bytes + self.frame_bytes + self.pixels


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


class Picture(Message):
    """A request about a picture, or a crop of one."""

    width: Extent
    height: Extent
    layout: Layout
    depth: Depth

    @property
    def pixel_bytes(self) -> int:
        """Bytes of the pixel frame."""
        return self.mask_bytes * CHANNELS[self.layout] * int(SAMPLE_TYPES[self.depth][-1])

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
    options: FillOptions = field(default_factory=FillOptions)


class Detect(Picture, tag="detect"):
    options: DetectOptions = field(default_factory=DetectOptions)

    @property
    def frames(self) -> list[int]:
        return [self.pixel_bytes]


class Select(Message, tag="select"):
    damage_map: str = field(name="heatmap")
    options: SelectOptions = field(default_factory=SelectOptions)

    @property
    def frames(self) -> list[int]:
        """Bytes of each frame after the header."""
        return []


class Repair(Picture, tag="repair"):
    options: RepairOptions = field(default_factory=RepairOptions)


class Cancel(Message, tag="cancel"):
    target: Identifier


class Stop(Message, tag="stop"):
    """End the daemon. `now`: the work that runs is cancelled, not finished."""

    now: bool = False


Work: TypeAlias = Fill | Detect | Select | Repair
"""What takes long, and waits in the queue."""
Request: TypeAlias = (
    Prove | ClientProof | Hello | Ping | StatusRequest | Fill | Detect | Select | Repair | Cancel | Stop
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


class Detection(Reply, tag="detection"):
    damage_map: str = field(name="heatmap")
    width: int
    height: int
    found: int
    selected: int
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


Outcome: TypeAlias = Result | Detection | Error
"""How a piece of work ends."""
AnyReply: TypeAlias = (
    DaemonProof | Welcome | Pong | Status | Progress | Result | Detection | Cancelling | Stopping | Error
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
