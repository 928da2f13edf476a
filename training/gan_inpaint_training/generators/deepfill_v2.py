"""DeepFill v2 (Yu et al., "Free-Form Image Inpainting with Gated Convolution", 2019)."""

from __future__ import annotations

from torch import Tensor, nn

from gan_inpaint_training.generators.two_stage import TwoStageGenerator
from gan_inpaint_training.layers import zero_bias


class GatedGenerator(TwoStageGenerator):
    """Stages: coarse and refined, each (N, 3, H, W), in [-1, 1] by tanh; H and W are multiples of 8.

    `width` counts features and gates together, as in the released code, so that half of it is passed on. As there, and
    unlike DeepFill v1, the refinement gets only the filled picture. The paper's optional sketch channel is left out.
    """

    def __init__(self, width: int = 48) -> None:
        super().__init__(GatedConvolution, width // 2, bound=nn.Tanh(), marked=False)


class GatedConvolution(nn.Module):
    """(N, before, H, W) → (N, after, H/stride, W/stride): features times a learnt gate in 0…1 (section 3.1, eq. 2).

    One convolution computes both; zero padding, bias, no normalisation.
    """

    def __init__(
        self,
        before: int,
        after: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        activation: type[nn.Module] = nn.ELU,
    ) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.convolution = nn.Conv2d(before, 2 * after, kernel, stride, padding, dilation)
        self.activation = activation()
        # Twice the usual deviation, because the gate halves. The original initialisation makes the signal and its
        # gradients 10⁷ times weaker after all layers, below the resolution of Adam.
        nn.init.normal_(self.convolution.weight, 0, 2 / (before * kernel * kernel) ** 0.5)
        zero_bias(self.convolution)

    def forward(self, x: Tensor) -> Tensor:
        features, gate = self.convolution(x).chunk(2, 1)
        return self.activation(features) * gate.sigmoid()
