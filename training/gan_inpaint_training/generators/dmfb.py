"""The compact generator: dense multi-scale fusion at 1/4 and 1/8 resolution refines a prefill.

The block is the paper's DMFB (Hui et al., "Image Fine-grained Inpainting", 2020, section 3.2, figure 3) without its
instance normalisation, whose statistics would depend on the hole, the picture's size and the tiling. The rest is ours:
no convolution at full resolution (pixels are unshuffled into channels and shuffled back), additive skip connections,
and an output that is the residual to the prefill, starting at zero. The prefill is the generator's own enlarged fill of
the next coarser pyramid level; at the coarsest level it is a smooth surface.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training.generators.generator import Generator
from gan_inpaint_training.generators.prefill import continued_prefill
from gan_inpaint_training.layers import zero_bias

SMALL = 0.1  # factor of the usual initial weights for the last layer of a residual branch


class DenseMultiScaleFusionBlock(nn.Module):
    """Four dilated branches with cumulative sums, so that the receptive field has no gaps.

    (N, channels, H, W) → the same shape.
    """

    dilations = (1, 2, 4, 8)

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 4
        self.reduce = nn.Conv2d(channels, inner, 3, padding=1)
        self.branches = nn.ModuleList(nn.Conv2d(inner, inner, 3, padding=d, dilation=d) for d in self.dilations)
        self.combine = nn.ModuleList(nn.Conv2d(inner, inner, 3, padding=1) for _ in self.dilations[1:])
        self.fuse = nn.Conv2d(4 * inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.fuse(activate(self.scales(x)))

    def scales(self, x: Tensor) -> Tensor:
        """Return the concatenated outputs of the branches, (N, channels, H, W), before activation."""
        reduced = activate(self.reduce(x))
        first, *wider = (activate(branch(reduced)) for branch in self.branches)
        fused = [first]
        for combine, branch in zip(self.combine, wider, strict=True):
            fused.append(combine(fused[-1] + branch))
        return torch.cat(fused, 1)


class Doubling(nn.Module):
    """(N, before, H, W) → (N, after, 2·H, 2·W): a sub-pixel convolution (Shi et al. 2016) with a 1×1 kernel."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.widen = nn.Conv2d(before, 4 * after, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.widen(x), 2)


class ResidualBlock(nn.Module):
    """(N, channels, H, W) → the same shape: two 3×3 convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(activate(self.first(x)))


class DMFBGenerator(Generator):
    """`width`: channels at half resolution, doubled at each lower one; `blocks` DMFBs at 1/8, `fine_blocks` at 1/4."""

    size_multiple = 8
    guided = True

    def __init__(self, width: int = 32, blocks: int = 2, fine_blocks: int = 4) -> None:
        super().__init__()
        self.stem = nn.Conv2d(4 * 4, width, 3, padding=1)
        self.down4 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.down8 = nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1)
        self.body = nn.Sequential(*(DenseMultiScaleFusionBlock(4 * width) for _ in range(blocks)))
        self.up4 = Doubling(4 * width, 2 * width)
        self.refine4 = nn.Sequential(*(DenseMultiScaleFusionBlock(2 * width) for _ in range(fine_blocks)))
        self.up2 = Doubling(2 * width, width)
        self.refine2 = nn.Sequential(ResidualBlock(width), ResidualBlock(width))
        self.last = nn.Conv2d(width, 4 * 3, 3, padding=1)
        for convolution in self.modules():
            if isinstance(convolution, nn.Conv2d):
                nn.init.kaiming_normal_(convolution.weight, a=0.2)
                zero_bias(convolution)
        for block in self.modules():
            if isinstance(block, DenseMultiScaleFusionBlock):
                block.fuse.weight.data *= SMALL
            elif isinstance(block, ResidualBlock):
                block.second.weight.data *= SMALL
        nn.init.zeros_(self.last.weight)

    def prepare(self, image: Tensor, mask: Tensor, guide: Tensor | None = None) -> Tensor:
        return torch.where(mask > 0, continued_prefill(image, mask) if guide is None else guide, image)

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        half = activate(self.stem(F.pixel_unshuffle(torch.cat([image, mask], 1), 2)))
        quarter = activate(self.down4(half))
        coarse = self.up4(self.body(activate(self.down8(quarter))))
        quarter = self.refine4(activate(quarter + coarse))
        half = self.refine2(activate(half + self.up2(quarter)))
        return [image + F.pixel_shuffle(self.last(activate(half)), 2)]


def activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)
