"""What is too much or no message at all is refused; the daemon serves everybody else as before."""

from __future__ import annotations

import json

import numpy as np
import pytest
import zmq
from tests.daemon.conftest import STRANGE

from gan_inpaint.protocol import Limits
from gan_inpaint.server import Config

_SMALL = Config(limits=Limits(frame_bytes=100_000, pixels=10_000, queue=1))


def _fill_header(**keys: object) -> dict[str, object]:
    return {"protocol": 2, "type": "fill", "id": "f", "width": 8, "height": 8, "layout": "gray", "depth": "u8", **keys}


@pytest.mark.parametrize(
    ("header", "id", "code"),
    [
        (b"", "", "bad_request"),
        (b"\xff\xfe garbage", "", "bad_request"),
        (b"[" * 16_000, "", "bad_request"),
        (b"[1, 2]", "", "bad_request"),
        (b'{"protocol": 2, "type": "ping"}', "", "bad_request"),
        (b'{"protocol": 2, "type": "teleport", "id": "a"}', "a", "bad_request"),
        (b'{"protocol": 2, "type": "fill", "id": "a", "width": 3}', "a", "bad_request"),
        (b'{"protocol": 1, "type": "ping", "id": "a"}', "a", "protocol_mismatch"),
        (b'{"protocol": 2, "type": "ping", "id": "' + b"x" * 20_000 + b'"}', "", "too_large"),
        (json.dumps(_fill_header(width=30_000, height=30_000)).encode(), "f", "too_large"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_header_is_answered_with_an_error_and_the_client_served_on(client, header, id, code) -> None:
    client.send(header)
    reply, frames = client.receive()
    assert (reply["type"], reply["id"], reply["code"], frames) == ("error", id, code, [])
    assert reply["message"]
    assert client.ask("ping")["type"] == "pong"


def test_every_random_message_is_answered_with_an_error(client) -> None:
    random = np.random.default_rng(3)
    messages = [[random.bytes(random.integers(0, 99)) for _ in range(random.integers(1, 6))] for _ in range(300)]
    for message in messages:
        client.send(*message)
    codes = {client.receive()[0]["code"] for _ in messages}
    assert codes == {"bad_request"}
    assert client.ask("ping")["type"] == "pong"


@pytest.mark.parametrize("sizes", [[], [64], [64, 63], [63, 64], [64, 64, 0], [64] * 50, [0, 0]], ids=str)
def test_a_fill_with_frames_missing_too_many_or_of_a_wrong_size_is_a_bad_request(client, sizes) -> None:
    client.send(_fill_header(), *[bytes(size) for size in sizes])
    assert client.receive()[0]["code"] == "bad_request"
    assert client.ask("ping")["type"] == "pong"


def test_pixels_that_belong_to_no_fill_are_refused(client) -> None:
    assert client.ask("hello", b"pixels")["code"] == "bad_request"


def test_welcome_tells_the_limits(start_daemon, connect) -> None:
    welcome = connect(start_daemon(_SMALL)).ask("hello")
    assert welcome["limits"] == {"header_bytes": 16_384, "frame_bytes": 100_000, "pixels": 10_000, "queue": 1}


@pytest.mark.parametrize("sizes", [[146_385], [100_000, 46_385], [60_000, 60_000, 60_000], [1] * 100])
def test_a_message_beyond_the_limits_closes_the_connection_and_nothing_else(start_daemon, connect, sizes) -> None:
    daemon = start_daemon(_SMALL)
    greedy, other = connect(daemon), connect(daemon)
    greedy.ask("ping")
    monitor = greedy.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    greedy.send(_fill_header(), *map(bytes, sizes))
    assert monitor.poll(10_000)
    assert other.ask("ping")["type"] == "pong"
    greedy.socket.disable_monitor()


def test_more_pixels_than_the_limit_are_too_large(start_daemon, connect) -> None:
    client = connect(start_daemon(_SMALL))
    image = np.zeros((101, 100), np.uint8)
    reply = client.ask("fill", image, image, width=100, height=101, layout="gray", depth="u8")
    assert reply["code"] == "too_large"


@pytest.mark.parametrize(("value", "code"), [(0, "empty_mask"), (255, "mask_covers_all")])
def test_a_mask_that_leaves_nothing_to_do_is_an_error(client, value, code) -> None:
    reply, _, _ = client.outcome(client.request("fill", bytes(64), bytes([value]) * 64, **_fill_keys(8, 8)))
    assert reply["code"] == code


def _fill_keys(width: int, height: int) -> dict[str, object]:
    return {"width": width, "height": height, "layout": "gray", "depth": "u8"}


def test_a_wrong_token_is_refused_and_the_connection_closed(daemon, connect) -> None:
    stranger = connect(daemon, token=STRANGE)
    stranger.request("ping")
    assert stranger.receive()[0]["code"] == "unauthorized"
    monitor = stranger.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    assert monitor.poll(10_000)
    stranger.socket.disable_monitor()


def test_a_client_that_shows_no_proof_is_refused(daemon) -> None:
    with zmq.Context() as context, context.socket(zmq.DEALER) as stranger:
        stranger.linger = 0
        stranger.connect(daemon.endpoint)
        stranger.send(b'{"protocol": 2, "type": "status", "id": "a"}')
        assert stranger.poll(10_000)
        assert json.loads(stranger.recv())["code"] == "unauthorized"
