"""The loss of the detector."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def cross_entropy(logits: Tensor, wanted: Tensor, counted: Tensor, positive: float) -> Tensor:
    """Return the mean binary cross-entropy over the pixels that are `counted`; damaged ones have the weight `positive`.

    `logits` and `wanted` are (N, 2, H, W), `counted` is (N, 1, H, W); the last two are 1 or 0.
    """
    weights = counted * (1 + (positive - 1) * wanted)
    terms = F.binary_cross_entropy_with_logits(logits, wanted, weights, reduction="sum")
    return terms / (2 * counted.sum()).clamp(min=1)


def soft_dice(logits: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Return 1 − 2·|found ∩ wanted| / (|found| + |wanted|) of the whole batch, the mean of the channels with damage.

    Damage is one pixel in a thousand, and this loss does not depend on that (Milletari et al., "V-Net", 2016, section
    3, with sums in place of squares).
    """
    found = logits.sigmoid() * counted
    wanted = wanted * counted
    both, either = (found * wanted).sum((0, 2, 3)), (found + wanted).sum((0, 2, 3))
    harmed = (wanted.sum((0, 2, 3)) > 0).float()
    dice = harmed * (1 - (2 * both + 1) / (either + 1))
    return dice.sum() / harmed.sum().clamp(min=1)
