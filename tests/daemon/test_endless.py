"""What never ends by itself can be ended: a model that loops for ever, in the daemon and when it is added."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import onnx
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper

from gan_inpaint.errors import BadModel
from gan_inpaint.models.examination import examine
from gan_inpaint.models.manifest import KEY, Manifest, Sidecar, sha256_of

_SIDE = 256  # of the picture, which is black
_KEYS = {"width": _SIDE, "height": _SIDE, "layout": "gray", "depth": "u8"}


def write_endless(path: Path, darker_than: float) -> None:
    """Write a generator that never ends on pictures without any value above this, in [-1, 1]."""
    manifest = Manifest(
        name="endless",
        title="Endless",
        version="1",
        size_multiple=8,
        window=64,
        training_data="none",
        licence="CC0-1.0",
        images_seen=0,
    )
    value, flag = (lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])), TensorProto.BOOL
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["goes"]), helper.make_node("Add", ["v", "zero"], ["next"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", flag, []),
            value("v"),
        ],
        [helper.make_tensor_value_info("goes", flag, []), value("next")],
        [numpy_helper.from_array(np.zeros(1, np.float32), "zero")],
    )
    nodes = [
        helper.make_node("ReduceMax", ["image"], ["brightest"], keepdims=0),
        helper.make_node("Less", ["brightest", "limit"], ["dark"]),
        helper.make_node("Cast", ["dark"], ["times"], to=TensorProto.INT64),
        helper.make_node("Mul", ["times", "huge"], ["trips"]),
        helper.make_node("Loop", ["trips", "yes", "one"], ["factor"], body=body),
        helper.make_node("Mul", ["image", "factor"], ["fill"]),
    ]
    constants = {
        "limit": np.array(darker_than, np.float32),
        "huge": np.array(2**60),
        "yes": np.array(True),
        "one": np.ones(1, np.float32),
    }
    image, mask, fill = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", channels, "H", "W"])
        for name, channels in (("image", 3), ("mask", 1), ("fill", 3))
    )
    graph = helper.make_graph(
        nodes,
        "endless",
        [image, mask],
        [fill],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {KEY: msgspec.json.encode(manifest).decode()})
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    path.with_suffix(".json").write_bytes(msgspec.json.encode(Sidecar(sha256_of(path), manifest)))


@pytest.fixture
def endless(daemon_environment, start_daemon, connect):
    """A daemon in the middle of a run that never ends, the client that waits for it, and the request's id."""
    write_endless(Path(daemon_environment["GAN_INPAINT_MODELS_DIR"]) / "endless.onnx", 0.5)
    daemon = start_daemon()
    client = connect(daemon)
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    mask[60:200, 60:200] = 255
    id = client.request("fill", bytes(mask.size), mask, model="endless", **_KEYS)
    process = psutil.Process(daemon.process.pid)
    while client.next_to(id, "progress")["stage"] != "filling":
        pass
    before = process.cpu_times().user
    while process.cpu_times().user < before + 0.5:  # it is inside of the run
        client.next_to(id, "progress")
    return daemon, client, id


def test_cancel_ends_a_run_that_never_ends_and_the_daemon_goes_on(endless, short_fill) -> None:
    _, client, id = endless
    client.request("cancel", target=id)
    assert client.next_to(id, "error")["code"] == "cancelled"
    assert client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"


def test_stop_now_ends_a_run_that_never_ends(endless) -> None:
    daemon, client, id = endless
    client.request("stop", now=True)
    assert client.next_to(id, "error")["code"] == "cancelled"
    assert daemon.process.wait(10) == 0


def test_a_second_sigterm_ends_a_run_that_never_ends(endless) -> None:
    daemon, client, id = endless
    daemon.process.send_signal(signal.SIGTERM)
    assert client.ask("hello")["stopping"] is True
    daemon.process.send_signal(signal.SIGTERM)
    assert client.next_to(id, "error")["code"] == "cancelled"
    assert daemon.process.wait(10) == 0


def test_the_run_of_a_client_that_hangs_up_ends(endless, connect, short_fill) -> None:
    daemon, client, _ = endless
    client.socket.close()
    other = connect(daemon)
    assert other.outcome(other.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"


def test_serve_detach_waits_for_a_daemon_that_is_stopping(endless) -> None:
    daemon, client, id = endless
    client.request("stop")
    assert client.ask("hello")["stopping"] is True
    words = [sys.executable, "-m", "gan_inpaint", "serve", "--detach"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=daemon.environment, stdout=pipe, stderr=pipe, text=True) as starting:
        client.next_to(id, "progress")
        client.request("cancel", target=id)
        assert daemon.process.wait(10) == 0
        assert (starting.wait(20), starting.stderr.read()) == (0, "")
    status = subprocess.run([*words[:3], "status", "--json"], env=daemon.environment, capture_output=True, text=True)
    assert f'"pid": {daemon.process.pid}' not in status.stdout
    subprocess.run([*words[:3], "stop"], env=daemon.environment, check=True, capture_output=True)


def test_a_model_that_never_ends_is_not_added(tmp_path: Path) -> None:
    write_endless(tmp_path / "endless.onnx", 2.0)
    with pytest.raises(BadModel, match="did not end within"):
        examine(tmp_path / "endless.onnx", seconds=5)
    assert not [child for child in psutil.Process().children() if "examination" in " ".join(child.cmdline())]


def test_a_named_pipe_among_the_models_keeps_nobody_waiting(daemon, client) -> None:
    folder = Path(daemon.environment["GAN_INPAINT_MODELS_DIR"])
    folder.mkdir(parents=True)
    os.mkfifo(folder / "pipe.json")
    assert "pipe" not in [model["name"] for model in client.ask("hello")["models"]]
