"""Work for a client that is gone, or silent, is dropped; the others are served."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

_FILLS = 9  # one runs, as many as may wait do

_CLIENT = """
import hmac, json, signal, sys, zmq
order = json.load(sys.stdin)
socket = zmq.Context().socket(zmq.DEALER)
socket.connect(order["endpoint"])
nonce, key = "ab" * 32, order["token"].encode()
socket.send_json({"protocol": 2, "type": "prove", "id": "0", "nonce": nonce})
shown = f"gan-inpaint client {nonce} {socket.recv_json()['nonce']}"
shown = hmac.new(key, shown.encode(), "sha256").hexdigest()
socket.send_json({"protocol": 2, "type": "proof", "id": "0", "proof": shown})
frames = [open(path, "rb").read() for path in order["frames"]]
for number in range(order["fills"]):
    header = {"protocol": 2, "type": "fill", "id": str(number), **order["keys"]}
    socket.send_multipart([json.dumps(header).encode(), *frames])
    while number == 0 and b"filling" not in socket.recv():
        pass
socket.send(b'{"protocol": 2, "type": "ping", "id": "sent"}')
while b"pong" not in socket.recv():
    pass
print("the daemon has all fills", flush=True)
signal.pause()
"""


@pytest.fixture
def crowd(daemon, endless_fill, tmp_path):
    """A client's process; the daemon has its fills, and fills the first."""
    paths = [tmp_path / "pixels", tmp_path / "mask"]
    for path, frame in zip(paths, endless_fill.frames, strict=True):
        path.write_bytes(frame)
    order = {
        "endpoint": daemon.endpoint,
        "token": daemon.token,
        "fills": _FILLS,
        "keys": endless_fill.keys,
        "frames": [str(path) for path in paths],
    }
    command = [sys.executable, "-c", _CLIENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        assert "has all fills" in process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_the_work_of_a_client_that_is_gone_or_silent_is_dropped(crowd, client, short_fill, number) -> None:
    assert client.ask("status")["queued"] == _FILLS - 1
    crowd.send_signal(number)
    status = client.wait_for(lambda status: not status["running"] and not status["queued"], seconds=30)
    assert status["fills"] < _FILLS
    assert client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"
