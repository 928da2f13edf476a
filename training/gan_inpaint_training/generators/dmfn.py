"""DMFN (Hui et al., "Image Fine-grained Inpainting", 2020), in the paper's and in the released form.

They differ only in the block: the author says that the released one was made for a competition. The paper does not say
where normalisation and activation are around the concatenation; here they are as in the released block. All
convolutions are padded with zeros and have a bias; an instance normalisation after them removes it, so that it is not
trained.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from gan_inpaint_training.generators.generator import Generator

DILATIONS = (1, 2, 4, 8)


class DMFNGenerator(Generator):
    """One stage, in [-1, 1] by tanh; H and W are multiples of 4, and above 4.

    The instance normalisation's statistics are those of the whole picture, so that a fill depends on the crop's size.
    """

    size_multiple = 4

    def __init__(self, variant: Literal["paper", "released"] = "paper", width: int = 64, blocks: int = 8) -> None:
        super().__init__()
        block = {"paper": DenseMultiScaleFusionBlock, "released": CompetitionBlock}[variant]
        self.encoder = nn.Sequential(
            nn.Conv2d(4, width, 5, padding=2),
            nn.ReLU(),
            *_normalised(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)),
            *_normalised(nn.Conv2d(2 * width, 2 * width, 3, padding=1)),
            *_normalised(nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1)),
        )
        self.body = nn.Sequential(*(block(4 * width) for _ in range(blocks)))
        self.decoder = nn.Sequential(
            *_normalised(nn.Conv2d(4 * width, 4 * width, 3, padding=1)),
            *_normalised(nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1)),
            *_normalised(nn.Conv2d(2 * width, 2 * width, 3, padding=1)),
            *_normalised(nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1)),
            *_normalised(nn.Conv2d(width, width, 3, padding=1)),
            nn.Conv2d(width, 3, 3, padding=1),
            nn.Tanh(),
        )

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        return [self.decoder(self.body(self.encoder(torch.cat([image, mask], 1))))]


class DenseMultiScaleFusionBlock(nn.Module):
    """The paper's block (section 3.2, figure 3): (N, channels, H, W) → the same shape.

    Each wider branch is added to the sum of the narrower ones and convolved, so that the receptive field has no gaps.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 4
        self.reduce = nn.Sequential(*_normalised(nn.Conv2d(channels, inner, 3, padding=1)))
        self.branches = nn.ModuleList(
            nn.Sequential(*_normalised(nn.Conv2d(inner, inner, 3, padding=d, dilation=d))) for d in DILATIONS
        )
        self.combine = nn.ModuleList(nn.Conv2d(inner, inner, 3, padding=1) for _ in DILATIONS[1:])
        self.before_fusion = nn.Sequential(nn.InstanceNorm2d(channels), nn.ReLU())
        self.fusion = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.InstanceNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        reduced = self.reduce(x)
        first, *wider = (branch(reduced) for branch in self.branches)
        fused = [first]
        for combine, branch in zip(self.combine, wider, strict=True):
            fused.append(combine(fused[-1] + branch))
        return x + self.fusion(self.before_fusion(torch.cat(fused, 1)))


class CompetitionBlock(nn.Module):
    """The released block: (N, channels, H, W) → the same shape.

    The branches are summed without a convolution, normalisation or activation, and fused by a 3×3 convolution.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 4
        self.reduce = nn.Sequential(*_normalised(nn.Conv2d(channels, inner, 3, padding=1)))
        self.branches = nn.ModuleList(nn.Conv2d(inner, inner, 3, padding=d, dilation=d) for d in DILATIONS)
        self.before_fusion = nn.Sequential(nn.InstanceNorm2d(channels), nn.ReLU())
        self.fusion = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.InstanceNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        reduced = self.reduce(x)
        first, *wider = (branch(reduced) for branch in self.branches)
        fused = [first]
        for branch in wider:
            fused.append(fused[-1] + branch)
        return x + self.fusion(self.before_fusion(torch.cat(fused, 1)))


def _normalised(convolution: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return convolution, nn.InstanceNorm2d(convolution.out_channels), nn.ReLU()
