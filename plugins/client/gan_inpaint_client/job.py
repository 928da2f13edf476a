"""A piece of work, from the question for the daemon's limits to the answer; without input or output."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypedDict, TypeVar

from .errors import ClientError, bad_reply
from .language import _
from .messages import CLIENT_NAME, REPLY_BYTES, Messenger, Reply

SILENCE_SECONDS = 15.0  # without an event the daemon is given up after this time; it reports once a second

Answer = TypeVar("Answer", bound=tuple[Any, ...], covariant=True)


class Progress(TypedDict):
    """`done` of `total` windows; `stage` is `waiting`, `loading`, `detecting` or `filling`. For `sending`, bytes."""

    done: int
    total: int
    stage: str


class Request(Protocol[Answer]):
    """One of the requests of `requests`."""

    @property
    def type(self) -> str: ...

    @property
    def reply_bytes(self) -> int: ...

    def keys(self) -> dict[str, Any]: ...

    def frames(self) -> list[memoryview]: ...

    def check(self) -> None: ...

    def check_limits(self, limits: dict[str, int]) -> None: ...

    def read(self, reply: Reply) -> Answer: ...


class Pieces(Protocol):
    """What is to be asked, and what becomes of the answers: a Patchwork or a Tracing."""

    note: str

    def next_request(self) -> Any: ...

    def take(self, reply: Any) -> None: ...

    def skip(self, problem: ClientError) -> None: ...

    def finish(self) -> None: ...

    def progress(self, of_piece: Progress) -> Progress: ...


class Job(Generic[Answer]):
    """Send a request over a messenger, whose connection may be new or already in use.

        messenger = Messenger(info.token)
        job = Job(messenger, FillRequest(pixels, mask, width=…, height=…, layout="rgba", depth="u8"))
        # at the start, and whenever bytes have come:
        messenger.connection.feed(socket.read())
        while (event := job.next_event()) is not None: …   # Progress, at last one FillReply
        for piece in messenger.connection.outgoing(): socket.write(piece)

    Raises:
        ClientError: `bad_request` if the sizes of the request do not fit together.
    """

    def __init__(self, messenger: Messenger, request: Request[Answer]) -> None:
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
        """Ask the daemon to end the work at its next window; then `next_event` raises ClientError `cancelled`."""
        if self._asked and not self._cancelled:
            self._messenger.request("cancel", target=self._id)
        self._cancelled = True

    def next_event(self) -> Progress | Answer | None:
        """Return the next event, or None until more bytes have come. The last event is the answer, not a Progress.

        Raises:
            ClientError: the work failed, with a code of the daemon or of the client.
        """
        while (reply := self._messenger.next_reply(self._id)) is not None:
            if self._asked and reply.type == "progress":
                return Progress(done=reply.header["done"], total=reply.header["total"], stage=reply.header["stage"])
            if self._asked:
                answer = self._request.read(reply)
                self._messenger.connection.limit_messages(REPLY_BYTES)
                return answer
            if reply.type != "welcome":
                raise bad_reply("it does not answer the greeting")
            self._ask(reply.header["limits"])
        return None

    def _ask(self, limits: dict[str, int]) -> None:
        if self._cancelled:
            raise ClientError("cancelled", _("The work was cancelled."))
        self._request.check_limits(limits)
        self._messenger.connection.limit_messages(REPLY_BYTES + self._request.reply_bytes)
        self._asked = True
        self._id = self._messenger.request(self._request.type, *self._request.frames(), **self._request.keys())
