"""The soft-mask adversary of AOT-GAN (Zeng et al., "Aggregated Contextual Transformations", 2022, section 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Losses, Scores, accuracy
from gan_inpaint_training.config import SoftMaskConfig


class SoftMaskAdversary(Adversary):
    """Least squares. The target for a patch of a completed picture is its known share: 1 − the softened mask.

    The generator's target is 1 for the patches of the hole, each weighted by its filled share. Whether the released
    code softens the hole or the known side is disputed; this follows from what the labels mean.
    """

    config: SoftMaskConfig

    def update_discriminator(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        (real,), _ = self.discriminate(truth, mask)
        (fake,), _ = self.discriminate(completed.detach(), mask)
        filled = losses.soft_mask(mask, fake, self.config.sigma)
        loss = F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, 1 - filled)
        self.update(loss)
        return {"discriminator": loss.detach(), "discriminator_accuracy": accuracy([real], [fake], [filled], 0.5)}

    def loss(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        filled = losses.soft_mask(mask, fake[0], self.config.sigma)
        return losses.weighted_mean((fake[0] - 1).square(), filled)
