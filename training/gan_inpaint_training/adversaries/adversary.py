"""What every adversary is: a discriminator with its optimiser, its schedule and its terms of both losses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from gan_inpaint_training import losses
from gan_inpaint_training.config import AdversaryConfig

Terms = dict[str, Tensor]
Scores = list[Tensor]
Maps = list[Tensor]


class Adversary(ABC):
    """Trains a discriminator and says what it thinks of a fill.

    A discriminator takes image (N, 3, H, W) in [-1, 1] and mask (N, 1, H, W), 1 = hole, and returns scores, each
    (N, 1, h, w) for patches or (N, 1) for the picture, and feature maps, which may be none. `matching`: whether the
    generator is to match those.

    The discriminator is not wrapped for several devices: it is called several times a step, sometimes differentiated
    twice, and its gradients are averaged here, once.
    """

    compiles = True
    compares = False  # whether the generator's term needs the truth's scores

    def __init__(self, discriminator: nn.Module, config: AdversaryConfig, fabric: Fabric, matching: bool) -> None:
        self.config, self.fabric, self.matching = config, fabric, matching
        self.discriminator = fabric.to_device(discriminator.to(memory_format=torch.channels_last))
        self.optimizer = torch.optim.Adam(
            discriminator.parameters(), lr=config.learning_rate, betas=config.betas, fused=True
        )
        if self.compiles and fabric.device.type == "cuda":
            self.discriminator.compile()

    def play(self, truth: Tensor, completed: Tensor, mask: Tensor) -> tuple[Terms, Terms]:
        """Both sides' turn: updates the discriminator; returns the generator's terms, and what to log."""
        report = self.step(truth, completed, mask)
        return self.generator_terms(truth, completed, mask), report

    @abstractmethod
    def step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Terms:
        """Update the discriminator, as often as it is due; returns what to log: its loss, how often it is right."""

    @abstractmethod
    def term(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        """The generator's adversarial term, unweighted, given the scores of the completed picture and, where it
        `compares` them, of the truth."""

    def generator_terms(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Terms:
        """The generator's terms, unweighted: `adversarial` and, where it is to be matched, `feature_matching`."""
        self.discriminator.requires_grad_(False)
        fake, features = self.judge(completed, mask)
        real: Scores = []
        real_features: Maps = []
        if self.compares or self.matching:
            with torch.no_grad():
                real, real_features = self.judge(truth, mask)
        terms = {"adversarial": self.term(mask, fake, real)}
        if self.matching:
            terms["feature_matching"] = self.match(features, real_features)
        self.discriminator.requires_grad_(True)
        return terms

    def match(self, fake: Maps, real: Maps) -> Tensor:
        """Distance between the discriminator's features of a completed and a true picture."""
        return losses.feature_matching(fake, real)

    def strength(self, images_seen: int) -> float:
        """0 before the adversary joins, then rising linearly to 1."""
        if images_seen < self.config.start:
            return 0.0
        return min((images_seen - self.config.start) / self.config.ramp, 1.0) if self.config.ramp else 1.0

    def scale_learning_rate(self, scale: float) -> None:
        """`scale`: share of the configured learning rate. The betas, too, become the configured ones again, which a
        checkpoint has replaced by its own."""
        for group in self.optimizer.param_groups:
            group["lr"], group["betas"] = self.config.learning_rate * scale, self.config.betas

    def judge(self, image: Tensor, mask: Tensor) -> tuple[Scores, Maps]:
        """The discriminator's scores, in 32 bit, and features."""
        with self.fabric.autocast():
            scores, features = self.discriminator(image.contiguous(memory_format=torch.channels_last), mask)
        return [score.float() for score in scores], features

    def update(self, loss: Tensor) -> None:
        """One step of the optimiser down the gradient of `loss`, averaged over the devices."""
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


def share_right(real: Scores, fake: Scores, weights: Maps, threshold: float = 0.0) -> Tensor:
    """How often the sign of the scores is right, 0 to 1, over the weighted patches of both sides."""
    right = [
        losses.weighted_mean(((r > threshold).float() + (f < threshold).float()) / 2, w)
        for r, f, w in zip(real, fake, weights, strict=True)
    ]
    return torch.stack(right).mean().detach()
