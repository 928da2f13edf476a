"""The topology of both DeepFill networks: a coarse network, then a refinement with contextual attention
(Yu et al., "Generative Image Inpainting with Contextual Attention", 2018, section 3 and 4.2; "Free-Form Image
Inpainting with Gated Convolution", 2019, section 3.5).

The layers are those of the released code. Strided convolutions are padded alike on both sides, as in PyTorch, while
TensorFlow's SAME pads the right and bottom more; the original weights would therefore be off by half a pixel.
Nearest-neighbour reductions take the upper left pixel of each cell.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

from gan_inpaint_training.generators.attention import ContextualAttention
from gan_inpaint_training.generators.generator import Generator
from gan_inpaint_training.layers import zero_bias


class Layer(Protocol):
    """A convolution with its activation that keeps the size, or divides it by `stride`."""

    def __call__(
        self,
        before: int,
        after: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        activation: type[nn.Module] = nn.ELU,
    ) -> nn.Module: ...


class Coarse(nn.Module):
    """(N, 5, H, W) → (N, 3, H, W): picture, ones (which mark padding) and mask → a first fill."""

    def __init__(self, layer: Layer, width: int, bound: nn.Module) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            layer(5, width, 5),
            layer(width, 2 * width, stride=2),
            layer(2 * width, 2 * width),
            layer(2 * width, 4 * width, stride=2),
            layer(4 * width, 4 * width),
            layer(4 * width, 4 * width),
            *_dilated(layer, 4 * width),
            layer(4 * width, 4 * width),
            layer(4 * width, 4 * width),
        )
        self.decoder = _decoder(layer, width, bound)

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x))


class Refinement(nn.Module):
    """(N, channels, H, W) and mask (N, 1, H, W) → (N, 3, H, W): dilation and attention side by side, at 1/4."""

    def __init__(self, layer: Layer, width: int, channels: int, bound: nn.Module) -> None:
        super().__init__()
        self.surroundings = nn.Sequential(
            layer(channels, width, 5),
            layer(width, width, stride=2),
            layer(width, 2 * width),
            layer(2 * width, 2 * width, stride=2),
            layer(2 * width, 4 * width),
            layer(4 * width, 4 * width),
            *_dilated(layer, 4 * width),
        )
        self.compared = nn.Sequential(
            layer(channels, width, 5),
            layer(width, width, stride=2),
            layer(width, 2 * width),
            layer(2 * width, 4 * width, stride=2),
            layer(4 * width, 4 * width),
            layer(4 * width, 4 * width, activation=nn.ReLU),
        )
        self.attention = ContextualAttention(4 * width)
        self.attended = nn.Sequential(layer(4 * width, 4 * width), layer(4 * width, 4 * width))
        self.merged = nn.Sequential(layer(8 * width, 4 * width), layer(4 * width, 4 * width))
        self.decoder = _decoder(layer, width, bound)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        compared = self.compared(x)
        attended = self.attended(self.attention(compared, compared, mask[:, :, ::8, ::8]))
        return self.decoder(self.merged(torch.cat([self.surroundings(x), attended], 1)))


class TwoStageGenerator(Generator):
    """Two stages, the fill of the second built upon the first one's.

    `bound` ends each stage. `marked`: whether the refinement also gets the ones and the mask.
    """

    size_multiple = 8  # features at 1/4, of which attention compares every second one

    def __init__(self, layer: Layer, width: int, *, bound: nn.Module, marked: bool) -> None:
        super().__init__()
        self.marked = marked
        self.coarse = Coarse(layer, width, bound)
        self.refinement = Refinement(layer, width, 5 if marked else 3, bound)

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        marks = torch.cat([torch.ones_like(mask), mask], 1)
        coarse = self.coarse(torch.cat([image, marks], 1))
        filled = image * (1 - mask) + coarse.clamp(-1, 1) * mask
        return [coarse, self.refinement(torch.cat([filled, marks], 1) if self.marked else filled, mask)]


def _dilated(layer: Layer, channels: int) -> list[nn.Module]:
    return [layer(channels, channels, dilation=dilation) for dilation in (2, 4, 8, 16)]


def _decoder(layer: Layer, width: int, bound: nn.Module) -> nn.Sequential:
    last = nn.Conv2d(width // 2, 3, 3, padding=1)
    nn.init.xavier_uniform_(last.weight)
    zero_bias(last)
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="nearest"),
        layer(4 * width, 2 * width),
        layer(2 * width, 2 * width),
        nn.Upsample(scale_factor=2, mode="nearest"),
        layer(2 * width, width),
        layer(width, width // 2),
        last,
        bound,
    )
