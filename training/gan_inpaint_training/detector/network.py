"""The scratch detector: a small U-Net that knows what scenes look like, and gathers evidence along lines.

Whether a line is a scratch or a twig is seen from what is around it. A few thousand photographs do not teach that, so
the coarse levels are shown what a network makes of the picture that learned from a million.

A faint scratch is lost in the grain of each pixel and plain over its length: at 1.3 σ a pixel it stands at 13 σ over
100 pixels. The branch therefore sums features along straight lines of sixteen directions before they are judged.
Nothing is normalised over the picture, so that a tile with its context gives what the whole picture gives.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_inpaint_training.features import EfficientNetLite0

STEM = 2  # the picture is taken apart into 2×2 blocks
LEVELS = 4
CONTRAST = 4.0
NEIGHBOURHOOD = 9
SEEN = 6  # channels of what the network is shown
SCENE_BLOCKS, SCENE_WIDTHS = (2, 4), (24, 40)
TEMPERATURE = 2.0
"""Two crops in three that it learns from are damaged, a photograph is hardly: only where the network is very sure does
it count. Divided by this, its logits tell such degrees of certainty apart in a byte."""
SCENE_REACH = 67  # pixels beyond a block of 1/16 that its scene is told from


class Detector(nn.Module):
    """`widths`: channels at 1/2, 1/4, 1/8 and 1/16; `blocks`: residual blocks at each of the last three, on the way
    down and on the way up; `line`: side of the line filters, in pixels of 1/8."""

    size_multiple = STEM * 2 ** (LEVELS - 1)

    def __init__(self, widths: tuple[int, int, int, int], blocks: int, line: int) -> None:
        super().__init__()
        self.blocks = blocks
        half, quarter, eighth, sixteenth = widths
        pixels = STEM * STEM
        self.stem = _convolution(SEEN * pixels, half)
        self.encode_half = _convolution(half, half)
        self.to_quarter, self.encode_quarter = nn.Conv2d(half, quarter, 2, 2), _residuals(quarter, blocks)
        self.to_eighth, self.encode_eighth = nn.Conv2d(quarter, eighth, 2, 2), _residuals(eighth, blocks)
        self.to_sixteenth, self.encode_sixteenth = nn.Conv2d(eighth, sixteenth, 2, 2), _residuals(sixteenth, blocks)
        self.scene = EfficientNetLite0(SCENE_BLOCKS)
        scene_eighth, scene_sixteenth = SCENE_WIDTHS
        self.scene_eighth = nn.Conv2d(scene_eighth, eighth, 1)
        self.scene_sixteenth = nn.Conv2d(scene_sixteenth, sixteenth, 1)
        self.from_sixteenth, self.lines = nn.Conv2d(sixteenth, eighth, 1), Lines(eighth, line)
        self.decode_eighth = _residuals(eighth, blocks)
        self.from_eighth, self.decode_quarter = nn.Conv2d(eighth, quarter, 1), _residuals(quarter, blocks)
        self.from_quarter, self.decode_half = nn.Conv2d(quarter, half, 1), _convolution(half, half)
        self.head, self.local = _convolution(half, 2 * pixels), _convolution(SEEN * pixels, 2 * pixels)
        nn.init.constant_(self.head.bias, -4.0)  # damage is rare

    def forward(self, image: Tensor) -> Tensor:
        """How likely light and dark damage is, (N, 2, H, W) in [0, 1], in `image`, (N, 3, H, W) in [-1, 1],
        H and W multiples of `size_multiple`."""
        return torch.sigmoid(self.logits(image) / TEMPERATURE)

    def logits(self, image: Tensor) -> Tensor:
        """The logarithms of the odds of damage in a crop as those for training are."""
        seen = F.pixel_unshuffle(with_contrasts(image), STEM).contiguous(memory_format=torch.channels_last)
        half = F.relu(self.encode_half(F.relu(self.stem(seen))))
        quarter = self.encode_quarter(self.to_quarter(half))
        with torch.no_grad():
            scene_eighth, scene_sixteenth = self.scene(F.avg_pool2d(image, 2))
        eighth = self.encode_eighth(self.to_eighth(quarter) + self.scene_eighth(scene_eighth))
        sixteenth = self.encode_sixteenth(self.to_sixteenth(eighth) + self.scene_sixteenth(scene_sixteenth))
        eighth = self.decode_eighth(self.lines(eighth) + _enlarged(self.from_sixteenth(sixteenth)))
        quarter = self.decode_quarter(quarter + _enlarged(self.from_eighth(eighth)))
        half = F.relu(self.decode_half(F.relu(half + _enlarged(self.from_quarter(quarter)))))
        return F.pixel_shuffle(self.head(half) + self.local(seen), STEM)

    def reach(self) -> int:
        """Pixels around one that its result can depend on, on each side: whole blocks of `size_multiple`."""
        at_half = 4  # two convolutions 3×3 each
        at_quarter, at_eighth, at_sixteenth = (self.blocks * side for side in (8, 16, 32))
        block = self.size_multiple  # a coarse pixel is its whole block's
        up = at_half + at_quarter + at_eighth
        down = up + NEIGHBOURHOOD - 1
        along_lines = 8 * (self.lines.filters.shape[-1] // 2) + down
        pixels = up + max(along_lines, at_sixteenth + max(down, SCENE_REACH)) + block - 1
        return math.ceil(pixels / block) * block


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
        along = _Averaged.apply(evidence, self.filters) if self.training else _average(evidence, self.filters)
        gathered: Tensor = features + self.after(along)
        return gathered


class _Averaged(torch.autograd.Function):
    """The gradient of a filter that is the same turned by 180° is the filter itself; torch's own way to it takes
    fifteen times as long on a CPU."""

    @staticmethod
    def forward(context: Any, features: Tensor, filters: Tensor) -> Tensor:  # type: ignore[override]
        context.save_for_backward(filters)
        return _average(features, filters)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
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
    nn.init.zeros_(layer.bias)
    return layer


def _enlarged(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2.0, mode="nearest")
