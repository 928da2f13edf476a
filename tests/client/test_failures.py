"""Whatever is in the place of the daemon, the client fails soon, with a code and a sentence."""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_inpaint_client import ClientError, FillRequest, connect, read_runtime_file

from .conftest import TOKEN
from .test_zmtp import HANDSHAKE, command

Listening = Callable[[Callable[[socket.socket], None]], str]
Write = Callable[..., Path]


def failure_of(path: Path, timeout: float = 10.0) -> ClientError:
    """How a connection fails, without taking longer than it may."""
    begun = time.monotonic()
    with pytest.raises(ClientError) as failure:
        connect(path, timeout=timeout)
    assert time.monotonic() - begun < timeout + 5
    assert failure.value.message.endswith(".")
    assert TOKEN not in f"{failure.value.message} {failure.value.hint}"
    return failure.value


def silent(peer: socket.socket) -> None:
    """Says nothing, and does not hang up."""


def saying(words: bytes) -> Callable[[socket.socket], None]:
    def say(peer: socket.socket) -> None:
        peer.sendall(words)

    return say


def hanging_up(peer: socket.socket) -> None:
    peer.close()


def test_a_peer_that_says_nothing_is_given_up(listening: Listening, runtime_file: Write) -> None:
    assert failure_of(runtime_file(listening(silent)), timeout=0.3).code == "timeout"


def test_a_peer_that_stops_in_its_greeting_is_given_up(listening: Listening, runtime_file: Write) -> None:
    assert failure_of(runtime_file(listening(saying(b"\xff" + bytes(8) + b"\x7f\x03"))), timeout=0.3).code == "timeout"


def test_a_peer_that_sends_nothing_but_heartbeats_is_given_up(listening: Listening, runtime_file: Write) -> None:
    def beat(peer: socket.socket) -> None:
        peer.sendall(HANDSHAKE)
        while True:
            peer.sendall(command(b"PING", bytes(2)))

    assert failure_of(runtime_file(listening(beat)), timeout=0.5).code == "timeout"


def test_a_peer_that_hangs_up_is_a_lost_connection(listening: Listening, runtime_file: Write) -> None:
    assert failure_of(runtime_file(listening(hanging_up))).code == "connection_lost"


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\xff" + bytes(8) + b"\x7f\x01\x06\x00\x00",
        random.Random(3).randbytes(5_000),
    ],
)
def test_another_program_is_a_bad_reply(listening: Listening, runtime_file: Write, words: bytes) -> None:
    assert failure_of(runtime_file(listening(saying(words)))).code == "bad_reply"


def test_nothing_running_is_no_daemon(folder: Path) -> None:
    failure = failure_of(folder / "daemon.json")
    assert failure.code == "no_daemon"
    assert "gan-inpaint serve" in failure.hint


def test_a_stale_runtime_file_is_no_daemon(folder: Path, runtime_file: Write) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(folder / "gone.sock"))
    assert failure_of(runtime_file(f"ipc://{folder}/gone.sock")).code == "no_daemon"
    assert failure_of(runtime_file(f"ipc://{folder}/never.sock")).code == "no_daemon"


def test_a_stale_port_is_no_daemon(runtime_file: Write) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert failure_of(runtime_file(f"tcp://127.0.0.1:{port}")).code == "no_daemon"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        "\xff",
        '{"endpoint": 1, "token": "t"}',
        '{"endpoint": "ipc:///x"}',
        '{"endpoint": "ipc:///x", "token": ""}',
        '{"endpoint": "ipc:///x", "token": 7}',
        json.dumps({"endpoint": "ipc:///x", "token": "t" * 256}),
    ],
)
def test_a_damaged_runtime_file_is_no_daemon(folder: Path, content: str) -> None:
    path = folder / "daemon.json"
    path.write_text(content, "latin-1")
    failure = failure_of(path)
    assert failure.code == "no_daemon"
    assert "damaged" in failure.message


@pytest.mark.parametrize(
    "endpoint",
    [
        "tcp://192.0.2.1:80",
        "tcp://localhost:80",
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:80@192.0.2.1",
        "tcp://127.0.0.1:80\n",
        "tcp://0.0.0.0:80",
        "tcp://[::1]:80",
        "ipc://relative",
        "ipc://@abstract",
        "ipc:///with\0zero",
        "ipc:///\ud800",
        "inproc://x",
        "http://127.0.0.1:80",
        "",
    ],
)
def test_nothing_but_this_machine_is_ever_connected_to(
    runtime_file: Write, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    assert failure_of(runtime_file(endpoint)).code == "no_daemon"


def test_an_unreadable_runtime_file_is_no_daemon(folder: Path) -> None:
    (folder / "daemon.json").mkdir()
    failure = failure_of(folder / "daemon.json")
    assert failure.code == "no_daemon"
    assert "cannot be read" in failure.message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_another_users_runtime_file_is_not_trusted(runtime_file: Write) -> None:
    path = runtime_file("ipc:///x")
    os.chown(path, 12345, 12345)
    failure = failure_of(path)
    assert failure.code == "no_daemon"
    assert "another user" in failure.message


def test_the_token_is_not_in_the_runtime_infos_repr(runtime_file: Write) -> None:
    info = read_runtime_file(runtime_file("tcp://127.0.0.1:5"))
    assert info.token == TOKEN
    assert TOKEN not in repr(info)


@pytest.mark.parametrize(
    "wrong",
    [{"width": 3}, {"pixels": b"1"}, {"mask": b""}, {"layout": "cmyk"}, {"depth": "u64"}, {"height": -2}],
)
def test_a_request_whose_sizes_do_not_fit_is_refused_before_it_is_sent(wrong: dict[str, object]) -> None:
    keys = {"pixels": bytes(12), "mask": bytes(4), "width": 2, "height": 2, "layout": "rgb", "depth": "u8"}
    FillRequest(**keys).check()
    with pytest.raises(ClientError) as failure:
        FillRequest(**{**keys, **wrong}).check()
    assert failure.value.code == "bad_request"
