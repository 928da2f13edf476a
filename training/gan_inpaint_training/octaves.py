"""Training over two octaves: the coarser one is filled first, and its fill, enlarged, guides the finer one.

The guides are of the generator's own making, mixed with others, so that it neither trusts nor ignores them: with the
smooth guess that it starts from at the coarsest octave, and with a degraded truth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training.config import OctaveConfig
from gan_inpaint_training.generators.guess import continued_guess

Fill = Callable[[Tensor, Tensor], Tensor]
DEGRADED_BY = 4
OFF_COLOUR = 0.05


class View(NamedTuple):
    """Pictures (N, 3, H, W) in [-1, 1], their holes (N, 1, H, W) and, for a guided generator, a first guess."""

    truth: Tensor
    mask: Tensor
    guide: Tensor | None


def views(fill: Fill, truth: Tensor, mask: Tensor, config: OctaveConfig) -> View:
    """Two samples of half the side from each picture: all of it at half the scale, and a part that meets its hole.

    `truth` (N, 3, S, S) in [-1, 1] and `mask` (N, 1, S, S), 1 = hole, S a multiple of 4; `fill` maps pictures of half
    the size, a first guess in their holes, and the holes to the generator's fill. Draws from torch's global generator.
    Returns 2·N samples.
    """
    coarse_truth, coarse_mask = F.avg_pool2d(truth, 2), F.max_pool2d(mask, 2)
    guess = continued_guess(coarse_truth, coarse_mask)
    with torch.no_grad():
        coarse = torch.where(coarse_mask > 0, fill(guess, coarse_mask), coarse_truth)
    corners = _corners(mask)
    fine_truth, fine_mask, guide = (_cut(planes, corners) for planes in (truth, mask, _enlarged(coarse, 2)))
    return View(
        truth=torch.cat([coarse_truth, fine_truth]),
        mask=torch.cat([coarse_mask, fine_mask]),
        guide=torch.cat([guess, _mixed(guide, fine_truth, fine_mask, config)]),
    )


def _mixed(guide: Tensor, truth: Tensor, mask: Tensor, config: OctaveConfig) -> Tensor:
    """The guides (N, 3, S, S), some of them replaced by a degraded truth or a first guess."""
    draw = torch.rand(len(guide), device=guide.device)
    degraded, smooth = draw < config.degraded, draw > 1 - config.smooth
    tint = OFF_COLOUR * torch.randn(len(guide), 3, 1, 1, device=guide.device)
    blurred = _enlarged(F.avg_pool2d(truth, DEGRADED_BY), DEGRADED_BY) + tint
    guide = torch.where(degraded.view(-1, 1, 1, 1), blurred, guide)
    if smooth.any():
        guide[smooth] = continued_guess(truth[smooth], mask[smooth])
    return guide


def _corners(mask: Tensor) -> list[tuple[int, int]]:
    """For each hole the even upper left corner of a square of half the side with a random one of its pixels in it."""
    half = mask.shape[-1] // 2
    places = torch.multinomial(mask.flatten(1), 1).squeeze(1)
    at = torch.stack([places // mask.shape[-1], places % mask.shape[-1]], 1)
    shift = torch.randint(half, at.shape, device=mask.device)
    corners: list[tuple[int, int]] = ((at - shift).clamp(0, half) // 2 * 2).tolist()
    return corners


def _cut(planes: Tensor, corners: list[tuple[int, int]]) -> Tensor:
    half = planes.shape[-1] // 2
    return torch.stack([plane[:, y : y + half, x : x + half] for plane, (y, x) in zip(planes, corners, strict=True)])


def _enlarged(planes: Tensor, factor: int) -> Tensor:
    return F.interpolate(planes, scale_factor=factor, mode="bilinear", align_corners=False)
