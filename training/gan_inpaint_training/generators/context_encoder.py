"""The context encoder: encodes a picture without its hole and decodes a patch for the hole.

Pathak et al., "Context Encoders: Feature Learning by Inpainting", 2016, sections 3.1 and 3.2. Two bottlenecks stand
between the same encoder and decoder, those of the published 128² network, because paper and released code differ:

- `paper`: the channel-wise fully connected layer, m·n⁴ weights for m maps of n×n, then a convolution of stride 1 that
  passes information between the maps (the paper does not state its kernel: 1×1 here). The paper describes it for
  AlexNet's 6×6 maps of a 227² picture, with five up-convolutions; at 128² the maps are 4×4, and four up-convolutions
  lead to 64².
- `released`: all maps fully connected to 4000 units (a 4×4 convolution without padding), and those to the decoder.

No convolution has a bias, as in the PyTorch port with 71,124,544 parameters (`released`), which is what the tests
count. The Torch original has one for every output channel, 5,987 more; a batch normalisation cancels nearly all.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn

from gan_inpaint_training.bounding_box import dilate, paste_box
from gan_inpaint_training.generators.generator import Generator

MEAN_COLOUR = (117, 104, 123)
"""The released code's fill of the hole: red, green and blue of 255."""


class ChannelwiseLinear(nn.Module):
    """Connects all positions of each map with each other, without connecting maps (section 3.1, "channel-wise").

    (N, channels, side, side) → the same shape.
    """

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, side**2, side**2))
        nn.init.normal_(self.weight, 0, 1 / side)

    def forward(self, x: Tensor) -> Tensor:
        maps = x.flatten(2).transpose(0, 1)  # channels first: one matrix product for each
        return (maps @ self.weight).transpose(0, 1).reshape(x.shape)


class ContextEncoder(Generator):
    """image (N, 3, 128, 128) in [-1, 1] and mask (N, 1, 128, 128), 1 = hole → the fill, like the image.

    The patch of 64² is laid over the hole's bounding box and `overlap` pixels around it (section 3.3), pixel for pixel
    where that makes 64² (the published centre hole, 50² with an overlap of 7) and stretched elsewhere; further out the
    fill is zero. Inside the hole the encoder sees the mean colour. It sees the overlap and predicts it too.

    Raises ValueError for an unknown variant.
    """

    size_multiple = 128
    fixed_size = 128

    def __init__(self, variant: str = "paper", width: int = 64, overlap: int = 0) -> None:
        super().__init__()
        self.overlap = overlap
        if variant not in ("paper", "released"):
            raise ValueError(f"the context encoder has the variants paper and released, not {variant!r}")
        channels = [width, width, 2 * width, 4 * width, 8 * width]
        self.encoder = nn.Sequential(
            nn.Conv2d(3, width, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            *(layer for before, after in pairwise(channels) for layer in _down(before, after)),
        )
        self.bottleneck = nn.Sequential(*(_paper if variant == "paper" else _released)(channels[-1]))
        self.decoder = nn.Sequential(
            *(layer for before, after in pairwise(reversed(channels[1:])) for layer in _up(before, after)),
            nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False),
            nn.Tanh(),
        )
        mean = torch.tensor(MEAN_COLOUR).view(3, 1, 1) / 127.5 - 1
        self.register_buffer("mean", mean, persistent=False)
        self.mean: Tensor
        self.apply(initialise)

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        known = torch.where(mask > 0, self.mean, image)
        patch = self.decoder(self.bottleneck(self.encoder(known)))
        return [paste_box(patch, dilate(mask, self.overlap))]


def initialise(module: nn.Module) -> None:
    """DCGAN's initial weights, for `Module.apply` (Radford et al. 2016, section 4; the factors by its Torch code)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, 0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1, 0.02)


def _paper(channels: int) -> Iterable[nn.Module]:
    yield ChannelwiseLinear(channels, 4)
    yield nn.Conv2d(channels, channels, 1, bias=False)
    yield nn.BatchNorm2d(channels)
    yield nn.ReLU()


def _released(channels: int) -> Iterable[nn.Module]:
    units = 4000 * channels // 512
    yield nn.Conv2d(channels, units, 4, bias=False)
    yield nn.BatchNorm2d(units)
    yield nn.LeakyReLU(0.2)
    yield nn.ConvTranspose2d(units, channels, 4, bias=False)
    yield nn.BatchNorm2d(channels)
    yield nn.ReLU()


def _down(before: int, after: int) -> Iterable[nn.Module]:
    yield nn.Conv2d(before, after, 4, 2, 1, bias=False)
    yield nn.BatchNorm2d(after)
    yield nn.LeakyReLU(0.2)


def _up(before: int, after: int) -> Iterable[nn.Module]:
    yield nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
    yield nn.BatchNorm2d(after)
    yield nn.ReLU()
