"""Distances between the features of a fill and of the truth in a frozen network (features.py).

The published weights are for VGG19, whose features' magnitudes differ from layer to layer. Here each layer is divided
by the magnitude of the truth's features, and the layers are averaged.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

Maps = list[Tensor]
FLOOR = 1e-2  # mass of every cell


def feature_distance(fake: Maps, real: Maps) -> Tensor:
    """Return the L1 distance between feature maps (N, C, h, w), in units of the real map's root mean square."""
    return torch.stack([(f - r).abs().mean() / _magnitude(r) for f, r in zip(fake, real, strict=True)]).mean()


def self_guided(fake: Maps, real: Maps, completed: Tensor, truth: Tensor) -> Tensor:
    """Return the same with higher weights on errors in the two finest maps (DMFN, Hui et al. 2020, section 3.3).

    The guidance is 1 + M, M the squared error of each pixel of the completed picture relative to the picture's
    largest, averaged down to the maps.
    """
    error = (completed.detach() - truth).square().mean(1, keepdim=True)
    guidance = error / error.amax((2, 3), keepdim=True).clamp_min(1e-6)
    distances = []
    for layer, (f, r) in enumerate(zip(fake, real, strict=True)):
        distance = (f - r).abs() / _magnitude(r)
        if layer < 2:
            distance = distance * (1 + F.adaptive_avg_pool2d(guidance, (f.shape[-2], f.shape[-1])))
        distances.append(distance.mean())
    return torch.stack(distances).mean()


def alignment(fake: Tensor, real: Tensor) -> Tensor:
    """Return the squared distance between the centres of mass of each channel (DMFN, section 3.4, equations 6 to 8).

    Coordinates run from -1 to 1. The released code uses the columns' coordinate twice, so that a vertical shift costs
    nothing; this one uses both. The mass is the features' positive part (VGG19's are positive) plus a small floor,
    which keeps the gradient of an empty channel finite.
    """
    return (_centres(fake) - _centres(real)).square().mean()


def style(fake: Maps, real: Maps) -> Tensor:
    """Return the L1 distance between Gram matrices (Gatys et al. 2016) of maps divided by the real map's magnitude.

    They are means over the map's cells, not divided by the number of channels: the entries are correlations of about 1.
    """
    distances = []
    for f, r in zip(fake, real, strict=True):
        magnitude = _magnitude(r)
        distances.append((_gram(f / magnitude) - _gram(r / magnitude)).abs().mean())
    return torch.stack(distances).mean()


def _magnitude(real: Tensor) -> Tensor:
    return real.detach().square().mean().sqrt().clamp_min(1e-6)


def _gram(x: Tensor) -> Tensor:
    flat = x.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def _centres(maps: Tensor) -> Tensor:
    mass = F.relu(maps) + FLOOR
    mass = mass / mass.sum((2, 3), keepdim=True)
    rows, columns = (torch.linspace(-1, 1, size, device=maps.device) for size in maps.shape[-2:])
    return torch.stack([(mass.sum(3) * rows).sum(2), (mass.sum(2) * columns).sum(2)], 2)
