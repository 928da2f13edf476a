"""The kinds of training: generators against adversaries, and detectors; and what the loop needs of each."""

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
    """Trains one network. `noun`: its name in messages; `grid`: the rows of its sample grid; `averaged`: the moving
    average of `network`, which is saved, measured and exported."""

    noun: str
    grid: str
    fabric: Fabric
    images_seen: int
    averaged: AveragedModel

    @property
    def config(self) -> AnyConfig: ...
    @property
    def network(self) -> nn.Module:
        """The trained network, without an adversary."""

    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Compute what the network derives from training pictures, each (3, S, S) in [-1, 1], before the first step."""

    def step(self, picture: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Update on this device's share of a batch: `picture` (N, 3, S, S) in [-1, 1], `mask` (N, M, S, S) of 0 and 1.

        Return the losses by name.
        """

    def sample(self, picture: Tensor, mask: Tensor) -> Tensor:
        """Return the moving average's results on examples, as a picture (3, H, W) in [0, 1]."""

    def check_weights(self) -> None:
        """Raise NonFiniteLoss where a weight is not finite."""

    def state(self) -> dict[str, Any]: ...
    def load_state(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError."""


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of training.

    `configured` reads its configuration (and raises ConfigError), `network` builds the network, `inputs` are the
    channels of the network's inputs, `learner` and `crops` build what the loop trains and feeds.
    """

    configured: Callable[[Settings], Any]
    network: Callable[[Any], nn.Module]
    inputs: tuple[int, ...]
    learner: Callable[[Any, Fabric], Learner]
    crops: Callable[[Pictures, Any], Source]


def task_of(settings: Settings) -> Task:
    """Return the task named by a configuration's key `kind`; without it a generator is trained."""
    return DETECTION if settings.values.get("kind") == detector.KIND else INPAINTING


def _with_holes(pictures: Pictures, config: Config) -> Crops:
    return Crops(pictures, config.data, config.masks, config.box, config.schedule.seed)


def _with_damage(pictures: Pictures, config: DetectorConfig) -> detector.DamagedCrops:
    return detector.damaged_crops(pictures, config)


def _generator(config: Config) -> generators.Generator:
    return generators.build(msgspec.to_builtins(config.generator))


INPAINTING = Task(configuration.configured, _generator, (3, 1), Trainer, _with_holes)
DETECTION = Task(detector.configured, detector.build, (3,), detector.DetectorTrainer, _with_damage)
