from itertools import islice
from pathlib import Path

import pytest
import torch
from lightning.fabric import Fabric

from gan_inpaint_training import data
from gan_inpaint_training.batches import batches, item_numbers, loaded, resident
from gan_inpaint_training.config import load

FABRIC = Fabric(accelerator="cpu", devices=1)


@pytest.fixture
def crops(tiny_config: Path) -> data.Crops:
    config = load(str(tiny_config))
    return data.Crops(data.read(config.data), config.data, config.masks, config.box, seed=0)


def test_batches_go_on_where_a_run_stopped(crops: data.Crops, tiny_config: Path) -> None:
    config = load(str(tiny_config))
    whole, rest = list(batches(crops, config, FABRIC, 0)), list(batches(crops, config, FABRIC, 20))
    assert (len(whole), len(rest)) == (8, 3)
    for one, other in zip(whole[5:], rest, strict=True):
        assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])


@pytest.mark.parametrize("world", [1, 2, 3, 6])
def test_every_device_takes_as_many_steps_whatever_is_left_over(world: int, tiny_config: Path) -> None:
    for images in range(1, 30):
        schedule = load(str(tiny_config), [f"schedule.images={images}", "schedule.batch=6"]).schedule
        for seen in (0, 6, 30):
            shares = [item_numbers(seen, schedule, rank, world) for rank in range(world)]
            whole = max(images - seen, 0) // 6 * 6
            assert [len(share) for share in shares] == [whole // world] * world
            assert sorted(number for share in shares for number in share) == list(range(seen, seen + whole))


def test_two_devices_share_every_batch_among_them(crops: data.Crops) -> None:
    whole = next(loaded(crops, range(12), 6, FABRIC, 0))[0]
    shares = [next(loaded(crops, range(rank, 12, 2), 3, FABRIC, 0))[0] for rank in range(2)]
    assert torch.equal(torch.stack(shares, 1).flatten(0, 1), whole)


def test_crops_on_the_device_are_the_first_ones_and_come_round_with_other_holes(crops: data.Crops) -> None:
    first, second, third = islice(resident(crops, 10, range(30), 10, FABRIC, 0), 3)
    expected = [torch.stack(part) for part in zip(*(crops[number] for number in range(10)), strict=True)]
    assert torch.equal(first[0], expected[0]) and torch.equal(first[1], expected[1])
    for again in (second, third):
        assert torch.equal(again[0], first[0])
        assert not any(torch.equal(one, other) for one, other in zip(again[1], first[1], strict=True))
    assert sorted(mask.sum().item() for mask in second[1]) == sorted(mask.sum().item() for mask in first[1])


def test_crops_on_the_device_go_on_where_a_run_stopped(crops: data.Crops) -> None:
    whole = list(resident(crops, 10, range(24), 4, FABRIC, 0))
    rest = list(resident(crops, 10, range(16, 24), 4, FABRIC, 0))
    for one, other in zip(whole[4:], rest, strict=True):
        assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])
