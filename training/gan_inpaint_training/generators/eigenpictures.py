"""Conditional means of aligned pictures: principal components fitted to the known pixels predict the hidden ones.

Eigenfaces (Turk and Pentland, "Eigenfaces for Recognition", 1991) for pictures with gaps (Everson and Sirovich,
"Karhunen–Loève procedure for gappy data", 1995), as the mean of a Gaussian given the known pixels (Tipping and Bishop,
"Probabilistic Principal Component Analysis", 1999): in closed form, for any hole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FITTED = 24  # pictures for each component
NOISE = 0.3  # variance of a value that no component explains, of a range of 2
STEPS = 40  # of conjugate gradients
_NONE = 1e-12


class EigenPictures(nn.Module):
    """Mean and `components` principal components of pictures of `side` pixels; all zero (gray) before `fit`."""

    mean: Tensor
    components: Tensor

    def __init__(self, side: int, components: int) -> None:
        super().__init__()
        self.side = side
        self.register_buffer("mean", torch.zeros(3 * side * side))
        self.register_buffer("components", torch.zeros(components, 3 * side * side))

    @torch.no_grad()
    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Compute mean and components from FITTED `pictures` (3, S, S) in [-1, 1] for each component.

        Each component is scaled: its length is the standard deviation of its coefficient.
        """
        size, count = (self.side, self.side), FITTED * len(self.components)
        rows = torch.stack([F.adaptive_avg_pool2d(picture, size).flatten() for picture in islice(pictures, count)])
        rows = rows.to(self.mean.device)
        self.mean.copy_(rows.mean(0))
        _, lengths, directions = torch.pca_lowrank(rows - self.mean, len(self.components), center=False, niter=4)
        self.components.copy_((directions * lengths).T / len(rows) ** 0.5)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """Return the most likely picture (N, 3, H, W) given `image` (N, 3, H, W) outside the hole.

        `mask` (N, 1, H, W), 1 = hole. H = W is a multiple of `side`.
        """
        cell = image.shape[-1] // self.side
        # A cell that the hole touches is not known.
        known = 1 - F.max_pool2d(mask, cell).expand(-1, 3, -1, -1).flatten(1)
        given = known * (F.avg_pool2d(image, cell).flatten(1) - self.mean)
        seen = self.components * known[:, None]
        explained = seen @ self.components.T / NOISE + torch.eye(len(self.components), device=image.device)
        weights = solved(explained, (seen @ given[..., None]) / NOISE)
        picture = self.mean + (weights.transpose(1, 2) @ self.components)[:, 0]
        planes = picture.view(-1, 3, self.side, self.side)
        return F.interpolate(planes, size=image.shape[-2:], mode="bilinear", align_corners=False)


def solved(matrix: Tensor, right: Tensor) -> Tensor:
    """Solve `matrix` x = `right` by conjugate gradients, which ONNX can express; x and `right` are (N, K, 1).

    `matrix` (N, K, K) is positive definite.
    """
    result = torch.zeros_like(right)
    residual = direction = right
    error = (residual * residual).sum(1, keepdim=True)
    for _ in range(STEPS):
        turned = matrix @ direction
        step = error / (direction * turned).sum(1, keepdim=True).clamp_min(_NONE)
        result, residual = result + step * direction, residual - step * turned
        before, error = error, (residual * residual).sum(1, keepdim=True)
        direction = residual + error / before.clamp_min(_NONE) * direction
    return result
