"""The patch hinge of SN-PatchGAN (Yu et al., "Free-Form Image Inpainting with Gated Convolution", 2019, 3.4)."""

from __future__ import annotations

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Losses, Scores, accuracy
from gan_inpaint_training.config import AdversaryConfig

PATCH = 8
"""Pixels between the patches of discriminators.SNPatchGAN."""


class HingeAdversary(Adversary):
    """`everywhere`: every patch counts, as published.

    Otherwise only patches that touch the hole count, because elsewhere the completed picture is the real one. The grid
    of patches is then shifted at random in every step, so that a generator cannot fit a grid in its output to it.
    """

    def __init__(
        self, discriminator: nn.Module, config: AdversaryConfig, fabric: Fabric, matching: bool, *, everywhere: bool
    ) -> None:
        super().__init__(discriminator, config, fabric, matching)
        self.everywhere = everywhere

    def train_step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> tuple[Losses, Losses]:
        if not self.everywhere:
            truth, completed, mask = _at_random_phase(truth, completed, mask)
        return super().train_step(truth, completed, mask)

    def update_discriminator(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        scores, _ = self.discriminate(torch.cat([truth, completed.detach()]), torch.cat([mask, mask]))
        halves = [score.chunk(2) for score in scores]
        real, fake = [half[0] for half in halves], [half[1] for half in halves]
        patches = [self._patches(mask, score) for score in real]
        loss = sum(
            (losses.discriminator_hinge(r, f, p) for r, f, p in zip(real, fake, patches, strict=True)),
            start=truth.new_zeros(()),
        )
        self.update(loss)
        return {"discriminator": loss.detach(), "discriminator_accuracy": accuracy(real, fake, patches)}

    def loss(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        return torch.stack([losses.generator_hinge(score, self._patches(mask, score)) for score in fake]).sum()

    def _patches(self, mask: Tensor, score: Tensor) -> Tensor:
        return torch.ones_like(score) if self.everywhere else losses.patches_of_hole(mask, score)


def _at_random_phase(*planes: Tensor) -> list[Tensor]:
    """Return the planes (N, C, H, W) without `PATCH` rows and columns, split at random between the two sides."""
    top, left = torch.randint(PATCH + 1, (2,)).tolist()
    height, width = planes[0].shape[-2:]
    return [plane[..., top : height - PATCH + top, left : width - PATCH + left] for plane in planes]
