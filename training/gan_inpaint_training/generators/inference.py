"""Generators in their exported form: the same function of the same weights inside the hole, but faster.

onnxruntime runs convolutions on blocks of channels. An operation that it cannot run on blocks, such as a pixel shuffle
or an activation that follows no convolution, costs two copies of the map, more than the operation itself. Pixels that
do not influence the hole need no computation: the last layers, two fifths of the cost, run on the hole's bounding box
with their receptive field around it.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training.generators.dmfb import DenseMultiScaleFusionBlock, DMFBGenerator, Doubling, activate
from gan_inpaint_training.generators.generator import Generator


def for_inference(generator: Generator) -> nn.Module:
    """Return a module that computes the same fill as `generator` inside the hole; outside it may return the image.

    image (N, 3, H, W) in [-1, 1] and mask (N, 1, H, W), 1 = hole. `generator` is not changed.
    """
    return DMFBForInference(generator) if isinstance(generator, DMFBGenerator) else generator


class DMFBForInference(nn.Module):
    """A DMFBGenerator whose maps leave the blocks of channels only where pixels are shuffled or cropped."""

    margin = 3
    """Pixels at 1/4 that cover the receptive field of five 3×3 convolutions at 1/2."""

    def __init__(self, trained: DMFBGenerator) -> None:
        super().__init__()
        self.trained = trained
        self.stem = _of_pixels(trained.stem)
        self.body = nn.Sequential(*(_FusionBlock(block) for block in _blocks(trained.body)))
        self.up4, self.join4 = _Doubling(trained.up4), _Join(trained.down4.out_channels)
        self.refine4 = nn.Sequential(*(_FusionBlock(block) for block in _blocks(trained.refine4)))
        self.up2, self.join2 = _Doubling(trained.up2), _Join(trained.stem.out_channels)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        trained = self.trained
        if not trained.guided:
            image = trained.prepare(image, mask)
        half = activate(self.stem(torch.cat([image, mask], 1)))
        quarter = activate(trained.down4(half))
        coarse = self.up4(self.body(activate(trained.down8(quarter))))
        quarter = self.refine4(self.join4(quarter, coarse))
        top, bottom = _span(mask.amax((0, 1, 3)), self.margin)
        left, right = _span(mask.amax((0, 1, 2)), self.margin)
        half = half[:, :, 2 * top : 2 * bottom, 2 * left : 2 * right]
        half = trained.refine2(self.join2(half, self.up2(quarter[:, :, top:bottom, left:right])))
        residual = F.pixel_shuffle(trained.last(activate(half)), 2)
        height, width = image.shape[2:]
        around = [4 * left, width - 4 * right, 4 * top, height - 4 * bottom]
        return (image + F.pad(residual, around)).clamp(-1, 1)


def _span(hole: Tensor, margin: int) -> tuple[int, int]:
    """Return start and end, in pixels at 1/4, of the ones in `hole` (E,), with `margin` more at each end.

    The span is never empty, because the layers that run on it need a pixel.
    """
    quarters = hole.reshape(-1, 4).amax(1) > 0
    extent = quarters.shape[0]
    at = torch.arange(extent, device=hole.device)
    last = torch.where(quarters, at, 0).amax(0)
    first = torch.where(quarters, at, last).amin(0)
    start: Any = (first - margin).clamp_min(0).item()  # symbolic while tracing; int() would make them constant
    end: Any = (last + 1 + margin).clamp_max(extent).item()
    for holds in (start >= 0, start < end, end <= extent):
        torch._check(holds)  # the tracer cannot derive this
    return start, end


class _Same(nn.Module):
    """(N, channels, H, W) → the same: an identity convolution, into which onnxruntime fuses what follows."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.register_buffer("ones", torch.ones(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.get_buffer("ones"), groups=self.channels)


class _Join(nn.Module):
    """The activated sum of a map and a shuffled one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.entrance, self.exit = _Same(channels), _Same(channels)

    def forward(self, x: Tensor, shuffled: Tensor) -> Tensor:
        joined: Tensor = self.exit(x + self.entrance(shuffled))
        return activate(joined)


class _FusionBlock(nn.Module):
    """A DenseMultiScaleFusionBlock whose activation follows a convolution."""

    def __init__(self, trained: DenseMultiScaleFusionBlock) -> None:
        super().__init__()
        self.trained, self.same = trained, _Same(trained.fuse.in_channels)

    def forward(self, x: Tensor) -> Tensor:
        fused: Tensor = self.trained.fuse(activate(self.same(self.trained.scales(x))))
        return x + fused


class _Doubling(nn.Module):
    """A Doubling that shuffles with the channels last, where the two new pixels of a row are one run of memory."""

    def __init__(self, trained: Doubling) -> None:
        super().__init__()
        widen = trained.widen
        self.after = widen.out_channels // 4
        self.widen = copy.deepcopy(widen)
        for values in self.widen.parameters():
            values.data = values.data.reshape(self.after, 4, *values.shape[1:]).transpose(0, 1).flatten(0, 1)

    def forward(self, x: Tensor) -> Tensor:
        count, _, height, width = x.shape
        rows = self.widen(x).permute(0, 2, 3, 1).reshape(count * height, width, 2, 2 * self.after)
        pixels = rows.transpose(1, 2).reshape(count, 2 * height, 2 * width, self.after)
        return pixels.permute(0, 3, 1, 2)


def _of_pixels(unshuffled: nn.Conv2d) -> nn.Conv2d:
    """A 3×3 convolution of pixels that were unshuffled 2×2 into channels, as a 6×6 one of the pixels themselves."""
    channels = unshuffled.in_channels // 4
    convolution = nn.Conv2d(channels, unshuffled.out_channels, 6, stride=2, padding=2)
    by_pixel = unshuffled.weight.detach().reshape(-1, channels, 2, 2, 3, 3).permute(0, 1, 4, 2, 5, 3)
    convolution.weight = nn.Parameter(by_pixel.flatten(4, 5).flatten(2, 3))
    convolution.bias = unshuffled.bias
    return convolution


def _blocks(sequence: nn.Sequential) -> list[DenseMultiScaleFusionBlock]:
    return [block for block in sequence if isinstance(block, DenseMultiScaleFusionBlock)]
