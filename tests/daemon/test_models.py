"""Which filler does a fill, what the client learns of it, and how generators come and go."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from onnx import TensorProto, helper, save
from tests.shipped import ship

import gan_inpaint
from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.manifest import KEY, Manifest
from gan_inpaint.models.store import ModelStore
from gan_inpaint.server import Config

_SIDE = 96


@pytest.fixture(scope="session")
def onnx_file(tmp_path_factory) -> Path:
    """A generator that fills every hole with the middle of its range: the whole contract in one multiplication."""
    manifest = Manifest(
        name="gray",
        title="Gray",
        version="1",
        size_multiple=8,
        window=64,
        training_data="none",
        licence="CC0-1.0",
        images_seen=0,
    )
    image, mask, fill = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, "h", "w"])
        for name, channels in (("image", 3), ("mask", 1), ("fill", 3))
    )
    nodes = [
        helper.make_node("Sub", ["one", "mask"], ["known"]),
        helper.make_node("Mul", ["image", "known"], ["fill"]),
    ]
    one = helper.make_tensor("one", TensorProto.FLOAT, [], [1.0])
    graph = helper.make_graph(nodes, "gray", [image, mask], [fill], [one])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {KEY: msgspec.json.encode(manifest).decode()})
    file = tmp_path_factory.mktemp("onnx") / "gray.onnx"
    save(model, file)
    return file


@pytest.fixture
def added(daemon_environment, onnx_file) -> Path:
    """The file of the model `gray`, added by the user."""
    models = Path(daemon_environment["GAN_INPAINT_MODELS_DIR"])
    return ModelStore(models).add(onnx_file, name="gray").path


@pytest.fixture
def shipped(tmp_path, onnx_file, daemon_environment) -> tuple[Path, dict[str, str]]:
    """The default generator's file in a copy of the product, and the variables that let a daemon run that copy."""
    package = tmp_path / "gan_inpaint"
    shutil.copytree(Path(gan_inpaint.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__", "*.onnx"))
    weights = package / "weights"
    shutil.rmtree(weights)
    file = ship(onnx_file, weights)
    return file, {"PYTHONPATH": os.pathsep.join([str(tmp_path), daemon_environment["PYTHONPATH"]])}


def _fill(client, model: str | None = None):
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    mask[40:50, 40:50] = 255
    keys = {"width": _SIDE, "height": _SIDE, "layout": "rgb", "depth": "u8", **({"model": model} if model else {})}
    id = client.request("fill", np.full((_SIDE, _SIDE, 3), 90, np.uint8).tobytes(), mask.tobytes(), **keys)
    return client.outcome(id)[0]


def _damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_the_default_generator_is_warmed_at_the_start_and_named_in_the_result(start_daemon, connect, shipped) -> None:
    _, variables = shipped
    client = connect(start_daemon(Config(), **variables))
    (session,) = client.wait_for(lambda status: status["sessions"])["sessions"]
    assert session["model"] == DEFAULT
    result = _fill(client)
    assert result["filled_by"] == {
        "model": DEFAULT,
        "version": "1",
        "kind": "generator",
        "licence": "CC0-1.0",
        "sha256": session["sha256"],
        "provider": session["provider"],
    }
    assert result["note"] == ""
    assert session["provider"] in client.ask("status")["providers_available"]


def test_a_damaged_default_generator_is_replaced_by_the_classical_filler_which_says_so(
    start_daemon, connect, shipped
) -> None:
    file, variables = shipped
    _damage(file)
    client = connect(start_daemon(Config(), **variables))
    result = _fill(client)
    assert (result["type"], result["filled_by"]["kind"]) == ("result", "classical")
    assert result["filled_by"]["licence"] == "Apache-2.0"
    assert "classical filler stood in" in result["note"]
    assert "damaged" in result["note"]
    assert client.ask("status")["sessions"] == []


def test_without_a_generator_auto_is_the_classical_filler(start_daemon, connect, shipped) -> None:
    file, variables = shipped
    _damage(file)
    result = _fill(connect(start_daemon(Config(), **variables)), model="auto")
    assert (result["filled_by"]["kind"], result["scores"]) == ("classical", {})
    assert "classical filler stood in" in result["note"]


def test_a_missing_default_generator_is_replaced_by_the_classical_filler_which_says_so(
    start_daemon, connect, shipped
) -> None:
    file, variables = shipped
    shutil.rmtree(file.parent)
    result = _fill(connect(start_daemon(Config(), **variables)))
    assert (result["type"], result["filled_by"]["kind"]) == ("result", "classical")
    assert "classical filler stood in" in result["note"]


def test_without_onnxruntime_the_classical_filler_stands_in_and_other_models_are_refused(
    start_daemon, connect, shipped, added, tmp_path
) -> None:
    _, variables = shipped
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('no such library on this computer')")
    client = connect(start_daemon(Config(), **variables))
    result = _fill(client)
    assert result["filled_by"]["kind"] == "classical"
    assert "no such library on this computer" in result["note"]
    assert _fill(client, "gray")["code"] == "bad_model"


def test_the_classical_filler_can_be_asked_for_and_has_nothing_to_excuse(client) -> None:
    result = _fill(client, "classical")
    assert result["filled_by"]["kind"] == "classical"
    assert result["note"] == ""


def test_a_model_that_the_user_added_is_offered_and_fills(start_daemon, connect, added) -> None:
    client = connect(start_daemon(Config()))
    assert "gray" in [model["name"] for model in client.ask("hello")["models"]]
    assert _fill(client, "gray")["filled_by"]["model"] == "gray"


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"sha256": "\xff"}', b"[" * 10_000], ids=lambda content: repr(content[:20])
)
def test_a_damaged_description_of_a_model_hides_that_model_only(
    start_daemon, connect, added, daemon_environment, content
) -> None:
    (added.parent / "broken.json").write_bytes(content)
    names = [model["name"] for model in connect(start_daemon(Config())).ask("hello")["models"]]
    assert "gray" in names
    assert "broken" not in names


