"""Push–pull interpolation of the known pixels into a hole (Gortler et al., "The Lumigraph", 1996, section 3.4).

Plain pooling and resizing, so that it exports to ONNX and works at any height and width.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def push_pull(image: Tensor, mask: Tensor, levels: int = 7) -> Tensor:
    """Fill the hole smoothly from all sides.

    `image`: (N, C, H, W); `mask`: (N, 1, H, W), 1 = hole. Returns (N, C, H, W), equal to `image` where mask = 0.
    Push: averages of the known pixels over a pyramid of 2×2 cells. Pull: from the coarsest level down, a cell that
    is known only in part is completed from the coarser one. A picture without a known pixel gives zeros.
    """
    weight = 1 - mask
    pyramid = [(image * weight, weight)]
    for _ in range(levels - 1):
        # Numerator and denominator are pooled alike, so that their ratio is the mean of the known pixels alone,
        # also in the cut-off cells at the border.
        pyramid.append(tuple(F.avg_pool2d(part, 2, ceil_mode=True) for part in pyramid[-1]))
    colour, weight = pyramid[-1]
    mean = colour.mean((2, 3), keepdim=True) / weight.mean((2, 3), keepdim=True).clamp_min(1e-6)
    filled = colour + (1 - weight) * mean
    for colour, weight in reversed(pyramid[:-1]):
        coarser = F.interpolate(filled, size=colour.shape[-2:], mode="bilinear", align_corners=False)
        filled = colour + (1 - weight) * coarser
    return filled
