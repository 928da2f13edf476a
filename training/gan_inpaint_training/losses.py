"""Losses, one function a term. Images are (N, 3, H, W), masks (N, 1, H, W) with 1 = hole; each returns a scalar."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def masked_l1(prediction: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute error over the pixels that `weight` (N, 1, H, W) counts."""
    return ((prediction - truth).abs().mean(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1)


def patches_of_hole(mask: Tensor, scores: Tensor) -> Tensor:
    """1 for each score whose cell of the picture touches the hole: elsewhere a fake is the real picture."""
    return F.adaptive_max_pool2d(mask, scores.shape[-2:])


def discriminator_hinge(real: Tensor, fake: Tensor, patches: Tensor) -> Tensor:
    """Hinge loss (Lim and Ye 2017) over the scores that `patches` counts, half for each side."""
    total = F.relu(1 - real) + F.relu(1 + fake)
    return (total * patches).sum() / (2 * patches.sum())


def generator_hinge(fake: Tensor, patches: Tensor) -> Tensor:
    return -(fake * patches).sum() / patches.sum()


def feature_matching(fake: list[Tensor], real: list[Tensor]) -> Tensor:
    """L1 between the discriminator's features of fake and real (Wang et al., "pix2pixHD", 2018, equation 4).

    Relative to the features' own magnitude, which spectral normalisation leaves arbitrary; averaged over the layers.
    """
    distances = [(f - r.detach()).abs().mean() / r.detach().abs().mean() for f, r in zip(fake, real, strict=True)]
    return torch.stack(distances).mean()