@pytest.mark.parametrize("model", ["default", "auto", "classical"])
@pytest.mark.parametrize(("value", "code"), [(0, "empty_mask"), (255, "mask_covers_all")])
def test_a_mask_without_an_edge_is_an_error_of_the_mask_for_every_model(client, model, value, code) -> None:
    pixels, mask = bytes(3 * _SIDE * _SIDE), bytes([value]) * _SIDE * _SIDE
    keys = {"width": _SIDE, "height": _SIDE, "layout": "rgb", "depth": "u8", "model": model}
    reply = client.outcome(client.request("fill", pixels, mask, **keys))[0]
    assert (reply["type"], reply["code"], bool(reply["message"])) == ("error", code, True)


def test_an_unknown_model_is_an_error(client) -> None:
    reply = _fill(client, "../../etc/passwd")
    assert (reply["code"], bool(reply["message"])) == ("unknown_model", True)


def test_a_damaged_model_asked_for_by_name_is_an_error_not_another_filler(start_daemon, connect, added) -> None:
    _damage(added)
    assert _fill(connect(start_daemon(Config())), "gray")["code"] == "bad_model"


def test_an_idle_generator_is_dropped_and_loaded_again_on_demand(start_daemon, connect, added) -> None:
    client = connect(start_daemon(Config(idle_seconds=0.3)))
    for _ in range(2):
        assert _fill(client, "gray")["filled_by"]["model"] == "gray"
        client.wait_for(lambda status: status["sessions"] == [])
    assert client.ask("status")["fills"] == 2


def test_a_model_that_was_replaced_while_it_was_loaded_is_loaded_anew(
    start_daemon, connect, added, daemon_environment
) -> None:
    client = connect(start_daemon(Config()))
    before = _fill(client, "gray")["filled_by"]["sha256"]
    store = ModelStore(Path(daemon_environment["GAN_INPAINT_MODELS_DIR"]))
    replacement = added.with_name("replacement")
    shutil.copy(added, replacement)
    with replacement.open("ab") as file:  # an unknown field of protobuf: another file, the same graph
        file.write(b"\xa2\x06\x01x")
    store.remove("gray")
    store.add(replacement, name="gray")
    after = _fill(client, "gray")["filled_by"]["sha256"]
    assert before != after
    assert [session["sha256"] for session in client.ask("status")["sessions"] if session["model"] == "gray"] == [after]
