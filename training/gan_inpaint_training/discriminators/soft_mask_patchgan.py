"""AOT-GAN's discriminator (Zeng et al., "Aggregated Contextual Transformations for High-Resolution Image Inpainting",
2021, section 3.2): a PatchGAN that predicts the hole.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class SoftMaskPatchGAN(nn.Module):
    """image (N, 3, H, W) and mask (N, 1, H, W) → [scores (N, 1, H/8 - 2, W/8 - 2)] and the features of each layer.

    The released network. The softened mask is the target of the scores, so the network does not see the mask.
    Score (i, j) belongs to the patch of 70 pixels around pixel (8 i + 11.5, 8 j + 11.5). H and W are at least 24.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(3, width, 4, stride=2, padding=1, bias=False)),
                spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False)),
                spectral_norm(nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1, bias=False)),
                spectral_norm(nn.Conv2d(4 * width, 8 * width, 4, padding=1, bias=False)),
            ]
        )
        self.score = nn.Conv2d(8 * width, 1, 4, padding=1)

    def forward(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        x, features = image, []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return [self.score(x)], features
