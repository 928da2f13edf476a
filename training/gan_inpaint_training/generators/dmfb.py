"""The compact generator: dense multi-scale fusion at 1/8 resolution over a push–pull pre-fill.

The block is the paper's DMFB (Hui et al., "Image Fine-grained Inpainting", 2020, section 3.2, figure 3) without its
instance normalisation, whose statistics would depend on the hole, the picture's size and the tiling. The rest is ours:
a pixel-unshuffled stem and a pixel-shuffled head instead of convolutions at full resolution, skips that keep thin
detail, and the residual to a smooth pre-fill as the output, starting at zero.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training.generators.pushpull import push_pull


class DenseMultiScaleFusionBlock(nn.Module):
    """Four dilated branches, summed up cumulatively, so that a large context is seen without gaps.

    (N, channels, H, W) → the same shape. The residual branch starts small.
    """

    dilations = (1, 2, 4, 8)

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 4
        self.reduce = nn.Conv2d(channels, inner, 3, padding=1)
        self.branches = nn.ModuleList(nn.Conv2d(inner, inner, 3, padding=d, dilation=d) for d in self.dilations)
        self.combine = nn.ModuleList(nn.Conv2d(inner, inner, 3, padding=1) for _ in self.dilations[1:])
        self.fuse = nn.Conv2d(4 * inner, channels, 1)
        self.gain = nn.Parameter(torch.full((1, channels, 1, 1), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        reduced = activate(self.reduce(x))
        first, *wider = (activate(branch(reduced)) for branch in self.branches)
        fused = [first]
        for combine, branch in zip(self.combine, wider, strict=True):
            fused.append(combine(fused[-1] + branch))
        return x + self.gain * self.fuse(activate(torch.cat(fused, 1)))


class DMFBGenerator(nn.Module):
    """image (N, 3, H, W) in [-1, 1] and mask (N, 1, H, W), 1 = hole → fill (N, 3, H, W), in [-1, 1] once trained.

    H and W are multiples of `size_multiple`. What `image` holds inside the hole is not looked at.
    """

    size_multiple = 8

    def __init__(self, width: int = 32, blocks: int = 8) -> None:
        super().__init__()
        self.stem = nn.Conv2d(4 * 4, width, 3, padding=1)
        self.down4 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.down8 = nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1)
        self.body = nn.Sequential(*(DenseMultiScaleFusionBlock(4 * width) for _ in range(blocks)))
        self.up4 = nn.Conv2d(6 * width, 2 * width, 3, padding=1)
        self.refine4 = nn.Sequential(*(DenseMultiScaleFusionBlock(2 * width) for _ in range(2)))
        self.up2 = nn.Conv2d(3 * width, width, 3, padding=1)
        self.head = nn.Conv2d(width, 4 * 8, 3, padding=1)
        self.last = nn.Conv2d(8 + 4, 3, 3, padding=1)
        for convolution in self.modules():
            if isinstance(convolution, nn.Conv2d):
                nn.init.kaiming_normal_(convolution.weight, a=0.2)
                nn.init.zeros_(convolution.bias)
        nn.init.zeros_(self.last.weight)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        smooth = push_pull(image, mask)
        known = torch.cat([smooth, mask], 1)
        half = activate(self.stem(F.pixel_unshuffle(known, 2)))
        quarter = activate(self.down4(half))
        x = self.body(activate(self.down8(quarter)))
        x = self.refine4(activate(self.up4(torch.cat([_double(x), quarter], 1))))
        x = activate(self.up2(torch.cat([_double(x), half], 1)))
        x = activate(F.pixel_shuffle(self.head(x), 2))
        fill = smooth + self.last(torch.cat([x, known], 1))
        return fill if self.training else fill.clamp(-1, 1)


def activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")
