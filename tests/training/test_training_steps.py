"""Every shipped configuration trains, is saved and goes on, made small."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gan_inpaint_training import checkpoint
from gan_inpaint_training.config import available
from gan_inpaint_training.loop import train

SMALL = {
    "default": ["data.crop=64", "generator.width=8", "adversary.width=8", "adversary.start=0"],
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
    judged, judged_again = (state["adversary"]["discriminator"] for state in (one, other))
    assert all(torch.equal(judged[key], judged_again[key]) for key in judged)
    for trained, part in ((one["generator"], first["generator"]), (judged, first["adversary"]["discriminator"])):
        assert any(not torch.equal(trained[key], part[key]) for key in trained if key.endswith(("weight", "original")))
