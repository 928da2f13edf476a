"""The generator's loss: named terms of its stages against the truth, weighted by the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gan_inpaint_training import losses
from gan_inpaint_training.config import LossConfig
from gan_inpaint_training.features import FrozenFeatures, frozen_features

ADVERSARIAL = ("adversarial", "feature_matching")

PixelTerm = Callable[[Tensor, Tensor, Tensor, LossConfig], Tensor]

PIXEL_TERMS: dict[str, PixelTerm] = {
    "hole": lambda fill, truth, mask, _: losses.masked_l1(fill, truth, mask),
    "relative": lambda fill, truth, mask, _: losses.relative_l1(fill, truth, mask),
    "known": lambda fill, truth, mask, _: losses.masked_l1(fill, truth, 1 - mask),
    "whole": lambda fill, truth, mask, _: losses.masked_l1(fill, truth, torch.ones_like(mask)),
    "composited": lambda fill, truth, mask, _: losses.composited_l1(fill, truth, mask),
    "discounted": lambda fill, truth, mask, loss: losses.discounted_l1(fill, truth, mask, loss.discount),
    "overlap_l2": lambda fill, truth, mask, loss: losses.overlap_l2(fill, truth, mask, loss.overlap),
    "laplacian": lambda fill, truth, mask, _: losses.laplacian(fill, truth, mask),
}
"""Terms of one stage; summed over the stages, the coarse ones times `coarse`."""


class Seen(NamedTuple):
    """What the terms on frozen features compare: pictures, and their maps."""

    completed: Tensor
    truth: Tensor
    fake: list[Tensor]
    real: list[Tensor]
    aligned: int


FEATURE_TERMS: dict[str, Callable[[Seen], Tensor]] = {
    "features": lambda seen: losses.feature_distance(seen.fake, seen.real),
    "self_guided": lambda seen: losses.self_guided(seen.fake, seen.real, seen.completed, seen.truth),
    "alignment": lambda seen: losses.alignment(seen.fake[seen.aligned], seen.real[seen.aligned]),
    "style": lambda seen: losses.style(seen.fake, seen.real),
}
"""Terms of the completed picture's features in a frozen network."""

TERMS = (*PIXEL_TERMS, *FEATURE_TERMS, *ADVERSARIAL)


class Objective(nn.Module):
    """Computes the terms that have a weight; the frozen network is there only where one of them needs it."""

    features: FrozenFeatures | None

    def __init__(self, loss: LossConfig) -> None:
        super().__init__()
        self.loss = loss
        self.pixel_terms = [name for name in PIXEL_TERMS if getattr(loss, name)]
        self.feature_terms = [name for name in FEATURE_TERMS if getattr(loss, name)]
        self.features = frozen_features(loss.vgg19) if self.feature_terms else None

    def terms(self, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Unweighted terms of the generator's `stages` and of the completed picture, but for the adversary's."""
        terms = {name: self._over_stages(PIXEL_TERMS[name], stages, truth, mask) for name in self.pixel_terms}
        if self.features is not None:
            with torch.no_grad():
                real = self.features(truth)
            seen = Seen(completed, truth, self.features(completed), real, self.features.aligned)
            terms |= {name: FEATURE_TERMS[name](seen) for name in self.feature_terms}
        return terms

    def total(self, terms: dict[str, Tensor], strength: float) -> Tensor:
        """The weighted sum; `strength`, 0 to 1, is the adversary's."""
        weights = {name: getattr(self.loss, name) * (strength if name in ADVERSARIAL else 1.0) for name in terms}
        return torch.stack([weights[name] * term for name, term in terms.items()]).sum()

    def _over_stages(self, term: PixelTerm, stages: list[Tensor], truth: Tensor, mask: Tensor) -> Tensor:
        *coarse, fill = (term(stage, truth, mask, self.loss) for stage in stages)
        return fill + self.loss.coarse * sum(coarse) if coarse else fill
