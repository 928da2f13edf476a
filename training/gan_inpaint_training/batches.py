"""Batches in the order of the images seen, on the training device."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.utils.data import DataLoader

from gan_inpaint_training.config import ScheduleConfig
from gan_inpaint_training.task import AnyConfig, Source

Batch = tuple[Tensor, Tensor]

RESIDENT = 2**17  # crops kept on a GPU
RESIDENT_SHARE = 4  # the divisor of the GPU's memory that crops may use
PORTION = 256  # crops copied to a GPU at once
SHIFT = 7919  # items by which the masks advance against the crops in each round: a prime


def batches(crops: Source, config: AnyConfig, fabric: Fabric, images_seen: int) -> Iterator[Batch]:
    """Yield this device's share of every batch from `images_seen` to the last whole one of the run.

    Pictures (N, 3, S, S) and masks (N, M, S, S), uint8, on the device. Rank r gets every world-size-th item from r on.
    """
    numbers = item_numbers(images_seen, config.schedule, fabric.global_rank, fabric.world_size)
    share = config.schedule.batch // fabric.world_size
    if fabric.device.type != "cuda":
        return loaded(crops, numbers, share, fabric, config.data.workers)
    # Depends only on configuration and GPU, so that item n stays a function of n.
    memory = torch.cuda.get_device_properties(fabric.device).total_memory
    count = min(config.schedule.images, RESIDENT, memory // (RESIDENT_SHARE * 4 * config.data.crop**2))
    workers = max(config.data.workers, (os.cpu_count() or 1) // fabric.world_size)
    return resident(crops, count, numbers, share, fabric, workers)


def item_numbers(images_seen: int, schedule: ScheduleConfig, rank: int, world: int) -> range:
    """Return the items of one rank, only of whole batches, so that every rank takes the same number of steps."""
    stop = images_seen + (schedule.images - images_seen) // schedule.batch * schedule.batch
    return range(images_seen + rank, stop, world)


def loaded(crops: Source, numbers: range, share: int, fabric: Fabric, workers: int) -> Iterator[Batch]:
    """Yield the items of `numbers`, `share` at a time, made by worker processes just in time."""
    for picture, mask in DataLoader(
        crops, share, sampler=numbers, num_workers=workers, drop_last=True, worker_init_fn=_leave_signals_to_the_parent
    ):
        yield fabric.to_device(picture), fabric.to_device(mask)


def resident(crops: Source, count: int, numbers: range, share: int, fabric: Fabric, workers: int) -> Iterator[Batch]:
    """Yield the same from the first `count` crops, which are stored on the device and repeated.

    In each round the crops get other masks, unless the source is `paired`.
    """
    pictures, masks, filled = torch.empty(0), torch.empty(0), 0
    loader = DataLoader(
        crops, PORTION, sampler=range(count), num_workers=workers, worker_init_fn=_leave_signals_to_the_parent
    )
    for picture, mask in loader:
        if not filled:
            pictures, masks = (part.new_empty(count, *part.shape[1:], device=fabric.device) for part in (picture, mask))
        pictures[filled : filled + len(picture)], masks[filled : filled + len(mask)] = picture, mask
        filled += len(picture)
    shift = 0 if crops.paired else SHIFT if count % SHIFT else 1
    for batch in range(len(numbers) // share):
        number = torch.arange(share, device=fabric.device) * numbers.step + numbers[batch * share]
        rounds = number.div(count, rounding_mode="floor")
        yield pictures[number % count], masks[(number + shift * rounds) % count]


def _leave_signals_to_the_parent(worker: int) -> None:
    """Let a worker go on when a terminal or a batch queue tells all processes of a run to end: the parent ends it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def to_image(picture: Tensor) -> Tensor:
    """Convert uint8 0–255 to float32 in [-1, 1]."""
    return picture.float() / 127.5 - 1


def to_hole(mask: Tensor) -> Tensor:
    """Convert uint8, 255 = hole, to float32, 1 = hole."""
    return (mask > 127).float()
