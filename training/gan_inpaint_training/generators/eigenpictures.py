"""What is hidden in pictures that all show the same thing in the same place: principal components, fitted to the rest.

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
NOISE = 0.3  # variance of a value that no component explains; of 0.05 to 0.4 best with 256 components of 3,000 faces
STEPS = 40
_NONE = 1e-12


class EigenPictures(nn.Module):
    """Mean and `components` principal components of pictures of `side` pixels; until `fit`, everything is gray."""

    mean: Tensor
    components: Tensor

    def __init__(self, side: int, components: int) -> None:
        super().__init__()
        self.side = side
        self.register_buffer("mean", torch.zeros(3 * side * side))
        self.register_buffer("components", torch.zeros(components, 3 * side * side))

    @torch.no_grad()
    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Take FITTED `pictures` (3, S, S) in [-1, 1] for each component as what there is.

        The components are kept scaled: each has the standard deviation of its coefficient as its length.
        """
        size, count = (self.side, self.side), FITTED * len(self.components)
        rows = torch.stack([F.adaptive_avg_pool2d(picture, size).flatten() for picture in islice(pictures, count)])
        rows = rows.to(self.mean.device)
        self.mean.copy_(rows.mean(0))
        _, lengths, directions = torch.pca_lowrank(rows - self.mean, len(self.components), center=False, niter=4)
        self.components.copy_((directions * lengths).T / len(rows) ** 0.5)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """The picture (N, 3, H, W) that `image` (N, 3, H, W) most likely is, as far as the components can tell, given
        what lies outside the hole of `mask` (N, 1, H, W), 1 = hole. H = W is a multiple of `side`."""
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
    """x (N, K, 1) with `matrix` (N, K, K), positive definite, times x = `right` (N, K, 1), by conjugate gradients: all
    of it can be exported."""
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
