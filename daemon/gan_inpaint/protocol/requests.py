"""What a client asks for: the header of each request, and the frames that follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias

from msgspec import Meta, Struct, field

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
from gan_inpaint.protocol.common import PROTOCOL, Digits, Extent, Identifier

MOST_POINTS = 256
"""Points of a line that `trace` takes; they fit into a header with the boxes."""
MOST_BOXES = 30
"""Parts of a picture that `trace` takes; a message has 64 frames at most."""


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
