"""What can be trained: generators against adversaries, and the detector; what the loop asks of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from lightning.fabric import Fabric
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from gan_inpaint_training import config as configuration
from gan_inpaint_training import detector, generators
from gan_inpaint_training.config import Config
from gan_inpaint_training.data import Crops, Pictures
from gan_inpaint_training.detector.config import DetectorConfig
from gan_inpaint_training.settings import Settings
from gan_inpaint_training.trainer import Trainer

AnyConfig = Config | DetectorConfig
Source = Crops | detector.DamagedCrops


class Learner(Protocol):
    """What is trained: `noun` is its name in messages, `grid` what its sample grid shows, row by row."""

    noun: str
    grid: str
    fabric: Fabric
    images_seen: int
    averaged: AveragedModel

    @property
    def config(self) -> AnyConfig: ...
    @property
    def network(self) -> nn.Module:
        """What is in the end used; an adversary is not."""

    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Take from the training pictures, each (3, S, S) in [-1, 1], what is computed before the first step."""

    def step(self, picture: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """One update on this device's share of a batch: `picture` (N, 3, S, S) in [-1, 1], `mask` (N, M, S, S) of 0 and
        1. Returns the terms of the loss."""

    def sample(self, picture: Tensor, mask: Tensor) -> Tensor:
        """What the moving average makes of examples, as a picture (3, H, W) in [0, 1]."""

    def check_weights(self) -> None:
        """Raises NonFiniteLoss."""

    def state(self) -> dict[str, Any]: ...
    def load_state(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError."""


@dataclass(frozen=True, slots=True)
class Task:
    """How a kind of configuration is read (raises ConfigError), the network that it describes with the channels of what
    that is shown, what is trained, and on what."""

    configured: Callable[[Settings], Any]
    network: Callable[[Any], nn.Module]
    inputs: tuple[int, ...]
    learner: Callable[[Any, Fabric], Learner]
    crops: Callable[[Pictures, Any], Source]


def task_of(settings: Settings) -> Task:
    """The task of a configuration: its key `kind`, without which a generator is trained."""
    return DETECTION if settings.values.get("kind") == detector.KIND else INPAINTING


def _with_holes(pictures: Pictures, config: Config) -> Crops:
    return Crops(pictures, config.data, config.masks, config.box, config.schedule.seed)


def _with_damage(pictures: Pictures, config: DetectorConfig) -> detector.DamagedCrops:
    alphas = detector.for_training(config.data.damage) if config.damage.get(detector.FILM) else []
    return detector.DamagedCrops(pictures, config, alphas)


def _generator(config: Config) -> generators.Generator:
    return generators.build(msgspec.to_builtins(config.generator))


INPAINTING = Task(configuration.configured, _generator, (3, 1), Trainer, _with_holes)
DETECTION = Task(detector.configured, detector.build, (3,), detector.DetectorTrainer, _with_damage)
