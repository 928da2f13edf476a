"""A fill as an event loop drives it: bytes go in and out in any pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gan_inpaint_client import ClientError, FillReply, FillRequest, Job, Messenger

from .conftest import TOKEN, WELCOME, proof_of_daemon
from .test_libzmq import result
from .test_zmtp import GREETING, command, message, metadata

REQUEST = FillRequest(b"pixels", b"mk", width=2, height=1, layout="rgb", depth="u8", dilate=7)


class Daemon:
    """The other side, on the bytes that a messenger sends."""

    def __init__(self, messenger: Messenger) -> None:
        self.messenger = messenger
        self.connection = messenger.connection
        self._sent = b""

    def let_in(self) -> None:
        """Prove that this is the daemon; the requests that wait go out."""
        self.connection.feed(GREETING + command(b"READY", metadata(b"Socket-Type", b"ROUTER")))
        (prove,) = self.requests()
        self.reply(proof_of_daemon(prove))
        self.messenger.next_reply("none")
        self._proved = True

    def requests(self) -> list[dict[str, Any]]:
        """The headers of what was sent since the last call."""
        self._sent = b"".join(self.connection.outgoing())
        requests = [json.loads(part) for part in _headers(self._sent)]
        return [request for request in requests if request["type"] != "proof"]

    def reply(self, header: dict[str, Any], *frames: bytes) -> None:
        self.connection.feed(message([json.dumps({"protocol": 2, **header}).encode(), *frames]))

    def sent(self, part: bytes) -> bool:
        return part in self._sent


def _headers(sent: bytes) -> list[bytes]:
    """JSON objects in a stream whose frames are all shorter than 256 bytes."""
    starts = [place for place in range(len(sent)) if sent.startswith(b'{"protocol"', place)]
    return [sent[start : start + sent[start - 1]] for start in starts]


@pytest.fixture
def messenger() -> Messenger:
    return Messenger(TOKEN)


def test_a_job_asks_for_the_limits_then_for_the_fill(messenger: Messenger) -> None:
    job, daemon = Job(messenger, REQUEST), Daemon(messenger)
    daemon.let_in()
    (hello,) = daemon.requests()
    assert (hello["type"], job.next_event()) == ("hello", None)
    daemon.reply({**WELCOME, "id": hello["id"]})
    assert job.next_event() is None
    (fill,) = daemon.requests()
    assert daemon.sent(message([b"pixels", b"mk"])[1:])
    asked = {"width": 2, "height": 1, "layout": "rgb", "depth": "u8", "transfer": "srgb", "model": "default"}
    options = {"dilate": 7, "feather": 0, "quality": "normal", "variant": 0}
    assert fill == {"protocol": 2, "type": "fill", "id": fill["id"], **asked, **options}
    daemon.reply({"type": "progress", "id": fill["id"], "done": 0, "total": 1, "stage": "loading"})
    daemon.reply({**result(fill), "id": fill["id"]}, b"filled")
    assert job.next_event() == {"done": 0, "total": 1, "stage": "loading"}
    reply = job.next_event()
    assert isinstance(reply, FillReply)
    assert reply.pixels == b"filled"


def test_a_second_job_over_a_connection_asks_at_once(messenger: Messenger) -> None:
    daemon = Daemon(messenger)
    daemon.let_in()
    messenger.limits = WELCOME["limits"]  # type: ignore[assignment]
    Job(messenger, REQUEST)
    assert [request["type"] for request in daemon.requests()] == ["fill"]


def test_cancelling_a_running_fill_tells_the_daemon_once(messenger: Messenger) -> None:
    messenger.limits = WELCOME["limits"]  # type: ignore[assignment]
    job, daemon = Job(messenger, REQUEST), Daemon(messenger)
    daemon.let_in()
    (fill,) = daemon.requests()
    job.cancel()
    job.cancel()
    (cancel,) = daemon.requests()
    assert (cancel["type"], cancel["target"]) == ("cancel", fill["id"])
    daemon.reply({"type": "cancelling", "id": cancel["id"], "found": True})
    assert job.next_event() is None
    daemon.reply({"type": "error", "id": fill["id"], "code": "cancelled", "message": "Cancelled.", "hint": ""})
    with pytest.raises(ClientError) as failure:
        job.next_event()
    assert failure.value.code == "cancelled"


def test_a_fill_cancelled_before_the_daemon_answers_is_never_sent(messenger: Messenger) -> None:
    job, daemon = Job(messenger, REQUEST), Daemon(messenger)
    job.cancel()
    daemon.let_in()
    (hello,) = daemon.requests()
    daemon.reply({**WELCOME, "id": hello["id"]})
    with pytest.raises(ClientError) as failure:
        job.next_event()
    assert failure.value.code == "cancelled"
    assert daemon.requests() == []


@pytest.mark.parametrize("limits", [{"pixels": 1}, {"frame_bytes": 5}])
def test_a_picture_beyond_the_daemons_limits_is_not_sent(messenger: Messenger, limits: dict[str, int]) -> None:
    """The daemon would hang up on a frame of too many bytes, without a word."""
    messenger.limits = {**WELCOME["limits"], **limits}  # type: ignore[dict-item]
    with pytest.raises(ClientError) as failure:
        Job(messenger, REQUEST)
    assert failure.value.code == "too_large"
    assert b"".join(messenger.connection.outgoing())[:1] == b"\xff"


def test_a_daemon_that_ends_in_a_fill_is_a_lost_connection(messenger: Messenger) -> None:
    job, daemon = Job(messenger, REQUEST), Daemon(messenger)
    daemon.let_in()
    daemon.connection.feed_eof()
    with pytest.raises(ClientError) as failure:
        job.next_event()
    assert failure.value.code == "connection_lost"


def test_replies_to_other_requests_are_left_out(messenger: Messenger) -> None:
    id = messenger.request("ping")
    daemon = Daemon(messenger)
    daemon.let_in()
    daemon.reply({"type": "pong", "id": "of another"})
    daemon.reply({"type": "error", "id": "of another", "code": "busy", "message": "Busy.", "hint": ""})
    assert messenger.next_reply(id) is None
    daemon.reply({"type": "pong", "id": id})
    assert messenger.next_reply(id) is not None


@pytest.mark.parametrize(
    "header",
    [b"", b"{", b"[]", b"1", b'"x"', b"\xff\xfe", b"{}", b'{"protocol": "1"}', b"[" * 100_000, b'{"protocol": 2}'],
)
def test_a_header_that_is_none_is_a_bad_reply(messenger: Messenger, header: bytes) -> None:
    Daemon(messenger).let_in()
    messenger.connection.feed(message([header]))
    with pytest.raises(ClientError) as failure:
        messenger.next_reply("1")
    assert failure.value.code == "bad_reply"


def test_pixels_may_be_any_buffer() -> None:
    for pixels in (bytearray(6), memoryview(bytes(6)), memoryview(bytes(6)).cast("B", (1, 2, 3))):
        FillRequest(pixels, b"mk", width=2, height=1, layout="rgb", depth="u8").check()
