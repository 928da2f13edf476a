"""A discriminator with two paths: one scores the whole picture, one the texture at each position.

After Demir and Unal, "Patch-Based Image Inpainting with Generative Adversarial Networks", 2018, section 3: the first
layers are shared by a global GAN and a PatchGAN, so that both losses train the same features. The authors' layers are
not published in a checkable form; these are ours, with spectral normalisation (Miyato et al. 2018).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gan_inpaint_training.sides import SideError


class TwoPathDiscriminator(nn.Module):
    """image (N, 3, side, side) → scores [global (N, 1), local (N, 1, side / 4, side / 4)] and the shared features.

    `side` is 32 or 128, else SideError. The mask (N, 1, side, side) is not used: a local score rates the texture of its
    18 × 18 pixels, and the adversary weights the scores by the mask.

    Shared: two strided 4×4 convolutions. Global: strided ones down to 4×4, then two fully connected layers. Local: one
    3×3 convolution, then two layers that are fully connected at each place (1×1 convolutions).
    """

    def __init__(self, side: int = 32) -> None:
        super().__init__()
        if side not in (32, 128):
            raise SideError(f"the network takes pictures of 32² or 128² pixels, not {side}²")
        widths = {32: (128, 256), 128: (128, 256, 512, 512)}[side]
        self.shared = nn.ModuleList([_halved(3, 64), _halved(64, 128)])
        self.whole = nn.Sequential(
            *(_halved(before, after) for before, after in pairwise(widths)),
            nn.Flatten(),
            *_scored(nn.Linear(widths[-1] * 16, 512), nn.Linear(512, 1)),
        )
        self.texture = nn.Sequential(
            spectral_norm(nn.Conv2d(128, 256, 3, padding=1)),
            nn.LeakyReLU(0.2),
            *_scored(nn.Conv2d(256, 512, 1), nn.Conv2d(512, 1, 1)),
        )

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        x, features = image, []
        for layer in self.shared:
            x = layer(x)
            features.append(x)
        return [self.whole(x), self.texture(x)], features


def _halved(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(spectral_norm(nn.Conv2d(before, after, 4, 2, 1)), nn.LeakyReLU(0.2))


def _scored(hidden: nn.Module, score: nn.Module) -> Iterable[nn.Module]:
    yield spectral_norm(hidden)
    yield nn.LeakyReLU(0.2)
    yield spectral_norm(score)
