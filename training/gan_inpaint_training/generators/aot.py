"""AOT-GAN (Zeng et al., "Aggregated Contextual Transformations for High-Resolution Image Inpainting", 2021).

This is the released network with four changes: the hole is zero, not white; the decoder enlarges between pixel centres
instead of corners, which would depend on the picture's size; the gate is normalised by the biased deviation, for which
ONNX has an operator; and the initialisation preserves the signal's variance.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training.generators.generator import Generator
from gan_inpaint_training.layers import zero_bias


class AOTGenerator(Generator):
    """One stage, in [-1, 1] by tanh; H and W are multiples of 64.

    The features at 1/4 must be larger than the reflection of 8 that pads the widest branch, so 4 would not do.
    """

    size_multiple = 64

    def __init__(self, width: int = 64, blocks: int = 8) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(4, width, 7, padding=3, padding_mode="reflect"),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1),
            nn.ReLU(),
        )
        self.body = nn.Sequential(*(AOTBlock(4 * width) for _ in range(blocks)))
        self.decoder = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(4 * width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(2 * width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 3, 3, padding=1),
            nn.Tanh(),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                zero_bias(module)

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        return [self.decoder(self.body(self.encoder(torch.cat([image, mask], 1))))]


class AOTBlock(nn.Module):
    """Split, transform, aggregate (section 3.1, figure 3): (N, channels, H, W) → the same shape.

    A gate chooses at each place between the input and the aggregate of four dilated branches.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Conv2d(channels, channels // 4, 3, padding=d, dilation=d, padding_mode="reflect") for d in (1, 2, 4, 8)
        )
        self.fusion = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.gate = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")

    def forward(self, x: Tensor) -> Tensor:
        fused = self.fusion(torch.cat([F.relu(branch(x)) for branch in self.branches], 1))
        # The released code's normalisation, 5 (2 z - 1) of the standardised map z: open where z is above a half.
        gate = (10 * F.instance_norm(self.gate(x)) - 5).sigmoid()
        return x * (1 - gate) + fused * gate
