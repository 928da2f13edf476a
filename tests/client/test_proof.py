"""Nothing but a nonce reaches who cannot prove that it is the daemon: neither the token nor a pixel."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_inpaint_client import ClientError, FillRequest, Job, Messenger, connect

from .conftest import TOKEN, WELCOME, Router, proof_of_daemon
from .test_fill_job import Daemon
from .test_zmtp import GREETING, HANDSHAKE, command, metadata

PIXELS = b"secret pixels"
REQUEST = FillRequest(PIXELS, bytes(13), width=13, height=1, layout="gray", depth="u8")


@pytest.mark.parametrize(
    "strange",
    [
        lambda prove: proof_of_daemon(prove, token="5ec2e7" * 9),
        lambda prove: {**proof_of_daemon(prove), "proof": ""},
        lambda prove: {**proof_of_daemon(prove), "proof": "\ud800"},
        lambda prove: {**proof_of_daemon(prove), "nonce": "another"},
        lambda prove: {**WELCOME, "id": prove["id"]},
        lambda prove: {"type": "pong", "id": prove["id"]},
        lambda prove: proof_of_daemon({**prove, "nonce": "of an earlier connection"}),
    ],
)
def test_an_impostor_gets_neither_the_token_nor_a_pixel(strange: Callable[[Any], dict[str, Any]]) -> None:
    messenger = Messenger(TOKEN)
    job, daemon = Job(messenger, REQUEST), Daemon(messenger)
    daemon.connection.feed(GREETING + command(b"READY", metadata(b"Socket-Type", b"ROUTER")))
    (prove,) = daemon.requests()
    daemon.reply(strange(prove))
    with pytest.raises(ClientError) as failure:
        job.next_event()
    assert failure.value.code in ("unauthorized", "bad_reply")
    left = b"".join(messenger.connection.outgoing())
    assert left == b""
    assert TOKEN not in str(prove)


def test_an_impostor_at_the_daemons_port_gets_nothing(runtime_file: Callable[..., Path]) -> None:
    """As after a crash, when another user binds the port that the runtime file still names."""
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(HANDSHAKE)
                while b'"prove"' not in got:
                    got.extend(peer.recv(65536))
                while more := peer.recv(65536):
                    got.extend(more)

        listening = threading.Thread(target=listen)
        listening.start()
        with (
            pytest.raises(ClientError),
            connect(runtime_file(f"tcp://127.0.0.1:{server.getsockname()[1]}"), timeout=0.5) as client,
        ):
            client.fill(PIXELS, bytes(13), width=13, height=1, layout="gray", depth="u8")
        listening.join()
    assert TOKEN.encode() not in got
    assert PIXELS not in got


def test_a_stale_file_of_a_daemon_at_a_port_is_not_followed(folder: Path, router: Callable[..., Router]) -> None:
    path = folder / "daemon.json"
    endpoint = router(endpoint="tcp://127.0.0.1:*").endpoint
    path.write_text(f'{{"endpoint": "{endpoint}", "token": "{TOKEN}", "pid": {2**31 - 1}, "version": "1"}}')
    with pytest.raises(ClientError) as failure:
        connect(path)
    assert failure.value.code == "no_daemon"
