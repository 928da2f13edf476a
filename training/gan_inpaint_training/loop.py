"""The training loop: resumable, counted in images seen, logged to TensorBoard."""

from __future__ import annotations

import logging
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter

from gan_inpaint_training import checkpoint, generators, losses
from gan_inpaint_training import config as configuration
from gan_inpaint_training.adversary import PatchAdversary
from gan_inpaint_training.config import Config, ScheduleConfig
from gan_inpaint_training.data import Crops, read_pictures
from gan_inpaint_training.grid import sample_grid

log = logging.getLogger(__name__)
EXAMPLES = range(2**32, 2**32 + 8)  # crops for the sample grid: numbers that no run reaches


class NonFiniteLoss(RuntimeError):
    """A loss became NaN or infinite; the last good checkpoint is kept."""


def train(config_name_or_path: str, run: Path, overrides: list[str] = []) -> None:  # noqa: B006 - never mutated
    """Train into the folder `run`, going on from its checkpoint when it has one; Ctrl+C or SIGTERM saves and ends.

    Raises ConfigError, DataError, CheckpointError and NonFiniteLoss.
    """
    config = configuration.load(config_name_or_path, overrides)
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.yaml").write_bytes(msgspec.yaml.encode(config))
    fabric = Fabric(accelerator="auto", devices=1, precision=config.schedule.precision)
    torch.manual_seed(config.schedule.seed)
    trainer = Trainer(config, fabric)
    if (run / checkpoint.NAME).exists():
        trainer.load_state(checkpoint.load(run))
        log.info("Going on from %d images seen", trainer.images_seen)
    pictures = read_pictures(config.data.shards, config.data.crop)
    log.info("%d pictures, %d parameters", len(pictures), sum(p.numel() for p in trainer.generator.parameters()))
    crops = Crops(pictures, config.data.crop, config.masks, config.schedule.seed, config.data.max_reduction)
    with SummaryWriter(str(run)) as writer:
        _run(trainer, crops, run, writer)


def _run(trainer: Trainer, crops: Crops, run: Path, writer: SummaryWriter) -> None:
    """Feed crops to the trainer until the schedule's end or a signal, logging and saving on the way."""
    config, stop = trainer.config, _StopSignal()
    schedule = config.schedule
    loader = DataLoader(
        crops, schedule.batch, sampler=range(trainer.images_seen, schedule.images), num_workers=config.data.workers,
        drop_last=True,
    )  # fmt: skip
    examples = [torch.stack(part) for part in zip(*(crops[number] for number in EXAMPLES), strict=True)]
    since, start = trainer.images_seen, time.monotonic()
    for picture, mask in loader:
        seen_before = trainer.images_seen
        terms = trainer.step(to_image(trainer.fabric.to_device(picture)), to_hole(trainer.fabric.to_device(mask)))
        if _crossed(seen_before, trainer.images_seen, schedule.log_every):
            values = {name: value.item() for name, value in terms.items()}
            if not all(torch.isfinite(value) for value in terms.values()):
                raise NonFiniteLoss(f"A loss is not finite after {trainer.images_seen} images: {values}")
            values["images_per_second"] = (trainer.images_seen - since) / (time.monotonic() - start)
            since, start = trainer.images_seen, time.monotonic()
            for name, value in values.items():
                writer.add_scalar(name, value, trainer.images_seen)
            summary = " ".join(f"{name} {value:.4g}" for name, value in values.items())
            log.info("%d of %d images: %s", trainer.images_seen, schedule.images, summary)
        if _crossed(seen_before, trainer.images_seen, schedule.checkpoint_every):
            _save(trainer, run, writer, examples)
        if stop.requested:
            break
    _save(trainer, run, writer, examples)


def _save(trainer: Trainer, run: Path, writer: SummaryWriter, examples: list[Tensor]) -> None:
    checkpoint.save(run, trainer.state())
    grid = sample_grid(trainer.averaged.module, to_image(examples[0]), to_hole(examples[1]))
    writer.add_image("masked, fill, truth", grid, trainer.images_seen)


