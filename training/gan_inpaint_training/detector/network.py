"""The detector of damage: a U-Net whose encoder has learned what scenes look like.

Whether a line is a crack or a twig shows in what is around it. A few thousand photographs do not teach that, so the
encoder is EfficientNet-Lite0, trained on ImageNet and then along with the rest. Its normalisation is fixed.

A faint scratch is lost in the grain of each pixel and plain over its length: at 1.3 σ a pixel it stands at 13 σ over
100 pixels. A branch therefore averages features along straight lines of sixteen directions before they are judged.
Nothing is normalised over the picture, so that a tile with its context gives what the whole picture gives.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_inpaint_training.features import EfficientNetLite0
from gan_inpaint_training.layers import zero_bias

STEM = 2  # the finest features are those of 2×2 blocks
BLOCKS = (0, 2, 4, 10)  # of the encoder: 1/2, 1/4, 1/8 and 1/16 of the resolution
ENCODED = (16, 24, 40, 112)
CONTRAST = 4.0
NEIGHBOURHOOD = 9
SEEN = 6  # channels that the finest branch is shown
TEMPERATURE = 2.0
"""Two crops in three that it learns from are damaged, a photograph is hardly: only where the network is very sure does
it count. Divided by this, its logits tell such degrees of certainty apart in a byte."""


class Detector(nn.Module):
    """A U-Net on EfficientNet-Lite0.

    `widths`: channels of the decoder at 1/2, 1/4, 1/8 and 1/16; `blocks`: residual blocks at 1/4 and 1/8; `line`: side
    of the line filters, in pixels of 1/8.
    """

    size_multiple = 16

    def __init__(self, widths: tuple[int, int, int, int], blocks: int, line: int) -> None:
        super().__init__()
        self.blocks = blocks
        half, quarter, eighth, sixteenth = widths
        pixels = STEM * STEM
        self.encoder = EfficientNetLite0(BLOCKS)
        self.encoder.requires_grad_(True)
        self.stem, self.encode_half = _convolution(SEEN * pixels, half), _convolution(half, half)
        self.skip_half, self.skip_quarter, self.skip_eighth, self.skip_sixteenth = (
            nn.Conv2d(encoded, width, 1) for encoded, width in zip(ENCODED, widths, strict=True)
        )
        self.from_sixteenth, self.lines = nn.Conv2d(sixteenth, eighth, 1), Lines(eighth, line)
        self.decode_eighth = _residuals(eighth, blocks)
        self.from_eighth, self.decode_quarter = nn.Conv2d(eighth, quarter, 1), _residuals(quarter, blocks)
        self.from_quarter, self.decode_half = nn.Conv2d(quarter, half, 1), _convolution(half, half)
        self.head, self.local = _convolution(half, 2 * pixels), _convolution(SEEN * pixels, 2 * pixels)
        for layer in (self.head, self.local):
            nn.init.zeros_(layer.weight)
        assert self.head.bias is not None
        nn.init.constant_(self.head.bias, -4.0)  # damage is rare

    def forward(self, image: Tensor) -> Tensor:
        """Return how likely light and dark damage is, (N, 2, H, W) in [0, 1], in `image`, (N, 3, H, W) in [-1, 1].

        H and W are multiples of `size_multiple`.
        """
        return torch.sigmoid(self.logits(image) / TEMPERATURE)

    def logits(self, image: Tensor) -> Tensor:
        """Return the logarithms of the odds of damage in a crop as those for training are."""
        seen = F.pixel_unshuffle(with_contrasts(image), STEM)
        fine = F.relu(self.encode_half(F.relu(self.stem(seen))))
        half, quarter, eighth, sixteenth = self.encoder(image)
        sixteenth = F.relu(self.skip_sixteenth(sixteenth))
        eighth = self.lines(self.skip_eighth(eighth) + _enlarged(self.from_sixteenth(sixteenth)))
        quarter = self.skip_quarter(quarter) + _enlarged(self.from_eighth(self.decode_eighth(eighth)))
        half = fine + self.skip_half(half) + _enlarged(self.from_quarter(self.decode_quarter(quarter)))
        half = F.relu(self.decode_half(F.relu(half)))
        return F.pixel_shuffle(self.head(half) + self.local(seen), STEM)

    def reach(self) -> int:
        """Return how many pixels around one its result can depend on, on each side: blocks of `size_multiple`."""
        decoder = 4 + (8 + 16) * self.blocks  # two convolutions of 3×3 at 1/2, and two a residual block
        along_lines = 8 * (self.lines.filters.shape[-1] // 2)
        pixels = decoder + along_lines + self.encoder.reach() + self.size_multiple - 1  # a coarse pixel is its block's
        return math.ceil(pixels / self.size_multiple) * self.size_multiple


class Residual(nn.Module):
    """x + two convolutions, the second of which starts at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolution(width, width), _convolution(width, width)
        nn.init.zeros_(self.second.weight)

    def forward(self, features: Tensor) -> Tensor:
        changed: Tensor = features + self.second(F.relu(self.first(F.relu(features))))
        return changed


