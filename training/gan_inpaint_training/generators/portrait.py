"""The generator for portraits: the compact generator with a prefill from principal components of faces."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from gan_inpaint_training.generators.dmfb import DMFBGenerator
from gan_inpaint_training.generators.eigenpictures import EigenPictures
from gan_inpaint_training.generators.prefill import smooth_prefill


class PortraitGenerator(DMFBGenerator):
    """For pictures of `side` pixels that show a face in the same place.

    The prefill is the mean of such faces given the known pixels of this one, from `components` principal components of
    pictures of `cells` pixels; what the components do not explain is continued into the hole as a smooth surface.
    """

    guided = False

    def __init__(
        self,
        side: int = 192,
        cells: int = 48,
        components: int = 256,
        width: int = 32,
        blocks: int = 2,
        fine_blocks: int = 4,
    ) -> None:
        super().__init__(width, blocks, fine_blocks)
        self.size_multiple = self.fixed_size = side
        self.faces = EigenPictures(cells, components)

    def fit(self, pictures: Iterator[Tensor]) -> None:
        self.faces.fit(pictures)

    @torch.no_grad()
    def prepare(self, image: Tensor, mask: Tensor, guide: Tensor | None = None) -> Tensor:
        likely = self.faces(image, mask)
        return torch.where(mask > 0, (likely + smooth_prefill(image - likely, mask)).clamp(-1, 1), image)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """Return the fill, clamped to [-1, 1]; the values of `image` in the hole do not matter."""
        return super().forward(self.prepare(image, mask), mask)
