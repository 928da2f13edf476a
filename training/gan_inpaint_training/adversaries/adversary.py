"""The base class of adversaries: a discriminator with its optimiser, its schedule and the losses of both sides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from gan_inpaint_training import losses
from gan_inpaint_training.config import AdversaryConfig
from gan_inpaint_training.layers import channels_last

Losses = dict[str, Tensor]
Scores = list[Tensor]
Maps = list[Tensor]


class Adversary(ABC):
    """Train a discriminator and compute the generator's adversarial losses.

    A discriminator takes image (N, 3, H, W) in [-1, 1] and mask (N, 1, H, W), 1 = hole. It returns scores, each
    (N, 1, h, w) for patches or (N, 1) for the picture, and feature maps, possibly none. `matching`: whether the
    generator's losses include `feature_matching`.

    The discriminator is not wrapped for several devices, because it is called several times a step and sometimes
    differentiated twice; `update` averages its gradients once.
    """

    compiles = True
    compares = False  # whether the generator's loss needs the truth's scores

    def __init__(self, discriminator: nn.Module, config: AdversaryConfig, fabric: Fabric, matching: bool) -> None:
        self.config, self.fabric, self.matching = config, fabric, matching
        self.discriminator = fabric.to_device(channels_last(discriminator))
        self.optimizer = torch.optim.Adam(
            discriminator.parameters(), lr=config.learning_rate, betas=config.betas, fused=True
        )
        if self.compiles and fabric.device.type == "cuda":
            self.discriminator.compile()

    def train_step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> tuple[Losses, Losses]:
        """Update the discriminator; return the generator's losses and the values to log."""
        logged = self.update_discriminator(truth, completed, mask)
        return self.generator_losses(truth, completed, mask), logged

    @abstractmethod
    def update_discriminator(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        """Take the discriminator's steps of this batch; return the values to log, such as its loss and accuracy."""

    @abstractmethod
    def loss(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        """Return the generator's unweighted adversarial loss from the scores of the completed picture.

        `real`: the truth's scores where the adversary `compares` them, else empty.
        """

    def generator_losses(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        """Return the generator's unweighted losses: `adversarial` and, with `matching`, `feature_matching`."""
        self.discriminator.requires_grad_(False)
        fake, features = self.discriminate(completed, mask)
        real: Scores = []
        real_features: Maps = []
        if self.compares or self.matching:
            with torch.no_grad():
                real, real_features = self.discriminate(truth, mask)
        found = {"adversarial": self.loss(mask, fake, real)}
        if self.matching:
            found["feature_matching"] = self.match(features, real_features)
        self.discriminator.requires_grad_(True)
        return found

    def match(self, fake: Maps, real: Maps) -> Tensor:
        """Return the distance between the discriminator's features of a completed and a true picture."""
        return losses.feature_matching(fake, real)

    def weight(self, images_seen: int) -> float:
        """Return the factor of the adversarial losses: 0 before `start`, then rising linearly to 1 over `ramp`."""
        if images_seen < self.config.start:
            return 0.0
        return min((images_seen - self.config.start) / self.config.ramp, 1.0) if self.config.ramp else 1.0

    def scale_learning_rate(self, scale: float) -> None:
        """Set the learning rate to `scale` times the configured one.

        The betas are set again too, because loading a checkpoint replaces them by its own.
        """
        for group in self.optimizer.param_groups:
            group["lr"], group["betas"] = self.config.learning_rate * scale, self.config.betas

    def discriminate(self, image: Tensor, mask: Tensor) -> tuple[Scores, Maps]:
        """Return the discriminator's scores, in 32 bits, and features."""
        with self.fabric.autocast():
            scores, features = self.discriminator(image.contiguous(memory_format=torch.channels_last), mask)
        return [score.float() for score in scores], features

    def update(self, loss: Tensor) -> None:
        """Take one optimiser step on `loss`, with gradients averaged over the devices."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.fabric.world_size > 1:
            for parameter in self.discriminator.parameters():
                if parameter.grad is not None:
                    parameter.grad = self.fabric.all_reduce(parameter.grad, reduce_op="mean")
        self.optimizer.step()

    def state_dict(self) -> dict[str, Any]:
        return {"discriminator": self.discriminator.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises KeyError, RuntimeError or ValueError where the state is another adversary's."""
        self.discriminator.load_state_dict(state["discriminator"])
        self.optimizer.load_state_dict(state["optimizer"])


def accuracy(real: Scores, fake: Scores, weights: Maps, threshold: float = 0.0) -> Tensor:
    """Return the share of scores on the right side of `threshold`, 0 to 1, over the weighted patches of both sides."""
    right = [
        losses.weighted_mean(((r > threshold).float() + (f < threshold).float()) / 2, w)
        for r, f, w in zip(real, fake, weights, strict=True)
    ]
    return torch.stack(right).mean().detach()
