"""The small patch generator of the CIFAR experiments: four convolutions, dropout, deconvolutions.

The context encoder reduced to pictures of 32², with a patch of 8², as Keras-GAN built it: the widths, the order
(activation before normalisation), the normalisation's constants and the 825,603 parameters are that network's. It
doubles the maps by nearest neighbour before a 3×3 convolution; here one 3×3 deconvolution does both. The larger
setting, 128² with a patch of 64², is ours: larger strides and kernels until the receptive field is the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training.bounding_box import paste_box
from gan_inpaint_training.generators.generator import Generator


class _Setting(NamedTuple):
    """Kernels and strides of the four convolutions, which end in 2×2 maps, and the deconvolutions' widths."""

    kernels: tuple[int, int, int, int]
    strides: tuple[int, int, int, int]
    up: tuple[int, ...]


_SETTINGS = {
    32: _Setting((3, 3, 3, 1), (2, 2, 2, 2), (128, 64)),
    128: _Setting((7, 7, 3, 3), (4, 4, 2, 2), (256, 128, 64, 64, 32)),
}
_DOWN = (3, 32, 64, 128, 512)


class TwoPathGenerator(Generator):
    """image (N, 3, side, side) in [-1, 1] and mask (N, 1, side, side), 1 = hole → the fill, like the image.

    `side` is 32 or 128. The patch, of 8² or 64², is laid over the hole's bounding box and stretched where that has
    another size; outside the box the fill is zero. The name comes from its discriminator, discriminators/two_path.py.

    Raises ValueError for another side.
    """

    def __init__(self, side: int = 32) -> None:
        super().__init__()
        if side not in _SETTINGS:
            raise ValueError(f"the network takes pictures of 32² or 128² pixels, not {side}²")
        self.size_multiple = self.fixed_size = side
        setting = _SETTINGS[side]
        *first, last = zip(pairwise(_DOWN), setting.kernels, setting.strides, strict=True)
        self.encoder = nn.Sequential(
            *(layer for (before, after), kernel, stride in first for layer in _down(before, after, kernel, stride)),
            SameConv2d(*last[0], *last[1:]),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.5),
        )
        self.decoder = nn.Sequential(
            *(layer for before, after in pairwise((_DOWN[-1], *setting.up)) for layer in _up(before, after)),
            nn.Conv2d(setting.up[-1], 3, 3, padding=1),
            nn.Tanh(),
        )

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        return [paste_box(self.decoder(self.encoder(image * (1 - mask))), mask)]


class SameConv2d(nn.Conv2d):
    """A strided convolution with Keras' padding "same", of which the larger half is at the right and the bottom.

    With torch's symmetrical padding the last stride, of a 1×1 kernel, would leave the last quarter of the rows and
    columns unseen.
    """

    def __init__(self, before: int, after: int, kernel: int, stride: int) -> None:
        super().__init__(before, after, kernel, stride)
        total = max(kernel - stride, 0)
        self.border = (total // 2, total - total // 2) * 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.border))


def _down(before: int, after: int, kernel: int, stride: int) -> Iterable[nn.Module]:
    yield SameConv2d(before, after, kernel, stride)
    yield nn.LeakyReLU(0.2)
    yield _normalisation(after)


def _up(before: int, after: int) -> Iterable[nn.Module]:
    yield nn.ConvTranspose2d(before, after, 3, 2, 1, output_padding=1)
    yield nn.ReLU()
    yield _normalisation(after)


def _normalisation(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.2)  # Keras' 0.001 and 1 - 0.8
