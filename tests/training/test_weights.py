"""Weights-only files: written from a run, and the start of another one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import yaml

from gan_inpaint_training import checkpoint, weights
from gan_inpaint_training.checkpoint import CheckpointError
from gan_inpaint_training.loop import train

STILL = ["schedule.learning_rate=0", "schedule.images=4"]
"""A run that changes no weight, so that its result is what it started from."""


@pytest.fixture
def detector_config(tmp_path: Path, photographs: Path) -> Path:
    path = tmp_path / "tiny-detector.yaml"
    config = {
        "kind": "detector",
        "title": "Tiny",
        "window": 64,
        "data": {"shards": [str(photographs)], "crop": 32, "max_reduction": 2.0, "workers": 0},
        "damage": {"transport": 1.0, "dust": 1.0},
        "network": {"widths": [4, 4, 4, 4], "blocks": 1, "line": 5},
        "schedule": {"images": 8, "batch": 4, "precision": "32-true"},
    }
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(params=["generator", "detector"])
def config(request: pytest.FixtureRequest, tiny_config: Path, detector_config: Path) -> str:
    return str(tiny_config if request.param == "generator" else detector_config)


def test_a_new_run_starts_from_the_averaged_network_of_another(config: str, tmp_path: Path) -> None:
    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "weights.pt"
    train(config, first)
    weights.write(first, file)
    train(config, second, STILL, weights_file=file)
    ended, started = checkpoint.load(first), checkpoint.load(second)
    assert started["images_seen"] == 4
    noun = "detector" if "detector" in ended else "generator"
    for part in (noun, "ema"):
        learned = {name: value for name, value in ended["ema"].items() if "running" not in name and "num" not in name}
        assert all(torch.equal(started[part][name], value) for name, value in learned.items()), part
    assert not all(torch.equal(ended[noun][name], value) for name, value in ended["ema"].items())


def test_a_file_holds_weights_configuration_and_images_and_no_optimiser(tiny_config: Path, tmp_path: Path) -> None:
    train(str(tiny_config), tmp_path / "run")
    weights.write(tmp_path / "run", tmp_path / "weights.pt")
    content = torch.load(tmp_path / "weights.pt", weights_only=True)
    state = checkpoint.load(tmp_path / "run")
    assert content.keys() == {"weights", "config", "images_seen"}
    assert (content["config"], content["images_seen"]) == (state["config"], 32)
    assert content["weights"].keys() == state["ema"].keys()


def test_half_precision_halves_the_file_and_starts_a_run_in_32_bits(tiny_config: Path, tmp_path: Path) -> None:
    run, file = tmp_path / "run", tmp_path / "half.pt"
    train(str(tiny_config), run)
    weights.write(run, file, half=True)
    stored = weights.read(file)
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    train(str(tiny_config), tmp_path / "next", STILL, weights_file=file)
    started = checkpoint.load(tmp_path / "next")["generator"]
    assert {tensor.dtype for tensor in started.values()} == {torch.float32}
    assert all(torch.equal(started[name], stored[name].float()) for name in stored)


def test_a_value_that_does_not_fit_16_bits_is_named(tiny_config: Path, tmp_path: Path) -> None:
    train(str(tiny_config), tmp_path, ["schedule.images=4"])
    state = checkpoint.load(tmp_path)
    state["ema"]["stem.bias"][0] = 1e6
    checkpoint.save(tmp_path, state)
    with pytest.raises(CheckpointError, match=r"stem\.bias .*16 bits; leave out --half"):
        weights.write(tmp_path, tmp_path / "half.pt", half=True)
    assert not (tmp_path / "half.pt").exists()


def test_the_same_command_goes_on_with_an_interrupted_run(tiny_config: Path, tmp_path: Path) -> None:
    first, run, file = tmp_path / "first", tmp_path / "run", tmp_path / "weights.pt"
    train(str(tiny_config), first, ["schedule.images=8"])
    weights.write(first, file)
    train(str(tiny_config), run, ["schedule.images=8"], weights_file=file)
    origin = json.loads((run / "provenance.json").read_text())["weights"]
    assert list(origin) == [str(file)]
    before = checkpoint.load(run)["generator"]["stem.weight"]
    train(str(tiny_config), run, ["schedule.images=12", "schedule.learning_rate=0"], weights_file=file)
    state = checkpoint.load(run)
    assert state["images_seen"] == 12
    assert torch.equal(state["generator"]["stem.weight"], before)
    assert json.loads((run / "provenance.json").read_text())["weights"] == origin


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, r"There is no file .*weights\.pt"),
        (b"not weights at all", r"weights\.pt cannot be read"),
        ({"stem.weight": torch.zeros(1)}, r"weights\.pt does not hold the weights of a network"),
        ({"weights": {"stem.weight": 1}, "config": {}, "images_seen": 0}, r"does not hold the weights of a network"),
        (
            {"ema": {}, "config": {}, "images_seen": 0},
            r"is the checkpoint of a run\. “gan-inpaint weights RUN -o FILE”",
        ),
    ],
)
def test_a_file_without_weights_is_refused_and_leaves_no_run(
    content: object, complaint: str, tiny_config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "weights.pt"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        torch.save(content, file)
    with pytest.raises(CheckpointError, match=complaint):
        train(str(tiny_config), tmp_path / "run", weights_file=file)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (["generator.width=16"], r"its tensor stem\.weight is 16×16×3×3, theirs is 8×16×3×3\."),
        (["generator.blocks=2"], r"they have no tensor body\.1\.reduce\.weight\."),
        ([], r"it has no tensor another\.weight\."),
    ],
)
def test_weights_of_another_architecture_are_refused_with_the_first_tensor_that_differs(
    settings: list[str], complaint: str, tiny_config: Path, tmp_path: Path
) -> None:
    run, file = tmp_path / "run", tmp_path / "weights.pt"
    train(str(tiny_config), run, ["schedule.images=4"])
    state = checkpoint.load(run)
    if not settings:
        state["ema"]["another.weight"] = torch.zeros(1)
        checkpoint.save(run, state)
    weights.write(run, file)
    with pytest.raises(CheckpointError, match=f"do not fit the generator of this configuration: {complaint}"):
        train(str(tiny_config), tmp_path / "other", settings, weights_file=file)
    assert not (tmp_path / "other").exists()


def test_the_weights_of_a_detector_do_not_start_a_generator(
    tiny_config: Path, detector_config: Path, tmp_path: Path
) -> None:
    train(str(detector_config), tmp_path / "run", ["schedule.images=4"])
    weights.write(tmp_path / "run", tmp_path / "weights.pt")
    with pytest.raises(CheckpointError, match=r"do not fit the generator"):
        train(str(tiny_config), tmp_path / "other", weights_file=tmp_path / "weights.pt")
