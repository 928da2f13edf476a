"""The classical adversary: real or fake, by binary cross-entropy (Goodfellow et al. 2014; Pathak et al. 2016)."""

from __future__ import annotations

import torch
from torch import Tensor

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Losses, Scores, accuracy


class CrossEntropyAdversary(Adversary):
    """Weights all scores alike; patch scores count where they touch the hole.

    The generator's loss is the non-saturating one. Real and completed pictures are scored in separate passes, so that
    batch normalisation sees one kind at a time.
    """

    def update_discriminator(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        real, _ = self.discriminate(truth, mask)
        fake, _ = self.discriminate(completed.detach(), mask)
        weights = [losses.patches_of_hole(mask, score) for score in real]
        loss = torch.stack(
            [
                losses.cross_entropy(r, True, w) + losses.cross_entropy(f, False, w)
                for r, f, w in zip(real, fake, weights, strict=True)
            ]
        ).sum()
        self.update(loss)
        return {"discriminator": loss.detach(), "discriminator_accuracy": accuracy(real, fake, weights)}

    def loss(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        return torch.stack(
            [losses.cross_entropy(score, True, losses.patches_of_hole(mask, score)) for score in fake]
        ).sum()
