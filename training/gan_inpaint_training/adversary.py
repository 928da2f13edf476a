"""The adversary: a discriminator with its optimiser, its schedule and its terms of both losses."""

from __future__ import annotations

from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor

from gan_inpaint_training import losses
from gan_inpaint_training.config import AdversaryConfig
from gan_inpaint_training.discriminators import DISCRIMINATORS


class PatchAdversary:
    """An SN-PatchGAN trained with the hinge loss on the patches that touch the hole."""

    def __init__(self, config: AdversaryConfig, fabric: Fabric) -> None:
        self.config = config
        discriminator = DISCRIMINATORS[config.name](width=config.width)
        optimizer = torch.optim.Adam(discriminator.parameters(), lr=config.learning_rate, betas=(0.0, 0.99))
        self.discriminator, self.optimizer = fabric.setup(discriminator, optimizer)
        self.fabric = fabric

    def strength(self, images_seen: int) -> float:
        """0 before the adversary joins, then rising linearly to 1."""
        return min(max((images_seen - self.config.start) / max(self.config.ramp, 1), 0.0), 1.0)

    def step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """One update of the discriminator; returns its loss and how often it is right, for the log."""
        real, _ = self.discriminator(truth, mask)
        fake, _ = self.discriminator(completed.detach(), mask)
        patches = losses.patches_of_hole(mask, real)
        loss = losses.discriminator_hinge(real.float(), fake.float(), patches)
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.optimizer.step()
        right = (((real > 0).float() + (fake < 0).float()) / 2 * patches).sum() / patches.sum()
        return {"discriminator": loss.detach(), "discriminator_right": right.detach()}

    def generator_terms(self, truth: Tensor, completed: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """The generator's adversarial and feature-matching terms, unweighted."""
        self.discriminator.requires_grad_(False)
        fake, fake_features = self.discriminator(completed, mask)
        with torch.no_grad():
            _, real_features = self.discriminator(truth, mask)
        self.discriminator.requires_grad_(True)
        return {
            "adversarial": losses.generator_hinge(fake.float(), losses.patches_of_hole(mask, fake)),
            "feature_matching": losses.feature_matching(fake_features, real_features),
        }

    def state_dict(self) -> dict[str, Any]:
        return {"discriminator": self.discriminator.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.discriminator.load_state_dict(state["discriminator"])
        self.optimizer.load_state_dict(state["optimizer"])
