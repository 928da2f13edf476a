"""What every generator of the lineage is."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn


class Generator(nn.Module):
    """image (N, 3, H, W) in [-1, 1], as `prepare` makes it, and mask (N, 1, H, W), 1 = hole → the fill, like the image.

    H and W are multiples of `size_multiple`; both are `fixed_size` where that is given. A `guided` generator is shown
    a first guess in the hole, the others nothing. `overlap`: how many known pixels around the hole are painted, too.
    """

    size_multiple = 1
    fixed_size: int | None = None
    guided = False
    overlap = 0

    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Take from the training pictures, each (3, S, S) in [-1, 1], what is computed, not trained: here nothing."""

    def prepare(self, image: Tensor, mask: Tensor, guide: Tensor | None = None) -> Tensor:
        """The picture as the generator is to be shown it. What `image` holds in the hole does not matter.

        `guide`, like the image, is a first guess for the hole; a guided generator makes its own where none is given.
        """
        return image * (1 - mask)

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        """Every output that is trained, each (N, 3, H, W): the coarse ones first, the fill last; neither clamped nor
        composited."""
        raise NotImplementedError

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """The fill, clamped to [-1, 1]."""
        return self.stages(image, mask)[-1].clamp(-1, 1)
