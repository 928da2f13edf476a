"""The classical adversary: real or fake, by binary cross-entropy (Goodfellow et al. 2014; Pathak et al. 2016)."""

from __future__ import annotations

import torch
from torch import Tensor

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Scores, Terms, share_right


class CrossEntropyAdversary(Adversary):
    """Every score of the discriminator counts alike; patch scores count where they touch the hole.

    The generator's term is the non-saturating one. Real and completed pictures pass the discriminator apart, so that
    its batch normalisation sees one kind at a time.
    """

    def step(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Terms:
        real, _ = self.judge(truth, mask)
        fake, _ = self.judge(completed.detach(), mask)
        weights = [losses.patches_of_hole(mask, score) for score in real]
        loss = torch.stack(
            [
                losses.cross_entropy(r, True, w) + losses.cross_entropy(f, False, w)
                for r, f, w in zip(real, fake, weights, strict=True)
            ]
        ).sum()
        self.update(loss)
        return {"discriminator": loss.detach(), "discriminator_right": share_right(real, fake, weights)}

    def term(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        return torch.stack(
            [losses.cross_entropy(score, True, losses.patches_of_hole(mask, score)) for score in fake]
        ).sum()
