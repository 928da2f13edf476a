"""Distances between the pixels of a fill and the truth."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training.boxes import grown

OVERLAP_WEIGHT = 10.0


def masked_l1(prediction: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute error over the pixels that `weight` (N, 1, H, W) counts."""
    return ((prediction - truth).abs().mean(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1)


def relative_l1(prediction: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Mean over the samples of log(1 + e / 0.01), e being their mean absolute error in the hole.

    Its gradient is relative to each sample's own error: a scratch, where little is left to learn in absolute terms,
    counts as much as a large hole, as it does in a mean of PSNR.
    """
    error = ((prediction - truth).abs().mean(1, keepdim=True) * mask).sum((1, 2, 3))
    return (error / mask.sum((1, 2, 3)).clamp_min(1) / 0.01).log1p().mean()


def composited_l1(prediction: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute error of the completed picture over all its pixels (DMFN, Hui et al. 2020, section 3.5)."""
    return ((prediction - truth).abs() * mask).mean()


def discounted_l1(prediction: Tensor, truth: Tensor, mask: Tensor, discount: float) -> Tensor:
    """Mean over the hole's pixels of their absolute error, discounted by their depth l: times `discount`^l (Yu et al.
    2018, section 3.2).

    The paper discounts by 0.99, its code by 0.9. The code also counts the depth from 0 on two sides of its box and
    from 1 on the others; here it is 0 on all, and any shape of hole is taken.
    """
    weight = mask * discount ** (depth_in_hole(mask) - 1).clamp_min(0)
    return ((prediction - truth).abs().mean(1, keepdim=True) * weight).sum() / mask.sum().clamp_min(1)


def depth_in_hole(mask: Tensor) -> Tensor:
    """Distance in pixels to the nearest known one of the same row or column, (N, 1, H, W): 1 at the hole's rim, 0
    outside, and the picture's longer side where row and column are all hole."""
    longest = max(mask.shape[-2:])
    depth = torch.full_like(mask, longest)
    for axis in (-2, -1):
        position = torch.arange(mask.shape[axis], device=mask.device, dtype=mask.dtype)
        position = position.view(-1, 1) if axis == -2 else position
        known = torch.where(mask > 0, torch.full_like(mask, -longest), position.expand_as(mask))
        depth = depth.minimum(position - known.cummax(axis).values)
        from_end = torch.where(mask > 0, torch.full_like(mask, -2 * longest), -position.expand_as(mask))
        depth = depth.minimum(-from_end.flip(axis).cummax(axis).values.flip(axis) - position)
    return depth * mask


def overlap_l2(prediction: Tensor, truth: Tensor, mask: Tensor, overlap: int) -> Tensor:
    """Mean squared error over the hole and `overlap` known pixels around it, which the context encoder is shown and
    predicts all the same; the error in these counts ten times (Pathak et al. 2016, section 3.3). 0: the hole alone.

    The paper's overlap is 7 pixels; the commands of the released code say 4.
    """
    error = (prediction - truth).square().mean(1, keepdim=True)
    patch = grown(mask, overlap)
    return (error * (mask + OVERLAP_WEIGHT * (patch - mask))).sum() / patch.sum().clamp_min(1)


def laplacian(prediction: Tensor, truth: Tensor, mask: Tensor, levels: int = 3) -> Tensor:
    """Mean absolute error of the completed picture's Laplacian pyramid, summed over its levels and divided by the
    share of hole in each, so that fine detail counts like the mean colour (Bojanowski et al. 2018, section 3.1)."""
    error, total = (prediction - truth) * mask, prediction.new_zeros(())
    for level in range(levels):
        smaller = F.avg_pool2d(error, 2, ceil_mode=True)
        band = error
        if level < levels - 1:
            band = error - F.interpolate(smaller, size=error.shape[-2:], mode="bilinear", align_corners=False)
        total = total + band.abs().mean() / mask.mean().clamp_min(1e-3)
        error = smaller
    return total
