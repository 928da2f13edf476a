"""The requests about the daemon itself and its models, and how their answers are read; without input or output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import bad_reply

if TYPE_CHECKING:
    from .messages import Reply


class Answer(NamedTuple):
    """The header that answers one of these requests, by docs/protocol.md."""

    header: dict[str, Any]


class _Plain:
    """A request that is a header alone; `answer` is the type of the reply to it."""

    type: str
    answer: str

    @property
    def reply_bytes(self) -> int:
        """Size in bytes of the frames that answer the request."""
        return 0

    def keys(self) -> dict[str, Any]:
        """Return the keys of the header that describe the request."""
        return dict(vars(self))

    def frames(self) -> list[memoryview]:
        """Return no frame."""
        return []

    def check(self) -> None:
        """Accept the request: it has no sizes that could disagree."""

    def check_limits(self, limits: dict[str, int]) -> None:
        """Accept the request: it has no picture."""

    def read(self, reply: Reply) -> Answer:
        """Return the answer; raise ClientError `bad_reply` if the reply is none to this request."""
        if reply.type != self.answer:
            raise bad_reply(f"it answers “{self.type}” with “{reply.type}”")
        return Answer(reply.header)


@dataclass(frozen=True)
class StatusRequest(_Plain):
    """What the daemon is doing."""

    type = answer = "status"


@dataclass(frozen=True)
class ModelsRequest(_Plain):
    """Which models are installed, and which ones others have published."""

    type = answer = "models"


@dataclass(frozen=True)
class GetRequest(_Plain):
    """Download a published model of that `name`, check it and install it."""

    type, answer = "get", "got"

    name: str


@dataclass(frozen=True)
class StopRequest(_Plain):
    """End the daemon once it has completed its current work."""

    type, answer = "stop", "stopping"
