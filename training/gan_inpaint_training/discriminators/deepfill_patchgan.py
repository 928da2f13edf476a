"""The SN-PatchGAN in its published size (Yu et al., "Free-Form Image Inpainting with Gated Convolution", 2019, 3.4)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class DeepFillPatchGAN(nn.Module):
    """image (N, 3, H, W) and mask (N, 1, H, W) → [scores (N, 4 · width, H/64, W/64)] and the five layers before.

    As published, every channel of the last layer is a separate score. It is linear here. Sizes that are not multiples
    of 64 are rounded up.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        channels = [4, width, 2 * width, 4 * width, 4 * width, 4 * width, 4 * width]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 5, stride=2, padding=2)) for before, after in pairwise(channels)
        )

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        *layers, last = self.layers
        x, features = torch.cat([image, mask], 1), []
        for layer in layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return [last(x)], features
