"""The base class of all generators."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn


class Generator(nn.Module):
    """image (N, 3, H, W) in [-1, 1], as `prepare` returns it, and mask (N, 1, H, W), 1 = hole → fill, like the image.

    H and W are multiples of `size_multiple`; both equal `fixed_size` where that is given. A `guided` generator gets a
    prefill in the hole, the others get zeros. `overlap`: number of known pixels around the hole that are painted too.
    """

    size_multiple = 1
    fixed_size: int | None = None
    guided = False
    overlap = 0

    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Compute what is not trained from the training pictures, each (3, S, S) in [-1, 1]: here nothing."""

    def prepare(self, image: Tensor, mask: Tensor, guide: Tensor | None = None) -> Tensor:
        """Return the generator's input. The values of `image` in the hole do not matter.

        `guide`, like the image, is the prefill of the hole; a guided generator computes one where none is given.
        """
        return image * (1 - mask)

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        """Return every output that is trained, each (N, 3, H, W), coarse ones first, the fill last.

        They are neither clamped nor composited.
        """
        raise NotImplementedError

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """Return the fill, clamped to [-1, 1]."""
        return self.stages(image, mask)[-1].clamp(-1, 1)
