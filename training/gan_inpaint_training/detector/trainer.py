"""One step of a detector's training, and the state that it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from gan_inpaint_training import checkpoint
from gan_inpaint_training.detector.config import DetectorConfig
from gan_inpaint_training.detector.loss import cross_entropy, soft_dice
from gan_inpaint_training.detector.network import Detector
from gan_inpaint_training.layers import channels_last
from gan_inpaint_training.trainer import follow
from gan_inpaint_training.watch import check_weights

DAMAGED, UNCERTAIN = slice(0, 2), slice(2, 3)
"""Channels of a label."""


class DetectorTrainer:
    """The detector of one run, its moving average and its optimiser; in channels_last, like the generators."""

    noun = "detector"
    grid = "seen, wanted, found: light red, dark blue, uncertain gray"

    def __init__(self, config: DetectorConfig, fabric: Fabric) -> None:
        self.config, self.fabric, self.images_seen = config, fabric, 0
        schedule = config.schedule
        torch.manual_seed(schedule.seed)
        detector = channels_last(build(config))
        self.averaged = fabric.to_device(AveragedModel(detector))
        learned = [parameter for parameter in detector.parameters() if parameter.requires_grad]
        optimizer = torch.optim.Adam(learned, schedule.learning_rate, schedule.betas, fused=True)
        self.detector, self.optimizer = fabric.setup(detector, optimizer)
        self.detector.mark_forward_method("logits")

    @property
    def network(self) -> Detector:
        """The network that is trained."""
        network: Detector = self.detector.module
        return network

    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Do nothing: a detector needs no statistics of the pictures."""

    def step(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Update the network once on this device's share of a batch, and return the losses.

        `image` is (N, 3, S, S) in [-1, 1]; `label` is (N, 3, S, S), 1 where there is light damage, dark damage, and
        where either answer is right.
        """
        follow(self.config.schedule, self.images_seen, self.optimizer, self.averaged)
        with self.fabric.autocast():
            logits = self.detector.logits(image.contiguous(memory_format=torch.channels_last))
        logits, wanted, counted = logits.float(), label[:, DAMAGED], 1 - label[:, UNCERTAIN]
        entropy = cross_entropy(logits, wanted, counted, self.config.loss.positive)
        dice = soft_dice(logits, wanted, counted)
        total = entropy + self.config.loss.dice * dice
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(total)
        self.optimizer.step()
        self.averaged.update_parameters(self.network)
        self.images_seen += image.shape[0] * self.fabric.world_size
        return {"cross_entropy": entropy.detach(), "dice": dice.detach(), "total": total.detach()}

    @torch.no_grad()
    def sample(self, image: Tensor, label: Tensor) -> Tensor:
        """Return rows of pictures, labels and damage maps, a column for each example: (3, 3·S, N·S) in [0, 1]."""
        device = self.fabric.device
        found = self.averaged.module(image.to(device)).float()
        label = label.to(device)
        rows = [(image.to(device) + 1) / 2, _shown(label[:, DAMAGED]) + 0.5 * label[:, UNCERTAIN], _shown(found)]
        return torch.cat([torch.cat(list(row), 2) for row in rows], 1).clamp(0, 1)

    def check_weights(self) -> None:
        """Raise NonFiniteLoss if an update has spoiled a weight although the loss was finite."""
        check_weights({"detector": self.network}, self.images_seen)

    def state(self) -> dict[str, Any]:
        """Return everything that a resumed run needs."""
        return {
            "config": msgspec.to_builtins(self.config),
            "images_seen": self.images_seen,
            "detector": self.network.state_dict(),
            "ema": self.averaged.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Load what `state` returned. Raise CheckpointError if it is of another network or another class."""
        try:
            stored, wanted = state["config"]["network"], msgspec.to_builtins(self.config.network)
            if msgspec.to_builtins(stored) != msgspec.to_builtins(wanted):
                raise checkpoint.CheckpointError(
                    f"The run was trained with the network {stored}, not with this configuration's, {wanted}."
                )
            self.network.load_state_dict(state["detector"])
            self.averaged.module.load_state_dict(state["ema"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.images_seen = state["images_seen"]
        except KeyError as error:
            raise checkpoint.CheckpointError(f"The checkpoint has no {error}: another program wrote it.") from error
        except (AttributeError, RuntimeError, TypeError) as error:
            raise checkpoint.CheckpointError(f"The checkpoint does not fit the network: {error}") from error
        # The first update of a fresh average copies the weights instead of averaging.
        self.averaged.n_averaged.fill_(1)


def build(config: DetectorConfig) -> Detector:
    """Return the untrained network of a configuration."""
    return Detector(config.network.widths, config.network.blocks, config.network.line)


def restore(state: dict[str, Any]) -> Detector:
    """Return the averaged network of a checkpoint's state, ready for inference.

    Raises msgspec.ValidationError, KeyError, TypeError or RuntimeError if the state is not a detector's.
    """
    network = build(msgspec.convert(state["config"], DetectorConfig))
    network.load_state_dict(state["ema"])
    return network.eval()


def of_checkpoint(path: Path) -> Detector:
    """Return the averaged network of a run's folder, or of the checkpoint file in it. Raise CheckpointError."""
    run = path if path.is_dir() else path.parent
    if not path.is_dir() and path.name != checkpoint.NAME:
        raise checkpoint.CheckpointError(f"{path} is neither the folder of a run nor its {checkpoint.NAME}.")
    try:
        return restore(checkpoint.load(run))
    except (msgspec.ValidationError, KeyError, TypeError, RuntimeError) as error:
        raise checkpoint.CheckpointError(f"The detector of {path} cannot be used: {error}") from error


def _shown(damage: Tensor) -> Tensor:
    """Return `damage` (N, 2, S, S) as colours (N, 3, S, S): light is red, dark is blue."""
    return torch.cat([damage[:, :1], torch.zeros_like(damage[:, :1]), damage[:, 1:]], 1)
