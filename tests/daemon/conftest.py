"""A client for the tests: pyzmq's DEALER, which shares no code with the product's own client."""

from __future__ import annotations

import hmac
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import zmq

_ANSWER_MS = 20_000
STRANGE = "0" * 64  # the token of a client that does not know it


def prove(socket: zmq.Socket[Any], token: str) -> None:
    """Check that the daemon knows the token, then show that this side does."""
    nonce = "ab" * 32
    socket.send_json({"protocol": 2, "type": "prove", "id": "0", "nonce": nonce})
    assert socket.poll(_ANSWER_MS), "no answer"
    reply = socket.recv_json()
    assert reply["proof"] == hmac_of(token, "daemon", nonce, reply["nonce"]) or token == STRANGE, reply
    shown = hmac_of(token, "client", nonce, reply["nonce"])
    socket.send_json({"protocol": 2, "type": "proof", "id": "0", "proof": shown})


def hmac_of(token: str, side: str, client_nonce: str, daemon_nonce: str) -> str:
    text = f"gan-inpaint {side} {client_nonce} {daemon_nonce}"
    return hmac.new(token.encode(), text.encode(), "sha256").hexdigest()


class Dealer:
    """Speaks docs/protocol.md over libzmq."""

    def __init__(self, context: zmq.Context[Any], endpoint: str, token: str) -> None:
        self._ids = (f"r{number}" for number in itertools.count(1))
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)
        prove(self.socket, token)

    def send(self, header: dict[str, Any] | bytes, *frames: Any) -> None:
        encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
        self.socket.send_multipart([encoded, *frames])

    def request(self, type: str, *frames: Any, **keys: Any) -> str:
        """Send a request and return its id."""
        id = next(self._ids)
        self.send({"protocol": 2, "type": type, "id": id, **keys}, *frames)
        return keys.get("id", id)

    def receive(self, timeout_ms: int = _ANSWER_MS) -> tuple[dict[str, Any], list[bytes]]:
        assert self.socket.poll(timeout_ms), "no answer"
        header, *frames = self.socket.recv_multipart()
        return json.loads(header), frames

    def ask(self, type: str, *frames: Any, **keys: Any) -> dict[str, Any]:
        """Send a request and return the next reply to it."""
        return self.next_to(self.request(type, *frames, **keys))

    def wait_for(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 20) -> dict[str, Any]:
        """The first status for which `condition` holds."""
        deadline = time.monotonic() + seconds
        while not condition(status := self.ask("status")):
            assert time.monotonic() < deadline, status
            self.socket.poll(50)
        return status

    def next_to(self, id: str, *types: str) -> dict[str, Any]:
        """The next reply to the request `id`, of one of `types` if given."""
        while True:
            reply, _ = self.receive()
            if reply["id"] == id and (not types or reply["type"] in types):
                return reply

    def outcome(self, id: str) -> tuple[dict[str, Any], list[bytes], list[dict[str, Any]]]:
        """The result or error of the fill `id`, its frames, and the progress before it."""
        progress = []
        while True:
            reply, frames = self.receive()
            if reply["id"] != id:
                continue
            if reply["type"] != "progress":
                return reply, frames, progress
            progress.append(reply)


@pytest.fixture
def connect() -> Iterator[Callable[..., Dealer]]:
    """Connect clients with `connect(daemon)`; another token can be given."""
    context = zmq.Context()
    dealers = []

    def connected(daemon: Any, token: str | None = None) -> Dealer:
        dealers.append(Dealer(context, daemon.endpoint, daemon.token if token is None else token))
        return dealers[-1]

    yield connected
    for dealer in dealers:
        dealer.socket.close()
    context.term()


@pytest.fixture
def client(daemon: Any, connect: Callable[..., Dealer]) -> Dealer:
    """A client of `daemon`."""
    return connect(daemon)


@dataclass(frozen=True)
class Order:
    """What a fill is asked for with."""

    frames: tuple[bytes, bytes]
    keys: dict[str, Any]


def _order(side: int, holes: int, hole_side: int) -> Order:
    """A gray square with `holes` × `holes` square holes, for the filler that needs no model."""
    image = np.random.default_rng(7).integers(0, 256, (side, side), np.uint8)
    mask = np.zeros_like(image)
    starts = [side * (2 * index + 1) // (2 * holes) for index in range(holes)]
    for top in starts:
        for left in starts:
            mask[top : top + hole_side, left : left + hole_side] = 255
    keys = {"width": side, "height": side, "layout": "gray", "depth": "u8", "model": "classical"}
    return Order((image.tobytes(), mask.tobytes()), keys)


@pytest.fixture(scope="session")
def short_fill() -> Order:
    return _order(64, holes=1, hole_side=6)


@pytest.fixture(scope="session")
def long_fill() -> Order:
    """Many windows, done in seconds."""
    return _order(3_000, holes=12, hole_side=6)


@pytest.fixture(scope="session")
def endless_fill() -> Order:
    """So many windows that no test waits for the last."""
    return _order(4_000, holes=28, hole_side=20)
