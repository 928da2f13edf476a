"""The spectral-normalised PatchGAN (Yu et al., "Free-Form Image Inpainting with Gated Convolution", 2019, 3.4)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

BANDS = ((3, 8.0), (9, 4.0))
"""For each band the side of the mean filter in pixels, and the gain."""


class SNPatchGAN(nn.Module):
    """image (N, 3, H, W) and mask (N, 1, H, W) → one map of scores (N, 1, H/8, W/8) and the features of each layer.

    Smaller than the paper's (three strided 4×4 convolutions instead of six 5×5), so that a patch is local and a CPU can
    train it. It sees the image as frequency bands of about equal variance: spectral normalisation bounds the slope of
    the scores, and texture, which distinguishes a smooth fill, has the least variance in a photograph.
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        channels = [3 * (len(BANDS) + 1) + 1, width, 2 * width, 4 * width]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4, stride=2, padding=1)) for before, after in pairwise(channels)
        )
        self.score = spectral_norm(nn.Conv2d(channels[-1], 1, 3, padding=1))

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        x, features = torch.cat([*bands(image), mask], 1), []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return [self.score(x)], features


def bands(image: Tensor) -> list[Tensor]:
    """Split the image (N, C, H, W) into amplified frequency bands, the finest first, and the remaining mean."""
    parts, rest = [], image
    for side, gain in BANDS:
        mean = F.avg_pool2d(F.pad(rest, [side // 2] * 4, mode="replicate"), side, stride=1)
        parts.append(gain * (rest - mean))
        rest = mean
    return [*parts, rest]
