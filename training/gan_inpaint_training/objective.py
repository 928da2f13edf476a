"""The generator's loss: a weighted sum of named losses of its stages against the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gan_inpaint_training import losses
from gan_inpaint_training.config import LossConfig
from gan_inpaint_training.features import FrozenFeatures, frozen_features

ADVERSARIAL = ("adversarial", "feature_matching")

PixelLoss = Callable[[Tensor, Tensor, Tensor, LossConfig], Tensor]

PIXEL_LOSSES: dict[str, PixelLoss] = {
    "hole": lambda fill, truth, mask, _: losses.masked_l1(fill, truth, mask),
    "relative": lambda fill, truth, mask, _: losses.relative_l1(fill, truth, mask),
    "known": lambda fill, truth, mask, _: losses.masked_l1(fill, truth, 1 - mask),
    "whole": lambda fill, truth, mask, _: losses.masked_l1(fill, truth, torch.ones_like(mask)),
    "composited": lambda fill, truth, mask, _: losses.composited_l1(fill, truth, mask),
    "discounted": lambda fill, truth, mask, loss: losses.discounted_l1(fill, truth, mask, loss.discount),
    "overlap_l2": lambda fill, truth, mask, loss: losses.overlap_l2(fill, truth, mask, loss.overlap),
    "laplacian": lambda fill, truth, mask, _: losses.laplacian(fill, truth, mask),
}
"""Losses of one stage, summed over the stages; coarse stages are weighted by `coarse`."""


class Compared(NamedTuple):
    """The pictures that feature losses compare, and their maps in the frozen network."""

    completed: Tensor
    truth: Tensor
    fake: list[Tensor]
    real: list[Tensor]
    aligned: int


FEATURE_LOSSES: dict[str, Callable[[Compared], Tensor]] = {
    "features": lambda pair: losses.feature_distance(pair.fake, pair.real),
    "self_guided": lambda pair: losses.self_guided(pair.fake, pair.real, pair.completed, pair.truth),
    "alignment": lambda pair: losses.alignment(pair.fake[pair.aligned], pair.real[pair.aligned]),
    "style": lambda pair: losses.style(pair.fake, pair.real),
}
"""Losses on the completed picture's features in a frozen network."""

LOSSES = (*PIXEL_LOSSES, *FEATURE_LOSSES, *ADVERSARIAL)


class Objective(nn.Module):
    """Computes the losses that have a weight; the frozen network is loaded only if one of them needs it."""

    features: FrozenFeatures | None

    def __init__(self, loss: LossConfig) -> None:
        super().__init__()
        self.loss = loss
        self.pixel_losses = [name for name in PIXEL_LOSSES if getattr(loss, name)]
        self.feature_losses = [name for name in FEATURE_LOSSES if getattr(loss, name)]
        self.features = frozen_features(loss.vgg19) if self.feature_losses else None

    def losses(self, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Return the unweighted losses of the generator's `stages` and of the completed picture.

        The adversary's losses are not among them.
        """
        found = {name: self._over_stages(PIXEL_LOSSES[name], stages, truth, mask) for name in self.pixel_losses}
        if self.features is not None:
            with torch.no_grad():
                real = self.features(truth)
            pair = Compared(completed, truth, self.features(completed), real, self.features.aligned)
            found |= {name: FEATURE_LOSSES[name](pair) for name in self.feature_losses}
        return found

    def total(self, values: dict[str, Tensor], adversarial_weight: float) -> Tensor:
        """Return the weighted sum; `adversarial_weight`, 0 to 1, is a further factor of the adversary's losses."""
        factors = {name: adversarial_weight if name in ADVERSARIAL else 1.0 for name in values}
        weighted = [getattr(self.loss, name) * factors[name] * value for name, value in values.items()]
        return torch.stack(weighted).sum()

    def _over_stages(self, loss: PixelLoss, stages: list[Tensor], truth: Tensor, mask: Tensor) -> Tensor:
        *coarse, fill = (loss(stage, truth, mask, self.loss) for stage in stages)
        return fill + self.loss.coarse * sum(coarse) if coarse else fill
