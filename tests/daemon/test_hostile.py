"""Peers that are slow, deaf, many or greedy: they cost the daemon little, and the others nothing."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import zmq

from gan_inpaint_client.conversation import Conversation
from gan_inpaint_client.frames import MORE, head
from gan_inpaint_client.requests import FillRequest
from gan_inpaint_client.runtime_file import read_runtime_file

_LARGE = 6_000  # pixels: the side of a picture of 36 MB


@contextmanager
def _raw(daemon) -> Iterator[socket.socket]:
    """The socket of a client that has shown the token."""
    conversation = Conversation(read_runtime_file(daemon.runtime_file), 10)
    conversation.ask("ping", "pong", 10)
    yield conversation._stream._socket
    conversation.close()


def _large(mask_value: int) -> tuple[bytes, np.ndarray, dict[str, object]]:
    mask = np.full((_LARGE, _LARGE), mask_value, np.uint8)
    return bytes(mask.size), mask, {"width": _LARGE, "height": _LARGE, "layout": "gray", "depth": "u8"}


def test_an_upload_that_takes_longer_than_the_allowed_silence_is_taken(daemon, client) -> None:
    """Each piece comes within the 10 s; the frame as a whole does not, and nothing else is sent meanwhile."""
    request = FillRequest(bytes(4_096), b"\0" * 2_048 + b"\xff" * 2_048, 64, 64, "gray", "u8", model="classical")
    header = json.dumps({"protocol": 2, "type": "fill", "id": "slow", **request.keys()}).encode()
    with _raw(daemon) as slow:
        slow.sendall(head(len(header), MORE) + header + head(4_096, MORE))
        for piece in range(16):
            slow.sendall(bytes(256))
            client.socket.poll(800)
            assert client.ask("ping")["type"] == "pong", piece
        slow.sendall(head(4_096) + bytes(request.mask))
        slow.settimeout(20)
        came = b""
        while b'"result"' not in came and b'"error"' not in came:
            part = slow.recv(65_536)
            assert part, "the daemon hung up"
            came += part
        assert b'"result"' in came


@pytest.mark.parametrize(("value", "code"), [(0, "empty_mask"), (255, "mask_covers_all")])
def test_requests_that_end_in_an_error_leave_no_pixels_behind(client, short_fill, value, code) -> None:
    client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))
    before = client.ask("status")["memory_mib"]
    pixels, mask, keys = _large(value)
    for _ in range(4):
        assert client.outcome(client.request("fill", pixels, mask, **keys))[0]["code"] == code
    client.wait_for(lambda status: status["memory_mib"] < before + 40)


def test_a_client_that_never_reads_is_dropped_and_its_results_with_it(daemon, client, short_fill) -> None:
    client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))
    before = client.ask("status")["memory_mib"]
    pixels, mask, keys = _large(0)
    mask[10:14, 10:14] = 255
    request = FillRequest(pixels, mask, *keys.values(), model="classical")
    header = json.dumps({"protocol": 2, "type": "fill", "id": "deaf", **request.keys()}).encode()
    with _raw(daemon) as deaf:
        connected = len(psutil.Process(daemon.process.pid).net_connections("unix"))
        deaf.sendall(head(len(header), MORE) + header + head(len(pixels), MORE) + pixels + head(mask.size))
        deaf.sendall(mask.data)
        client.wait_for(lambda status: status["fills"] == 2)
        deadline = time.monotonic() + 20
        while len(psutil.Process(daemon.process.pid).net_connections("unix")) >= connected:
            assert time.monotonic() < deadline
            client.socket.poll(200)
            client.ask("ping")
    client.wait_for(lambda status: status["memory_mib"] < before + 40)


@pytest.mark.parametrize("end", ["hang up", "break the rules"])
def test_clients_that_end_in_an_upload_leave_no_pixels_behind(daemon, client, short_fill, end: str) -> None:
    client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))  # what fills need is loaded
    before = client.ask("status")["memory_mib"]
    for _ in range(4):
        with _raw(daemon) as raw:
            raw.sendall(head(2, MORE) + b"{}" + head(_LARGE * _LARGE, MORE) + bytes(_LARGE * _LARGE))
            raw.sendall(b"\xff" if end == "break the rules" else head(_LARGE, MORE) + b"\0")
            client.ask("ping")
    client.wait_for(lambda status: status["memory_mib"] < before + 40)


def test_strangers_that_say_nothing_keep_nobody_out(daemon, connect) -> None:
    path = daemon.endpoint.removeprefix("ipc://")
    strangers = []
    for _ in range(300):
        stranger = socket.socket(socket.AF_UNIX)
        stranger.connect(path)
        strangers.append(stranger)
    assert connect(daemon).ask("ping")["type"] == "pong"
    assert psutil.Process(daemon.process.pid).num_fds() < 100
    for stranger in strangers:
        stranger.close()


def test_a_daemon_with_few_descriptors_goes_on(daemon_environment, connect, start_daemon) -> None:
    daemon = start_daemon()
    process = psutil.Process(daemon.process.pid)
    process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + 8, process.num_fds() + 8))
    others = [socket.socket(socket.AF_UNIX) for _ in range(60)]
    for other in others:
        other.connect(daemon.endpoint.removeprefix("ipc://"))
    for other in others:
        other.close()
    assert connect(daemon).ask("ping")["type"] == "pong"
    assert daemon.process.poll() is None


def test_a_stranger_cannot_make_the_daemon_allocate(daemon, client) -> None:
    before = client.ask("status")["memory_mib"]
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
    for announced in (head(2**30, 4), head(2**30), head(5_000)):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.settimeout(10)
            stranger.connect(daemon.endpoint.removeprefix("ipc://"))
            with suppress(ConnectionError):  # the daemon hangs up, perhaps before all is sent
                ready = b"\x04\x26\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0"[:40]
                stranger.sendall(greeting + ready + announced + bytes(4_000))
                while stranger.recv(65_536):
                    pass
    assert client.ask("status")["memory_mib"] < before + 20


def test_a_million_empty_frames_delay_nobody(daemon, client) -> None:
    with _raw(daemon) as flooding:
        asked = time.monotonic()
        with suppress(ConnectionError):  # the daemon may hang up
            flooding.sendall(b"\x01\x00" * 1_000_000 + b"\x00\x00")
        assert client.ask("ping")["type"] == "pong"
        assert time.monotonic() - asked < 2


def test_a_flood_of_small_messages_delays_nobody(daemon, connect, client, short_fill) -> None:
    flooding = connect(daemon).socket
    until = time.monotonic() + 4
    ping = json.dumps({"protocol": 2, "type": "ping", "id": "p"}).encode()

    def flood() -> None:
        while time.monotonic() < until:
            with suppress(zmq.Again):
                flooding.send(ping, zmq.NOBLOCK)
            while flooding.poll(0):
                flooding.recv()

    flooder = threading.Thread(target=flood)
    flooder.start()
    try:
        waits = []
        while time.monotonic() < until:
            asked = time.monotonic()
            assert client.ask("ping")["type"] == "pong"
            waits.append(time.monotonic() - asked)
            assert client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"
        assert max(waits) < 1
    finally:
        flooder.join()


def test_clients_take_turns(daemon, connect, long_fill, short_fill) -> None:
    greedy, polite = connect(daemon), connect(daemon)
    all_of_one = [greedy.request("fill", *long_fill.frames, **long_fill.keys) for _ in range(6)]
    greedy.next_to(all_of_one[0], "progress")
    assert polite.outcome(polite.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"
    assert polite.ask("status")["fills"] <= 3


def test_many_commands_at_once_wait_for_each_other(daemon, tmp_path: Path) -> None:
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 20:30] = 255
    Image.fromarray(noise).save(tmp_path / "p.png")
    Image.fromarray(mask).save(tmp_path / "m.png")
    code = (
        "import sys; from gan_inpaint_client import connect\n"
        "with connect(sys.argv[1]) as client:\n"
        "    client.fill(bytes(4096), bytes(2048) + b'\\xff' * 2048, width=64, height=64, layout='gray', depth='u8')"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(daemon.runtime_file)], env=daemon.environment)
        for _ in range(14)
    ]
    assert [process.wait(60) for process in running] == [0] * 14
