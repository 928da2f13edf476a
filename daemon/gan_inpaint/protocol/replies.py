"""What the daemon answers: the header of each reply."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct, field

from gan_inpaint.errors import GanInpaintError
from gan_inpaint.options import Depth, FillOptions, Layout
from gan_inpaint.options import Kind as DamageKind
from gan_inpaint.protocol.common import PROTOCOL, Kind, Limits, Stage
from gan_inpaint.version import __version__


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
