"""The loss of the detector."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def cross_entropy(logits: Tensor, wanted: Tensor, counted: Tensor, positive: float) -> Tensor:
    """Mean binary cross-entropy over the pixels that are `counted`, damaged ones weighing `positive`.

    It alone would do for probabilities, but a scratch is one pixel in a thousand. logits, wanted (N, 2, H, W), counted
    (N, 1, H, W), 1 or 0.
    """
    weights = counted * (1 + (positive - 1) * wanted)
    terms = F.binary_cross_entropy_with_logits(logits, wanted, weights, reduction="sum")
    return terms / (2 * counted.sum()).clamp(min=1)


def soft_dice(logits: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """1 − 2·|found ∩ wanted| / (|found| + |wanted|) of the whole batch, mean of the channels with damage: it weighs
    what is missed against what is damaged, however rare that is (Milletari et al. 2016, with sums in place of
    squares)."""
    found = logits.sigmoid() * counted
    wanted = wanted * counted
    both, either = (found * wanted).sum((0, 2, 3)), (found + wanted).sum((0, 2, 3))
    harmed = (wanted.sum((0, 2, 3)) > 0).float()
    dice = harmed * (1 - (2 * both + 1) / (either + 1))
    return dice.sum() / harmed.sum().clamp(min=1)
