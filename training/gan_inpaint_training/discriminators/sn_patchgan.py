"""The spectral-normalised PatchGAN (Yu et al., "Free-Form Image Inpainting with Gated Convolution", 2019, 3.4)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class SNPatchGAN(nn.Module):
    """image (N, 3, H, W) and mask (N, 1, H, W) → one map of scores (N, 1, H/8, W/8) and the features of each layer.

    Smaller than the paper's (three strided 4×4 convolutions instead of six 5×5), so that a patch stays local and
    a CPU can train it.
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        channels = [4, width, 2 * width, 4 * width]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4, stride=2, padding=1)) for before, after in pairwise(channels)
        )
        self.judge = spectral_norm(nn.Conv2d(channels[-1], 1, 3, padding=1))

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        x, features = torch.cat([image, mask], 1), []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return [self.judge(x)], features
