"""The relativistic average adversary of DMFN (Hui et al., "Image Fine-grained Inpainting", 2020, section 3.5)."""

from __future__ import annotations

from torch import Tensor

from gan_inpaint_training import losses
from gan_inpaint_training.adversaries.adversary import Adversary, Losses, Maps, Scores


class RelativisticAdversary(Adversary):
    """Each score is compared with the mean of the other side's; features are matched with DMFN's own weights.

    Real and completed pictures are scored in separate passes, so that batch normalisation sees one kind at a time.
    """

    compares = True

    def update_discriminator(self, truth: Tensor, completed: Tensor, mask: Tensor) -> Losses:
        (real,), _ = self.discriminate(truth, mask)
        (fake,), _ = self.discriminate(completed.detach(), mask)
        loss = losses.relativistic(real, fake)
        self.update(loss)
        right = ((real > fake.mean()).float().mean() + (fake < real.mean()).float().mean()) / 2
        return {"discriminator": loss.detach(), "discriminator_accuracy": right.detach()}

    def loss(self, mask: Tensor, fake: Scores, real: Scores) -> Tensor:
        return losses.relativistic(fake[0], real[0])

    def match(self, fake: Maps, real: Maps) -> Tensor:
        return losses.published_feature_matching(fake, real)
