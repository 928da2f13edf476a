"""The prefill of a hole: a thin-plate surface through the known pixels, coarse to fine.

Push–pull (Gortler et al., "The Lumigraph", 1996, section 3.4) with a few relaxation sweeps at each level: first
towards a membrane, then, with momentum, towards a thin plate, whose bilaplacian is zero (Terzopoulos, "Multilevel
Computational Processes for Visual Surface Reconstruction", 1983). In a thin hole the plate continues slopes and edges
that a mean would blur.

The engine has the same surface on numpy arrays, and a test compares the two. This one is needed because training runs
it on batches on the GPU and the portrait generator exports it to ONNX: pooling, resizing and small convolutions only.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint.engine.boundary_band import refine_coarse_to_fine

LEVELS = 7  # of the pyramid
MEMBRANE_SWEEPS, PLATE_SWEEPS = 2, 10
STEP, MOMENTUM = 1 / 32, 0.75

MEMBRANE = [[0.0, 0.25, 0.0], [0.25, -1.0, 0.25], [0.0, 0.25, 0.0]]
PLATE = [
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 2.0, -8.0, 2.0, 0.0],
    [1.0, -8.0, 20.0, -8.0, 1.0],
    [0.0, 2.0, -8.0, 2.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
]


def continued_prefill(image: Tensor, mask: Tensor) -> Tensor:
    """Return the smooth prefill with edges and stripes continued through it, as the engine prefills a guided generator.

    As `smooth_prefill`, for pictures of three channels; computed on the CPU, picture by picture.
    """
    prefill = smooth_prefill(image, mask)
    pictures = prefill.float().permute(0, 2, 3, 1).contiguous().cpu().numpy()
    for picture, hole in zip(pictures, mask[:, 0].cpu().numpy() > 0, strict=True):
        refine_coarse_to_fine(picture, np.ascontiguousarray(hole))
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).to(prefill)


@torch.no_grad()
def smooth_prefill(image: Tensor, mask: Tensor) -> Tensor:
    """Fill the hole with a smooth surface.

    `image`: (N, C, H, W) in [-1, 1]; `mask`: (N, 1, H, W), 1 = hole. Returns (N, C, H, W) in [-1, 1], equal to `image`
    where mask = 0. A picture without a known pixel gives zeros. No gradient.
    """
    known = 1 - mask
    pyramid = [(image * known, known)]
    for _ in range(LEVELS - 1):
        pyramid.append(_coarser(*pyramid[-1]))
    colour, known = pyramid[-1]
    mean = colour.mean((2, 3), keepdim=True) / known.mean((2, 3), keepdim=True).clamp_min(1e-6)
    filled = colour + (1 - known) * mean
    for colour, known in reversed(pyramid[:-1]):
        coarser = F.interpolate(filled, size=colour.shape[-2:], mode="bilinear", align_corners=False)
        filled = _relaxed(colour + (1 - known) * coarser, 1 - known)
    return filled.clamp(-1, 1)


def _coarser(colour: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Return the next level of `colour` (N, C, H, W), weighted by the share of each cell that is `known` (N, 1, H, W).

    A cell that is half known counts as known.
    """
    # Numerator and denominator are pooled alike, so that their ratio is the mean of the known pixels, also in the
    # cut-off cells at the border.
    colour, known = (F.avg_pool2d(part, 2, ceil_mode=True) for part in (colour, known))
    weight = (2 * known).clamp_max(1)
    return colour * (weight / known.clamp_min(1e-6)), weight


def _relaxed(surface: Tensor, free: Tensor) -> Tensor:
    """Return `surface` (N, C, H, W) after one level's sweeps; `free` (N, 1, H, W): the unknown share of each cell."""
    for _ in range(MEMBRANE_SWEEPS):
        surface = surface + free * _filtered(surface, MEMBRANE)
    motion = torch.zeros_like(surface)
    for _ in range(PLATE_SWEEPS):
        motion = MOMENTUM * motion - STEP * _filtered(surface, PLATE)
        surface = surface + free * motion
    return surface


def _filtered(planes: Tensor, kernel: list[list[float]]) -> Tensor:
    channels, reach = planes.shape[1], len(kernel) // 2
    weight = planes.new_tensor(kernel).expand(channels, 1, -1, -1)
    return F.conv2d(F.pad(planes, [reach] * 4, mode="replicate"), weight, groups=channels)
