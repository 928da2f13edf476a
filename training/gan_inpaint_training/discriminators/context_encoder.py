"""The context encoder's discriminator, which sees only the patch.

Pathak et al., "Context Encoders: Feature Learning by Inpainting", 2016, section 3.2: it is not conditioned on the
context. Layers as released: DCGAN's for 64², without bias as in the port with 2,765,568 parameters.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from gan_inpaint_training.bounding_box import crop_box
from gan_inpaint_training.generators.context_encoder import initialise
from gan_inpaint_training.sides import SideError


class PatchDiscriminator(nn.Module):
    """image (N, 3, H, W) and mask (N, 1, H, W) → one score (N, 1), before the sigmoid, and the features of each layer.

    It sees only the mask's bounding box, resampled to `side` where it has another size. Raises SideError where
    `side` is no power of two of at least 8.
    """

    def __init__(self, side: int = 64) -> None:
        super().__init__()
        if side < 8 or side & (side - 1):
            raise SideError(f"the patch's side must be a power of two of at least 8, not {side}")
        self.side = side
        halvings = side.bit_length() - 3
        channels = [3, *(64 << layer for layer in range(halvings))]
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 4, 2, 1, bias=False),
                nn.Identity() if before == 3 else nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            )
            for before, after in pairwise(channels)
        )
        self.score = nn.Conv2d(channels[-1], 1, 4, bias=False)
        self.apply(initialise)

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        x, features = crop_box(image, mask, self.side), []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        return [self.score(x).flatten(1)], features
