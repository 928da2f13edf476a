"""Peers for the client: libzmq's own ROUTER, and sockets that answer as a test says."""

from __future__ import annotations

import hmac
import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import zmq

TOKEN = "5ec2e7" * 10
WELCOME = {
    "type": "welcome",
    "version": "0.1.0",
    "pid": 1,
    "models": [],
    "limits": {"header_bytes": 16384, "frame_bytes": 2**30, "pixels": 2**26, "queue": 8},
    "stopping": False,
}
DAEMON_NONCE = "da" * 32


def proof_of_daemon(request: dict[str, Any], token: str = TOKEN) -> dict[str, Any]:
    """The answer of one who knows the token to a client's `prove`, by docs/protocol.md."""
    text = f"gan-inpaint daemon {request['nonce']} {DAEMON_NONCE}"
    shown = hmac.new(token.encode(), text.encode(), "sha256").hexdigest()
    return {"protocol": 2, "type": "proof", "id": request["id"], "nonce": DAEMON_NONCE, "proof": shown}


Answer = Callable[[dict[str, Any], list[bytes]], list[tuple[dict[str, Any], list[bytes]]]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket."""
    path = Path(tempfile.mkdtemp(prefix="gi-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def runtime_file(folder: Path) -> Callable[..., Path]:
    """Write a runtime file with `runtime_file(endpoint)`; another token can be given."""

    def write(endpoint: str, token: str = TOKEN) -> Path:
        path = folder / "daemon.json"
        path.write_text(
            json.dumps({"endpoint": endpoint, "token": token, "pid": os.getpid(), "version": "0.1.0", "protocol": 2})
        )
        return path

    return write


class Router:
    """A ROUTER of libzmq that knows TOKEN, and answers in a thread until the test ends.

    `answer(header, frames)` gives the replies to a request; `hello` is answered before it is asked.
    """

    def __init__(self, endpoint: str, answer: Answer, mechanism: str = "NULL", heartbeat_ms: int = 0) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.plain_server = mechanism == "PLAIN"
        self._socket.heartbeat_ivl = heartbeat_ms
        self._socket.bind(endpoint)
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._stop_receiver, self._stop_sender = (self._context.socket(zmq.PAIR) for _ in range(2))
        self._stop_receiver.bind("inproc://stop")
        self._stop_sender.connect("inproc://stop")
        self._answer = answer
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._stop_receiver, zmq.POLLIN)
        while self._stop_receiver not in dict(poller.poll()):
            client, header, *frames = self._socket.recv_multipart()
            request = json.loads(header)
            if request["type"] == "prove":
                self._socket.send_multipart([client, json.dumps(proof_of_daemon(request)).encode()])
            if request["type"] in ("prove", "proof"):
                continue
            replies = [(WELCOME, [])] if request["type"] == "hello" else self._answer(request, frames)
            for reply, reply_frames in replies:
                full = {"protocol": 2, "id": request["id"], **reply}
                self._socket.send_multipart([client, json.dumps(full).encode(), *reply_frames], copy=False)

    def close(self) -> None:
        self._stop_sender.send(b"")
        self._thread.join()
        self._context.destroy(linger=0)


@pytest.fixture
def router(folder: Path) -> Iterator[Callable[..., Router]]:
    """Start a ROUTER with `router(answer)`; it listens on a Unix socket, or where `endpoint` says."""
    started = []

    def start(answer: Answer = lambda header, frames: [], endpoint: str | None = None, **options: Any) -> Router:
        started.append(Router(endpoint or f"ipc://{folder}/router.sock", answer, **options))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def listening(folder: Path) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Listen on a Unix socket with `listening(behave)`, which gives the endpoint; `behave` gets each connection."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "peer.sock"))
    listener.listen()
    connections = []

    def serve(behave: Callable[[socket.socket], None]) -> None:
        with suppress(OSError):  # the test is over, or the client has hung up
            while True:
                connections.append(listener.accept()[0])
                behave(connections[-1])

    def start(behave: Callable[[socket.socket], None]) -> str:
        thread = threading.Thread(target=serve, args=[behave])
        thread.start()
        threads.append(thread)
        return f"ipc://{folder}/peer.sock"

    threads: list[threading.Thread] = []
    yield start
    for one in (listener, *connections):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
    for thread in threads:
        thread.join()
