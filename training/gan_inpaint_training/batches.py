"""Batches in the order of the images seen, on the device that trains."""

from __future__ import annotations

import os
from collections.abc import Iterator

import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.utils.data import DataLoader

from gan_inpaint_training.config import ScheduleConfig
from gan_inpaint_training.task import AnyConfig, Source

Batch = tuple[Tensor, Tensor]

RESIDENT = 2**17  # crops on a GPU: more than the pictures of most data sets hold
RESIDENT_SHARE = 4  # of the GPU's memory, a quarter
PORTION = 256
SHIFT = 7919  # how far the masks move on against the crops each time these come round: a prime


def batches(crops: Source, config: AnyConfig, fabric: Fabric, images_seen: int) -> Iterator[Batch]:
    """This device's share of every batch from `images_seen` to the last whole one of the run: pictures (N, 3, S, S) and
    masks (N, M, S, S), uint8, on the device. The share of rank r is every world-size-th item from r on."""
    numbers = item_numbers(images_seen, config.schedule, fabric.global_rank, fabric.world_size)
    share = config.schedule.batch // fabric.world_size
    if fabric.device.type != "cuda":
        return loaded(crops, numbers, share, fabric, config.data.workers)
    # By configuration and GPU alone, so that item n stays a function of n.
    memory = torch.cuda.get_device_properties(fabric.device).total_memory
    count = min(config.schedule.images, RESIDENT, memory // (RESIDENT_SHARE * 4 * config.data.crop**2))
    workers = max(config.data.workers, (os.cpu_count() or 1) // fabric.world_size)
    return resident(crops, count, numbers, share, fabric, workers)


def item_numbers(images_seen: int, schedule: ScheduleConfig, rank: int, world: int) -> range:
    """The items of rank r of `world`: those of whole batches alone, so that every rank takes as many steps."""
    stop = images_seen + (schedule.images - images_seen) // schedule.batch * schedule.batch
    return range(images_seen + rank, stop, world)


def loaded(crops: Source, numbers: range, share: int, fabric: Fabric, workers: int) -> Iterator[Batch]:
    """The items of `numbers`, `share` at a time, made by worker processes just in time."""
    for picture, mask in DataLoader(crops, share, sampler=numbers, num_workers=workers, drop_last=True):
        yield fabric.to_device(picture), fabric.to_device(mask)


def resident(crops: Source, count: int, numbers: range, share: int, fabric: Fabric, workers: int) -> Iterator[Batch]:
    """The same from the first `count` crops, which lie on the device from the start and come round, with other holes
    where these go with any picture."""
    pictures, masks, filled = torch.empty(0), torch.empty(0), 0
    for picture, mask in DataLoader(crops, PORTION, sampler=range(count), num_workers=workers):
        if not filled:
            pictures, masks = (part.new_empty(count, *part.shape[1:], device=fabric.device) for part in (picture, mask))
        pictures[filled : filled + len(picture)], masks[filled : filled + len(mask)] = picture, mask
        filled += len(picture)
    shift = 0 if crops.paired else SHIFT if count % SHIFT else 1
    for batch in range(len(numbers) // share):
        number = torch.arange(share, device=fabric.device) * numbers.step + numbers[batch * share]
        rounds = number.div(count, rounding_mode="floor")
        yield pictures[number % count], masks[(number + shift * rounds) % count]


def to_image(picture: Tensor) -> Tensor:
    """uint8 0–255 → float32 in [-1, 1]."""
    return picture.float() / 127.5 - 1


def to_hole(mask: Tensor) -> Tensor:
    """uint8, 255 = hole → float32, 1 = hole."""
    return (mask > 127).float()
