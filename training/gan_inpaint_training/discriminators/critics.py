"""DeepFill v1's critics (Yu et al., "Generative Image Inpainting with Contextual Attention", 2018, section 3)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from gan_inpaint_training.bounding_box import crop_around
from gan_inpaint_training.sides import SideError


class GlobalLocalCritic(nn.Module):
    """image (N, 3, side, side) and mask (N, 1, side, side) → [score of the picture, score of the hole], each (N, 1).

    The released TensorFlow network: no normalisation and no bounded score, as the gradient penalty requires. The
    local critic sees a window of half the side around the hole; the critics do not see the mask. There are no features.
    `side` is a multiple of 32, else SideError; ValueError for pictures of another size.
    """

    def __init__(self, side: int = 256, width: int = 64) -> None:
        super().__init__()
        if side % 32:
            raise SideError(f"the side of the critics' pictures must be a multiple of 32, not {side}")
        self.side = side
        self.whole = _critic([3, width, 2 * width, 4 * width, 4 * width], side // 16)
        self.local = _critic([3, width, 2 * width, 4 * width, 8 * width], side // 32)

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        if image.shape[-2:] != (self.side, self.side):
            raise ValueError(f"these critics take pictures of {self.side}×{self.side}, not {tuple(image.shape)}")
        return [self.whole(image), self.local(crop_around(image, mask, self.side // 2))], []


def _critic(channels: list[int], side: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 5, stride=2, padding=2), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * side * side, 1))
