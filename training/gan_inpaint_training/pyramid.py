"""Training on two pyramid levels: the coarse level is filled first, and its enlarged fill prefills the fine level.

Most prefills (“guides”) of the fine level are the generator's own fills. Some are replaced by a degraded truth or by
the prefill of a coarsest level, so that the generator learns neither to trust nor to ignore them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training.config import PyramidConfig
from gan_inpaint_training.generators.prefill import continued_prefill

Fill = Callable[[Tensor, Tensor], Tensor]
DEGRADED_BY = 4  # reduction of a degraded truth
OFF_COLOUR = 0.05  # standard deviation of its tint, of a range of 2


class View(NamedTuple):
    """Pictures (N, 3, H, W) in [-1, 1], their holes (N, 1, H, W) and, for a guided generator, the prefill."""

    truth: Tensor
    mask: Tensor
    guide: Tensor | None


def views(fill: Fill, truth: Tensor, mask: Tensor, config: PyramidConfig) -> View:
    """Return two samples of half the side from each picture: all of it at half the scale, and a crop with hole pixels.

    `truth` (N, 3, S, S) in [-1, 1] and `mask` (N, 1, S, S), 1 = hole, S a multiple of 4; `fill` maps prefilled pictures
    of half the size and their holes to the generator's fill. Uses torch's global random generator. Returns 2·N samples.
    """
    coarse_truth, coarse_mask = F.avg_pool2d(truth, 2), F.max_pool2d(mask, 2)
    prefill = continued_prefill(coarse_truth, coarse_mask)
    with torch.no_grad():
        coarse = torch.where(coarse_mask > 0, fill(prefill, coarse_mask), coarse_truth)
    corners = _corners(mask)
    fine_truth, fine_mask, guide = (_cut(planes, corners) for planes in (truth, mask, _enlarged(coarse, 2)))
    return View(
        truth=torch.cat([coarse_truth, fine_truth]),
        mask=torch.cat([coarse_mask, fine_mask]),
        guide=torch.cat([prefill, _mixed(guide, fine_truth, fine_mask, config)]),
    )


def _mixed(guide: Tensor, truth: Tensor, mask: Tensor, config: PyramidConfig) -> Tensor:
    """Return the guides (N, 3, S, S), some of them replaced by a degraded truth or a prefill without a coarse level."""
    draw = torch.rand(len(guide), device=guide.device)
    degraded, smooth = draw < config.degraded, draw > 1 - config.smooth
    tint = OFF_COLOUR * torch.randn(len(guide), 3, 1, 1, device=guide.device)
    blurred = _enlarged(F.avg_pool2d(truth, DEGRADED_BY), DEGRADED_BY) + tint
    guide = torch.where(degraded.view(-1, 1, 1, 1), blurred, guide)
    if smooth.any():
        guide[smooth] = continued_prefill(truth[smooth], mask[smooth])
    return guide


def _corners(mask: Tensor) -> list[tuple[int, int]]:
    """Return, for each hole, the even upper left corner of a square of half the side around a random hole pixel."""
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