def _residuals(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(width) for _ in range(count)))


class Lines(nn.Module):
    """x + a mixture of features averaged along straight lines, one direction a channel. The averages are fixed; what is
    averaged, and what becomes of it, is learned."""

    filters: Tensor

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        self.before, self.after = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        self.register_buffer("filters", line_filters(width, side)[:, None], persistent=False)
        nn.init.zeros_(self.after.weight)

    def forward(self, features: Tensor) -> Tensor:
        evidence = F.relu(self.before(features))
        average = _Averaged.apply if self.training else _average
        along = average(evidence, self.filters)
        gathered: Tensor = features + self.after(along)
        return gathered


class _Averaged(torch.autograd.Function):
    """The gradient of a filter that is the same turned by 180° is the filter itself; torch's own way to it takes
    fifteen times as long on a CPU."""

    @staticmethod
    def forward(context: Any, features: Tensor, filters: Tensor) -> Tensor:
        context.save_for_backward(filters)
        return _average(features, filters)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (filters,) = context.saved_tensors
        return _average(gradient, filters), None


def _average(features: Tensor, filters: Tensor) -> Tensor:
    return F.conv2d(features, filters.to(features.dtype), padding=filters.shape[-1] // 2, groups=len(filters))


def line_filters(count: int, side: int, directions: int = 16) -> Tensor:
    """`count` filters (count, side, side) that average along a line through the middle, turning by 180°/16 from one to
    the next: first over the whole side, then, with no directions left, over half of it."""
    middle = torch.arange(side) - side // 2
    numbers = torch.arange(count)
    angles = (numbers % directions * (math.pi / directions))[:, None, None]
    rows, columns = middle[None, :, None], middle[None, None, :]
    beside, along = columns * angles.cos() + rows * angles.sin(), rows * angles.cos() - columns * angles.sin()
    reached = torch.where(numbers < directions, side / 2, side / 4)[:, None, None]
    filters = torch.exp(-(beside**2) / (2 * 0.5**2)) * (along.abs() <= reached)
    return filters / filters.sum((1, 2), keepdim=True)


def with_contrasts(image: Tensor) -> Tensor:
    """`image` (N, 3, H, W) and three more channels of faint differences, which half precision would round away: how
    much lighter each pixel is than the mean of its neighbourhood, than whatever light is as wide as that (the top-hat
    transform), and how much darker than whatever dark is.

    The last two are what scratches were sought with before there were networks; with them this one learns from a
    fraction of the pictures.
    """
    gray = image.mean(1, keepdim=True)
    mean = F.avg_pool2d(gray, NEIGHBOURHOOD, 1, NEIGHBOURHOOD // 2, count_include_pad=False)
    opened, closed = _dilated(-_dilated(-gray)), -_dilated(-_dilated(gray))
    return torch.cat([image, CONTRAST * (gray - mean), CONTRAST * (gray - opened), CONTRAST * (closed - gray)], 1)


def _dilated(gray: Tensor) -> Tensor:
    """The lightest of the neighbourhood of 9 × 9: the larger of two neighbours, then of two such pairs and so on, which
    is faster than pooling."""
    gray = F.pad(gray, [NEIGHBOURHOOD // 2] * 4, "replicate")
    for axis in (2, 3):
        for apart in (1, 2, 4, 1):
            extent = gray.shape[axis] - apart
            gray = torch.maximum(gray.narrow(axis, 0, extent), gray.narrow(axis, apart, extent))
    return gray


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, 3, padding=1)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    zero_bias(layer)
    return layer


def _enlarged(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2.0, mode="nearest")
