"""The soft-mask adversary of AOT-GAN (Zeng et al., "Aggregated Contextual Transformations", 2022, section 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Scores, Terms, share_right
from gan_inpaint_training.config import SoftMaskConfig


class SoftMaskAdversary(Adversary):
    """Least squares. A patch of a completed picture is called real by as much as it is known: 1 − the softened mask.

    The generator is told to make the patches of the hole real, each weighted by how much of it is made up. Whether
    the released code softens hole or known side is disputed; this follows from what the labels mean.
    """

    config: SoftMaskConfig

    def step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Terms:
        (real,), _ = self.judge(truth, mask)
        (fake,), _ = self.judge(completed.detach(), mask)
        made_up = losses.soft_mask(mask, fake, self.config.sigma)
        loss = F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, 1 - made_up)
        self.update(loss)
        return {"discriminator": loss.detach(), "discriminator_right": share_right([real], [fake], [made_up], 0.5)}

    def term(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        made_up = losses.soft_mask(mask, fake[0], self.config.sigma)
        return losses.weighted_mean((fake[0] - 1).square(), made_up)