class Trainer:
    """Generator, its moving average, adversary and optimisers of one run."""

    def __init__(self, config: Config, fabric: Fabric) -> None:
        self.config, self.fabric, self.images_seen = config, fabric, 0
        generator = generators.build(msgspec.to_builtins(config.generator))
        decay = 0.5 ** (config.schedule.batch / config.schedule.ema_half_life)
        self.averaged = fabric.to_device(AveragedModel(generator, multi_avg_fn=get_ema_multi_avg_fn(decay)))
        optimizer = torch.optim.Adam(generator.parameters(), lr=config.schedule.learning_rate, betas=(0.5, 0.99))
        self.generator, self.optimizer = fabric.setup(generator, optimizer)
        self.adversary = PatchAdversary(config.adversary, fabric)

    def step(self, truth: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """One update on a batch: `truth` (N, 3, S, S) in [-1, 1], `mask` (N, 1, S, S), 1 = hole. Returns the terms."""
        scale = learning_rate_scale(self.config.schedule, self.images_seen)
        self._set_learning_rates(scale)
        fill = self.generator(truth * (1 - mask), mask)
        completed = torch.where(mask > 0, fill, truth)
        terms = {
            "hole": losses.masked_l1(fill, truth, mask),
            "known": losses.masked_l1(fill, truth, 1 - mask),
        }
        report: dict[str, Tensor] = {}
        strength = self.adversary.strength(self.images_seen)
        if strength > 0:
            report = self.adversary.step(truth, completed, mask)
            terms |= self.adversary.generator_terms(truth, completed, mask)
        weights = self._weights(strength)
        total = sum((weights[name] * term for name, term in terms.items()), start=truth.new_zeros(()))
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(total)
        self.optimizer.step()
        self.averaged.update_parameters(self.generator.module)
        self.images_seen += truth.shape[0]
        return {name: term.detach() for name, term in terms.items()} | report

    def state(self) -> dict[str, Any]:
        """Everything needed to go on as if never interrupted."""
        return {
            "config": msgspec.to_builtins(self.config),
            "images_seen": self.images_seen,
            "generator": self.generator.module.state_dict(),
            "ema": self.averaged.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "adversary": self.adversary.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError when the state belongs to another network."""
        if state["config"]["generator"] != msgspec.to_builtins(self.config.generator):
            raise checkpoint.CheckpointError(
                f"The run was trained with the generator {state['config']['generator']}, not with this configuration's."
            )
        self.images_seen = state["images_seen"]
        self.generator.module.load_state_dict(state["generator"])
        self.averaged.module.load_state_dict(state["ema"])
        # The first update of a fresh average copies the weights instead of averaging.
        self.averaged.n_averaged.fill_(1)
        self.optimizer.load_state_dict(state["optimizer"])
        self.adversary.load_state_dict(state["adversary"])

    def _weights(self, strength: float) -> dict[str, float]:
        loss = self.config.loss
        return {
            "hole": loss.hole,
            "known": loss.known,
            "adversarial": strength * loss.adversarial,
            "feature_matching": strength * loss.feature_matching,
        }

    def _set_learning_rates(self, scale: float) -> None:
        for optimizer, rate in (
            (self.optimizer, self.config.schedule.learning_rate),
            (self.adversary.optimizer, self.config.adversary.learning_rate),
        ):
            for group in optimizer.param_groups:
                group["lr"] = rate * scale


class _StopSignal:
    """Turns SIGINT and SIGTERM into a request to stop after the step under way."""

    def __init__(self) -> None:
        self.requested = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._request)

    def _request(self, number: int, frame: FrameType | None) -> None:
        self.requested = True


def learning_rate_scale(schedule: ScheduleConfig, images_seen: int) -> float:
    """1, then falling linearly to 0 over the last `decay` of the run."""
    remaining = (schedule.images - images_seen) / schedule.images
    return min(1.0, remaining / schedule.decay) if schedule.decay else 1.0


def to_image(picture: Tensor) -> Tensor:
    """uint8 0–255 → float32 in [-1, 1]."""
    return picture.float() / 127.5 - 1


def to_hole(mask: Tensor) -> Tensor:
    """uint8, 255 = hole → float32, 1 = hole."""
    return (mask > 127).float()


def _crossed(before: int, after: int, step: int) -> bool:
    return before // step != after // step
