"""The patch hinge of SN-PatchGAN (Yu et al., "Free-Form Image Inpainting with Gated Convolution", 2019, 3.4)."""

from __future__ import annotations

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Scores, Terms, share_right
from gan_inpaint_training.config import AdversaryConfig

PATCH = 8
"""Pixels between the patches of discriminators.SNPatchGAN."""


class HingeAdversary(Adversary):
    """`everywhere`: every patch counts, as published; otherwise those alone that touch the hole, since elsewhere the
    completed picture is the real one, and the grid of patches lies elsewhere in every step, so that a generator whose
    output has a grid of its own cannot fit it to the patches."""

    def __init__(
        self, discriminator: nn.Module, config: AdversaryConfig, fabric: Fabric, matching: bool, *, everywhere: bool
    ) -> None:
        super().__init__(discriminator, config, fabric, matching)
        self.everywhere = everywhere

    def play(self, truth: Tensor, completed: Tensor, mask: Tensor) -> tuple[Terms, Terms]:
        if not self.everywhere:
            truth, completed, mask = _at_random_phase(truth, completed, mask)
        return super().play(truth, completed, mask)

    def step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Terms:
        scores, _ = self.judge(torch.cat([truth, completed.detach()]), torch.cat([mask, mask]))
        real, fake = zip(*(score.chunk(2) for score in scores), strict=True)
        patches = [self._patches(mask, score) for score in real]
        loss = sum(
            (losses.discriminator_hinge(r, f, p) for r, f, p in zip(real, fake, patches, strict=True)),
            start=truth.new_zeros(()),
        )
        self.update(loss)
        return {"discriminator": loss.detach(), "discriminator_right": share_right(real, fake, patches)}

    def term(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        return torch.stack([losses.generator_hinge(score, self._patches(mask, score)) for score in fake]).sum()

    def _patches(self, mask: Tensor, score: Tensor) -> Tensor:
        return torch.ones_like(score) if self.everywhere else losses.patches_of_hole(mask, score)


def _at_random_phase(*planes: Tensor) -> list[Tensor]:
    """The planes (N, C, H, W) without `PATCH` rows and columns, as many of them on either side as chance has it."""
    top, left = torch.randint(PATCH + 1, (2,)).tolist()
    height, width = planes[0].shape[-2:]
    return [plane[..., top : height - PATCH + top, left : width - PATCH + left] for plane in planes]
