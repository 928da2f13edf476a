"""Every shipped configuration trains, is saved, goes on and is exported, made small."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import torch
from lightning.fabric import Fabric
from torch import nn

from gan_inpaint.models.store import ModelStore
from gan_inpaint_export import from_run
from gan_inpaint_training import checkpoint, generators
from gan_inpaint_training.config import available, load
from gan_inpaint_training.loop import train
from gan_inpaint_training.precision import Precision, precision_of
from gan_inpaint_training.trainer import Trainer

SMALL = {
    "default": ["data.crop=64", "generator.width=8", "adversary.width=8", "adversary.start=0"],
    "faces": [
        *("data.crop=64", "generator.side=64", "generator.cells=16", "generator.components=3", "generator.width=8"),
        *("window=64", "adversary.width=8", "adversary.start=0"),
    ],
    "dmfn": ["data.crop=64", "generator.width=8", "generator.blocks=1", "adversary.width=8"],
    "dmfn-released": ["data.crop=64", "generator.width=8", "generator.blocks=1", "adversary.width=8"],
    "contextual-attention": ["data.crop=64", "generator.width=4", "adversary.width=8"],
    "context-encoder": ["data.crop=128", "generator.width=8"],
    "context-encoder-released": ["data.crop=128", "generator.width=8"],
    "cifar-two-path": ["data.crop=32"],
    "cifar-two-path-128": ["data.crop=128"],
    "deepfill-v2": ["data.crop=64", "generator.width=8", "adversary.width=8"],
    "aot": ["data.crop=64", "generator.width=8", "generator.blocks=1", "adversary.width=8", "adversary.sigma=2"],
}


def small(name: str, photographs: Path) -> list[str]:
    crop = SMALL[name][0].removeprefix("data.crop=")
    return [
        *(f"data.shards=[{photographs.as_posix()}]", f"data.resize={crop}", "data.workers=0", "data.classes=[]"),
        *("data.max_reduction=1", "schedule.batch=2", "schedule.precision=32-true", "schedule.decay=0"),
        *("schedule.log_every=2", *SMALL[name]),
    ]


@pytest.mark.parametrize("name", available())
def test_a_network_trains_and_goes_on_bit_for_bit(name: str, photographs: Path, tmp_path: Path) -> None:
    settings = small(name, photographs)
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    train(name, whole, [*settings, "schedule.images=4"])
    train(name, halves, [*settings, "schedule.images=2"])
    first = checkpoint.load(halves)
    train(name, halves, [*settings, "schedule.images=4"])
    one, other = checkpoint.load(whole), checkpoint.load(halves)
    assert one["images_seen"] == other["images_seen"] == 4
    for part in (one["generator"], one["ema"], one["adversary"]["discriminator"]):
        assert all(value.isfinite().all() for value in part.values())
    for part in ("generator", "ema"):
        assert all(torch.equal(one[part][key], other[part][key]) for key in one[part]), part
    ours, again = (state["adversary"]["discriminator"] for state in (one, other))
    assert all(torch.equal(ours[key], again[key]) for key in ours)
    for trained, part in ((one["generator"], first["generator"]), (ours, first["adversary"]["discriminator"])):
        assert any(not torch.equal(trained[key], part[key]) for key in trained if key.endswith(("weight", "original")))


@pytest.mark.parametrize("name", available())
def test_a_network_trains_in_mixed_precision(name: str, photographs: Path, tmp_path: Path) -> None:
    train(name, tmp_path, [*small(name, photographs), "schedule.images=2", "schedule.precision=bf16-mixed"])
    state = checkpoint.load(tmp_path)
    assert state["images_seen"] == 2
    for part in (state["generator"], state["ema"], state["adversary"]["discriminator"]):
        assert all(value.isfinite().all() and value.dtype != torch.bfloat16 for value in part.values())


@pytest.mark.parametrize(("precision", "dtype"), [("32-true", torch.float32), ("bf16-mixed", torch.bfloat16)])
def test_the_generator_computes_in_the_precision_of_the_configuration(
    precision: Precision, dtype: torch.dtype, photographs: Path
) -> None:
    config = load("default", small("default", photographs))
    trainer = Trainer(config, Fabric(accelerator="cpu", devices=1, precision=precision))
    computed: set[torch.dtype] = set()
    for module in trainer.generator.module.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda module, inputs, output: computed.add(output.dtype))
    (fill,) = trainer.stages(torch.zeros(1, 3, 32, 32), torch.ones(1, 1, 32, 32), None)
    assert computed == {dtype} and fill.dtype == torch.float32


@pytest.mark.skipif(torch.accelerator.is_available(), reason="then the CPU does not matter")
@pytest.mark.parametrize(("capability", "fastest"), [("AVX512", "bf16-mixed"), ("AVX2", "32-true")])
def test_bfloat16_is_the_default_where_the_hardware_computes_it(
    capability: str, fastest: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert precision_of(load("default").schedule.precision) == fastest
    assert precision_of("32-true") == "32-true" and precision_of("bf16-mixed") == "bf16-mixed"


# The generators of the other configurations are exported from a run in tests/unit/test_export.py.
@pytest.mark.parametrize("name", ["aot", "context-encoder", "contextual-attention", "deepfill-v2", "dmfn"])
def test_a_trained_network_is_exported_and_can_be_added(name: str, tmp_path: Path) -> None:
    config = load(name, ["window=64", *(setting for setting in SMALL[name] if setting.startswith("generator"))])
    torch.manual_seed(0)
    generator = generators.build(msgspec.to_builtins(config.generator))
    state = {"config": msgspec.to_builtins(config), "ema": generator.state_dict(), "images_seen": 4}
    checkpoint.save(tmp_path, state)
    from_run(tmp_path, tmp_path / "tiny.onnx")
    manifest = ModelStore(tmp_path / "models", tmp_path / "none").add(tmp_path / "tiny.onnx").manifest
    assert (manifest.title, manifest.images_seen, manifest.guided) == (config.title, 4, generator.guided)
