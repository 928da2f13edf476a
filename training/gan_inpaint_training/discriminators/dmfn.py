"""DMFN's discriminator of picture and hole (Hui et al., "Image Fine-grained Inpainting", 2020, 3.3)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training.bounding_box import crop_around
from gan_inpaint_training.layers import zero_bias
from gan_inpaint_training.sides import SideError


class GlobalLocalDiscriminator(nn.Module):
    """image (N, 3, side, side) and mask (N, 1, side, side) → [one score (N, 1)] and the local branch's five layers.

    The released network: batch normalisation after every convolution, no spectral normalisation. The local branch sees
    a window of half the side around the hole; the network does not see the mask. `side` is a multiple of 64, else
    SideError; ValueError for pictures of another size.
    """

    def __init__(self, width: int = 64, side: int = 256) -> None:
        super().__init__()
        if side % 64:
            raise SideError(f"the side of the discriminator's pictures must be a multiple of 64, not {side}")
        self.side = side
        flat = 8 * width * (side // 64) ** 2
        self.whole = _branch([3, width, 2 * width, 4 * width, 8 * width, 8 * width, 8 * width])
        self.local = _branch([3, width, 2 * width, 4 * width, 8 * width, 8 * width])
        self.whole_summary = nn.Linear(flat, 8 * width)
        self.local_summary = nn.Linear(flat, 8 * width)
        self.score = nn.Linear(16 * width, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, 0, 0.02)
                zero_bias(module)

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        if image.shape[-2:] != (self.side, self.side):
            raise ValueError(f"this discriminator takes pictures of {self.side}×{self.side}, not {tuple(image.shape)}")
        whole = image
        for layer in self.whole:
            whole = layer(whole)
        local, features = crop_around(image, mask, self.side // 2), []
        for layer in self.local:
            local = layer(local)
            features.append(local)
        summary = torch.cat([self.whole_summary(whole.flatten(1)), self.local_summary(local.flatten(1))], 1)
        return [self.score(F.leaky_relu(summary, 0.2))], features


def _branch(channels: list[int]) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Sequential(nn.Conv2d(before, after, 5, stride=2, padding=2), nn.BatchNorm2d(after), nn.LeakyReLU(0.2))
        for before, after in pairwise(channels)
    )
