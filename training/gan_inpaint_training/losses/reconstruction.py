"""Distances between the pixels of a fill and of the truth."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training.bounding_box import dilate

OVERLAP_WEIGHT = 10.0  # of a known pixel that is painted too


def masked_l1(prediction: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Return the mean absolute error over the pixels that `weight` (N, 1, H, W) counts."""
    return ((prediction - truth).abs().mean(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1)


def relative_l1(prediction: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the samples of log(1 + e / 0.01), with e their mean absolute error in the hole.

    Its gradient is relative to each sample's own error: a scratch, where little is left to learn in absolute terms,
    counts as much as a large hole, as in a mean of PSNR.
    """
    error = ((prediction - truth).abs().mean(1, keepdim=True) * mask).sum((1, 2, 3))
    return (error / mask.sum((1, 2, 3)).clamp_min(1) / 0.01).log1p().mean()


def composited_l1(prediction: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Return the mean absolute error over all pixels of the completed picture (DMFN, Hui et al. 2020, 3.5)."""
    return ((prediction - truth).abs() * mask).mean()


def discounted_l1(prediction: Tensor, truth: Tensor, mask: Tensor, discount: float) -> Tensor:
    """Return the mean absolute error in the hole, times `discount`^l for depth l (Yu et al. 2018, section 3.2).

    The paper discounts by 0.99, its code by 0.9. The code also counts the depth from 0 on two sides of its box and
    from 1 on the others; here it is 0 on all sides, and the hole may have any shape.
    """
    weight = mask * discount ** (depth_in_hole(mask) - 1).clamp_min(0)
    return ((prediction - truth).abs().mean(1, keepdim=True) * weight).sum() / mask.sum().clamp_min(1)


def depth_in_hole(mask: Tensor) -> Tensor:
    """Return the distance in pixels to the nearest known pixel of the same row or column, (N, 1, H, W).

    It is 1 at the hole's boundary, 0 outside, and the picture's longer side where row and column are all hole.
    """
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
    """Return the mean squared error over the hole and `overlap` known pixels around it (Pathak et al. 2016, 3.3).

    The context encoder sees these known pixels and predicts them too; their error counts ten times.

    The paper's overlap is 7 pixels; the commands of the released code say 4.
    """
    error = (prediction - truth).square().mean(1, keepdim=True)
    patch = dilate(mask, overlap)
    return (error * (mask + OVERLAP_WEIGHT * (patch - mask))).sum() / patch.sum().clamp_min(1)


def laplacian(prediction: Tensor, truth: Tensor, mask: Tensor, levels: int = 3) -> Tensor:
    """Return the mean absolute error of the completed picture's Laplacian pyramid (Bojanowski et al. 2018, 3.1).

    It is summed over the levels and divided by the hole's share of the picture; fine detail counts like the mean
    colour.
    """
    error, total = (prediction - truth) * mask, prediction.new_zeros(())
    for level in range(levels):
        smaller = F.avg_pool2d(error, 2, ceil_mode=True)
        band = error
        if level < levels - 1:
            band = error - F.interpolate(smaller, size=error.shape[-2:], mode="bilinear", align_corners=False)
        total = total + band.abs().mean() / mask.mean().clamp_min(1e-3)
        error = smaller
    return total
