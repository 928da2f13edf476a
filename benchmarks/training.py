"""The cost of the training framework on top of the networks: its step against a plain loop's (plain_loop.py).

Compared are whole steps on the same batches of random bytes, with the same networks, precision, memory format, losses
and number of the discriminator's steps: uint8 to weights. The framework's step has besides what it does for every run,
and a plain loop does not: the moving average of the weights, the schedule, a fresh seed, named terms, the
discriminator's accuracy, the watch for losses that are not finite.

Not compared are reading, cropping and augmenting pictures, which workers do meanwhile, and logs, samples and
checkpoints, which come once in thousands of images. Crops are smaller than those of the configurations, and most
batches too, so that the numbers come in two minutes; what the framework adds to a step does not grow with them, so
that its share here is the larger one.

Before anything is timed, both loops take two steps from the same weights with the same random numbers, and their losses
must agree: otherwise one of them does other work.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import NamedTuple

import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor

from benchmarks.measure import Measurement, interleaved
from benchmarks.plain_loop import PlainLoop
from gan_inpaint_training import config as configuration
from gan_inpaint_training.batches import to_hole, to_image
from gan_inpaint_training.config import Config
from gan_inpaint_training.masks import Masks
from gan_inpaint_training.precision import precision_of
from gan_inpaint_training.trainer import Trainer
from gan_inpaint_training.watch import FiniteWatch

SLOWEST = 1.052  # at least 0.95 of the plain loop's images/s
TOLERANCE = 1e-3
BATCHES = 4


class Case(NamedTuple):
    """`crop`: side in pixels; `batch`: images per step."""

    crop: int
    batch: int
    rounds: int


CASES = {
    "dmfn": Case(64, 2, rounds=9),
    "contextual-attention": Case(64, 2, rounds=7),
    "context-encoder": Case(128, 16, rounds=13),
    "cifar-two-path": Case(32, 64, rounds=19),
    "deepfill-v2": Case(64, 4, rounds=13),
    "aot": Case(64, 4, rounds=11),
    "default": Case(128, 8, rounds=31),
}


def measurements() -> Iterator[Measurement]:
    """Measure the framework's step over the plain loop's, for each network."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)  # where Fabric announces its precision
    for name, case in CASES.items():
        seconds = _compared(name, case)
        plain, framework = (case.batch / seconds[side] for side in ("plain", "framework"))
        how = (
            f"{case.batch} crops of {case.crop}×{case.crop}, medians of {case.rounds} interleaved rounds; "
            f"{framework:.1f} images/s against {plain:.1f}"
        )
        ratio = seconds["framework"] / seconds["plain"]
        yield Measurement(f"Training {name}: time of a step against a plain loop's", ratio, SLOWEST, "×", how)


def _compared(name: str, case: Case) -> dict[str, float]:
    config = configuration.load(name, [f"data.crop={case.crop}", f"schedule.batch={case.batch}"])
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision_of(config.schedule.precision))
    trainer, plain, watch = Trainer(config, fabric), PlainLoop(name, config), FiniteWatch(fabric)
    batches = _batches(config)
    _check_that_both_train_alike(name, trainer, plain, batches)

    def step_of_the_framework(picture: Tensor, mask: Tensor) -> None:
        before = trainer.images_seen
        watch.see(trainer.step(to_image(picture), to_hole(mask)), before)

    tasks = {"framework": _on_each(batches, step_of_the_framework), "plain": _on_each(batches, plain.step)}
    return interleaved(tasks, case.rounds)


def _batches(config: Config) -> list[tuple[Tensor, Tensor]]:
    """Return random bytes (N, 3, S, S) and holes (N, 1, S, S) of the configuration's kinds."""
    random, masks = np.random.default_rng(config.schedule.seed), Masks(config.masks, config.box)
    count, side = config.schedule.batch, config.data.crop
    pictures = random.integers(0, 256, (BATCHES, count, 3, side, side), np.uint8)
    holes = np.stack([[masks.draw(random, side)[None] for _ in range(count)] for _ in range(BATCHES)])
    return list(zip(torch.from_numpy(pictures), torch.from_numpy(holes), strict=True))


def _on_each(batches: list[tuple[Tensor, Tensor]], step: Callable[[Tensor, Tensor], object]) -> Callable[[], object]:
    """Return a step on the next of the batches, in a cycle."""
    turns = cycle(batches)
    return lambda: step(*next(turns))


def _check_that_both_train_alike(
    name: str, trainer: Trainer, plain: PlainLoop, batches: list[tuple[Tensor, Tensor]]
) -> None:
    """Raise RuntimeError if the generator's losses differ, in the first step or in the second."""
    for picture, mask in batches[:2]:
        framework = float(trainer.step(to_image(picture), to_hole(mask))["generator"])
        torch.manual_seed(torch.initial_seed())  # the framework seeds each step; once more from there
        by_hand = float(plain.step(picture, mask))
        if not math.isclose(framework, by_hand, rel_tol=TOLERANCE):
            raise RuntimeError(f"{name}: the framework's loss is {framework:g}, the plain loop's {by_hand:g}")
