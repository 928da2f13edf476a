"""Many clients at once: they share the memory for uploads, and wait where the daemon has no place for them yet."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from gan_inpaint.protocol import Limits
from gan_inpaint.server import Config
from gan_inpaint.server.uploads import COUNTED_BYTES, Uploads
from gan_inpaint_client import ClientError
from gan_inpaint_client.blocking import connect
from gan_inpaint_client.conversation import Conversation
from gan_inpaint_client.frames import MORE, head
from gan_inpaint_client.runtime_file import read_runtime_file

SIDE = 2_048
PIXELS = SIDE * SIDE  # and bytes of the mask
BYTES = 3 * PIXELS  # of the picture
STALLED_SECONDS = 1.0


class Uploading:
    """A client that sends a picture whose mask selects all of it, which is refused once it is there."""

    def __init__(self, conversation: Conversation) -> None:
        self._socket: socket.socket = conversation._stream._socket
        keys = {"width": SIDE, "height": SIDE, "layout": "rgb", "depth": "u8"}
        header = json.dumps({"protocol": 2, "type": "fill", "id": "f", **keys}).encode()
        self._left = head(len(header), MORE) + header + head(BYTES, MORE) + bytes(BYTES)
        self._left += head(PIXELS) + b"\xff" * PIXELS

    def send(self, count: int | None = None) -> bool:
        """Send so many bytes, or all; return False if the daemon has stopped taking them."""
        self._socket.settimeout(STALLED_SECONDS)
        until = 0 if count is None else len(self._left) - count
        while len(self._left) > until:
            try:
                sent = self._socket.send(self._left[: len(self._left) - until])
            except TimeoutError:
                return False
            self._left = self._left[sent:]
        return True

    def hang_up(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def was_read(self) -> bool:
        """Wait for the answer to the whole picture."""
        self._socket.settimeout(20)
        came = b""
        while b"mask_covers_all" not in came and (part := self._socket.recv(65_536)):
            came += part
        return b"mask_covers_all" in came


@pytest.fixture
def upload(start_daemon: Callable[..., Any]) -> Iterator[Callable[[], Uploading]]:
    """Connect with `upload()`; the daemon's budget is just more than two pictures without their masks."""
    daemon = start_daemon(Config(limits=Limits(frame_bytes=BYTES, pixels=PIXELS)))
    with ExitStack() as stack:

        def start() -> Uploading:
            conversation = Conversation(read_runtime_file(daemon.runtime_file), 10)
            stack.callback(conversation.close)
            conversation.ask("ping", "pong", 10)
            return Uploading(conversation)

        yield start


def test_a_picture_waits_while_others_use_up_the_memory_for_uploads_and_is_taken_then(upload) -> None:
    first, second, third = upload(), upload(), upload()
    assert first.send(PIXELS // 2) and second.send(PIXELS // 2)
    assert not third.send()
    assert first.send() and first.was_read()
    assert second.send() and second.was_read()
    assert third.send() and third.was_read()


def test_who_waits_for_a_client_that_has_gone_goes_on(upload) -> None:
    first, second, third = upload(), upload(), upload()
    assert first.send(PIXELS // 2) and second.send(PIXELS // 2)
    assert not third.send()
    first.hang_up()
    assert second.send() and second.was_read()
    assert third.send() and third.was_read()


def test_all_uploads_together_stay_within_the_budget_and_one_message() -> None:
    uploads, budget, largest = Uploads(1_000_000), 1_000_000, 900_000
    held = dict.fromkeys(range(5), 0)
    for _ in range(9):
        for client in held:
            if held[client] + 300_000 <= largest and uploads.admit(client, 300_000):
                held[client] += 300_000
    assert max(held.values()) == largest
    assert sum(held.values()) <= budget + largest
    for client, size in held.items():
        uploads.taken(client, [size, COUNTED_BYTES - 1])
    assert uploads.admit(7, largest) and not uploads.admit(8, largest)
    uploads.gone(7)
    assert uploads.admit(8, largest)


@contextmanager
def _full_queue(daemon: Any) -> Iterator[None]:
    """Hold the daemon, with as many connections as its socket keeps until they are accepted."""
    os.kill(daemon.process.pid, signal.SIGSTOP)
    waiting = []
    try:
        with suppress(BlockingIOError):
            for _ in range(5_000):
                waiting.append(socket.socket(socket.AF_UNIX))
                waiting[-1].setblocking(False)
                waiting[-1].connect(daemon.endpoint.removeprefix("ipc://"))
            pytest.fail("the socket keeps any number of connections")
        yield
    finally:
        for each in waiting:
            each.close()
        os.kill(daemon.process.pid, signal.SIGCONT)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems refuse connections beyond the queue")
def test_a_daemon_whose_queue_of_connections_is_full_is_not_one_that_does_not_run(daemon) -> None:
    with _full_queue(daemon):
        with pytest.raises(ClientError) as problem:
            connect(daemon.runtime_file, timeout=0.5)
        assert problem.value.code == "timeout"
        stop = [sys.executable, "-m", "gan_inpaint", "stop"]
        stopped = subprocess.run(stop, env=daemon.environment, capture_output=True, text=True, timeout=60)
        assert stopped.returncode != 0 and "not running" not in stopped.stdout + stopped.stderr
    with connect(daemon.runtime_file, timeout=20) as client:
        assert client.ping() >= 0
