"""The detector of damage: a U-Net with a pretrained encoder, after Ronneberger et al., "U-Net", 2015.

Only its surroundings show whether a line is a crack or a twig. A few thousand photographs do not teach that, so the
encoder is EfficientNet-Lite0, trained on ImageNet and trained further with the rest. Its normalisation is fixed.

A faint scratch is lost in the grain of each pixel, but clear over its length: 1.3 σ at each pixel are 13 σ over 100
pixels. A branch therefore averages features along straight lines of sixteen directions. Nothing is normalised over the
picture, so that a tile with its context gives the same result as the whole picture.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_inpaint_training.features import EfficientNetLite0
from gan_inpaint_training.layers import zero_bias

STEM = 2
"""Side of the blocks that the finest features describe, in pixels."""
BLOCKS = (0, 2, 4, 10)
"""Blocks of the encoder that give features at 1/2, 1/4, 1/8 and 1/16 of the resolution."""
ENCODED = (16, 24, 40, 112)
"""Channels of these features."""
CONTRAST = 4.0
"""Factor of the contrasts that the network sees."""
NEIGHBOURHOOD = 9
"""Side of the square that a contrast compares a pixel with, in pixels."""
SEEN = 6
"""Input channels of the finest branch."""
TEMPERATURE = 2.0
"""Divisor of the logits: a photograph has far less damage than a training crop, so only high certainty counts there, of
which a byte must still distinguish degrees."""


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
        """Return the log-odds of damage (N, 2, H, W), as in a crop for training."""
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
        """Return how far the result at a pixel depends on others, in pixels: a multiple of `size_multiple`."""
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
    """x + a mixture of features that are averaged along straight lines, one direction for each channel.

    The filters are fixed; the convolutions before and after them are learned.
    """

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
    """Convolution with filters that equal themselves turned by 180°, so that their gradient is the same convolution.

    Torch's gradient takes fifteen times as long on a CPU.
    """

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
    """Return filters (count, side, side) that average along a line through the middle.

    Each is turned by 180° / `directions` against the one before. The first `directions` filters average over the whole
    side, the others over half of it.
    """
    middle = torch.arange(side) - side // 2
    numbers = torch.arange(count)
    angles = (numbers % directions * (math.pi / directions))[:, None, None]
    rows, columns = middle[None, :, None], middle[None, None, :]
    beside, along = columns * angles.cos() + rows * angles.sin(), rows * angles.cos() - columns * angles.sin()
    reached = torch.where(numbers < directions, side / 2, side / 4)[:, None, None]
    filters = torch.exp(-(beside**2) / (2 * 0.5**2)) * (along.abs() <= reached)
    return filters / filters.sum((1, 2), keepdim=True)


def with_contrasts(image: Tensor) -> Tensor:
    """Return `image` (N, 3, H, W) with three more channels of contrasts, which half precision would round away.

    They are the difference of each pixel from the mean of its neighbourhood, and the white and the black top-hat
    transform, the classical filters for scratches. With them the network needs a fraction of the pictures.
    """
    gray = image.mean(1, keepdim=True)
    mean = F.avg_pool2d(gray, NEIGHBOURHOOD, 1, NEIGHBOURHOOD // 2, count_include_pad=False)
    opened, closed = _dilated(-_dilated(-gray)), -_dilated(-_dilated(gray))
    return torch.cat([image, CONTRAST * (gray - mean), CONTRAST * (gray - opened), CONTRAST * (closed - gray)], 1)


def _dilated(gray: Tensor) -> Tensor:
    """Return the maximum over the neighbourhood of 9 × 9, by maxima of two, which are faster than pooling."""
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
