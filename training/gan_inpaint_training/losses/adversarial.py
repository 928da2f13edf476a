"""Adversarial losses of discriminators and generators. Scores are (N, 1, h, w) or (N, 1)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

UNSCORED = 8  # pixels at the picture's border without a score of discriminators.SoftMaskPatchGAN


def patches_of_hole(mask: Tensor, scores: Tensor) -> Tensor:
    """Return 1 for each score whose cell of the picture touches the hole; elsewhere a fake is the real picture.

    A score of the whole picture always counts.
    """
    return F.adaptive_max_pool2d(mask, scores.shape[-2:]) if scores.dim() == 4 else torch.ones_like(scores)


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp_min(1e-6)


def discriminator_hinge(real: Tensor, fake: Tensor, patches: Tensor) -> Tensor:
    """Return the hinge loss (Lim and Ye 2017) over the scores that `patches` counts, half for each side."""
    return weighted_mean(F.relu(1 - real) + F.relu(1 + fake), patches) / 2


def generator_hinge(fake: Tensor, patches: Tensor) -> Tensor:
    return -weighted_mean(fake, patches)


def cross_entropy(scores: Tensor, real: bool, weights: Tensor) -> Tensor:
    """Return the binary cross-entropy of `scores`, before the sigmoid, against real or fake as the target of all."""
    return weighted_mean(F.softplus(-scores if real else scores), weights)


def relativistic(more_real: Tensor, less_real: Tensor) -> Tensor:
    """Return the relativistic average loss (Jolicoeur-Martineau 2018, equation 8): each score against the other mean.

    The discriminator passes real before fake, the generator fake before real; half for each side.
    """
    above, below = more_real - less_real.mean(), less_real - more_real.mean()
    return (F.softplus(-above).mean() + F.softplus(below).mean()) / 2


def gradient_penalty(score: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """Return (‖∇‖ − 1)² of the score's gradient at `image` inside the hole (WGAN-GP as in Yu et al. 2018, equation 4).

    `image` requires a gradient and `score` (N, 1) was computed from it. The result can be differentiated again.
    """
    (gradient,) = torch.autograd.grad(score.sum(), image, create_graph=True)
    slopes = ((gradient.square() * mask).sum((1, 2, 3)) + 1e-12).sqrt()
    return (slopes - 1).square().mean()


def soft_mask(mask: Tensor, scores: Tensor, sigma: float) -> Tensor:
    """Return the filled share of each patch, 0 to 1, like `scores` (N, 1, H/8 - 2, W/8 - 2).

    That is the mask, blurred by a Gaussian of `sigma` pixels and averaged over 8² pixels (AOT-GAN, Zeng et al. 2022,
    section 3.3). The kernel is 7 σ wide, as the released 71 pixels for σ = 10. The discriminator has no scores for the
    outermost 8 pixels: the first score belongs to pixel 11.5, so the averages begin at pixel 8.
    """
    reach = round(3.5 * sigma)
    steps = torch.arange(-reach, reach + 1, device=mask.device, dtype=mask.dtype)
    kernel = torch.exp(-(steps**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    blurred = F.pad(mask, (reach,) * 4, mode="replicate")
    blurred = F.conv2d(F.conv2d(blurred, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
    scored = blurred[..., UNSCORED:-UNSCORED, UNSCORED:-UNSCORED]
    return F.adaptive_avg_pool2d(scored, (scores.shape[-2], scores.shape[-1]))


def feature_matching(fake: list[Tensor], real: list[Tensor]) -> Tensor:
    """Return the L1 distance between discriminator features of fake and real (pix2pixHD, Wang et al. 2018, equation 4).

    Relative to the features' own magnitude, which spectral normalisation leaves arbitrary; averaged over the layers.
    """
    distances = [
        (f.float() - r.detach().float()).abs().mean() / r.detach().float().abs().mean().clamp_min(1e-6)
        for f, r in zip(fake, real, strict=True)
    ]
    return torch.stack(distances).mean()


def published_feature_matching(fake: list[Tensor], real: list[Tensor]) -> Tensor:
    """Return the same with DMFN's weights (released code): 1000 / C² for a layer of C channels, summed.

    Batch normalisation determines the features' magnitude there.
    """
    distances = [
        (f.float() - r.detach().float()).abs().mean() * 1e3 / f.shape[1] ** 2 for f, r in zip(fake, real, strict=True)
    ]
    return torch.stack(distances).sum()
