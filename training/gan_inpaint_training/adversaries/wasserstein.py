"""The WGAN-GP critics of DeepFill v1 (Yu et al., "Generative Image Inpainting with Contextual Attention", 2018,
section 3.2)."""

from __future__ import annotations

import torch
from torch import Tensor

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Losses, Scores
from gan_inpaint_training.config import CriticsConfig


class WassersteinAdversary(Adversary):
    """A global and a local critic, each with a gradient penalty inside the hole.

    The released code draws a new batch for each of the critics' steps and runs the generator again. Here all steps of a
    batch use the same pictures at different interpolations, so that the generator learns from every picture. Both
    penalties use the same interpolation.
    """

    config: CriticsConfig
    compiles = False  # the penalty differentiates twice, which torch.compile cannot

    def update_discriminator(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        completed = completed.detach()
        for _ in range(self.config.steps):
            report = self._one_step(truth, completed, mask)
        return report

    def _one_step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        scores, _ = self.discriminate(torch.cat([truth, completed]), torch.cat([mask, mask]))
        real, fake = zip(*(score.chunk(2) for score in scores), strict=True)
        distance = sum((r.mean() - f.mean() for r, f in zip(real, fake, strict=True)), start=truth.new_zeros(()))
        penalty = self._penalty(truth, completed, mask)
        loss = self.config.penalty * penalty - distance
        self.update(loss)
        return {
            "discriminator": loss.detach(),
            "wasserstein_distance": distance.detach(),
            "gradient_penalty": penalty.detach(),
        }

    def _penalty(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
        between = torch.rand(truth.shape[0], 1, 1, 1, device=truth.device)
        image = torch.lerp(completed.float(), truth.float(), between).requires_grad_(True)
        # In 32 bit: a norm of many small squares.
        scores, _ = self.discriminator(image, mask)
        return torch.stack([losses.gradient_penalty(score, image, mask) for score in scores]).sum()

    def loss(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        return -torch.stack([score.mean() for score in fake]).sum()
