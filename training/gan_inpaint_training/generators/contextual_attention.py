"""DeepFill v1 (Yu et al., "Generative Image Inpainting with Contextual Attention", 2018).

This is the network of the released code, with 3.6 million parameters; the paper's text says 2.9.
"""

from __future__ import annotations

from torch import Tensor, nn

from gan_inpaint_training.generators.two_stage import TwoStageGenerator
from gan_inpaint_training.layers import zero_bias


class ContextualAttentionGenerator(TwoStageGenerator):
    """Stages: coarse and refined, each (N, 3, H, W), linear; H and W are multiples of 8.

    The original clips both outputs to [-1, 1] before its losses. Here they are trained unclipped, because a clipped
    pixel has no gradient; the refinement sees the clipped coarse fill, as in the original.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__(ELUConvolution, width, bound=nn.Identity(), marked=True)


class ELUConvolution(nn.Module):
    """(N, before, H, W) → (N, after, H/stride, W/stride): zero padding, bias, no normalisation."""

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
        self.convolution = nn.Conv2d(before, after, kernel, stride, padding, dilation)
        self.activation = activation()
        nn.init.xavier_uniform_(self.convolution.weight)
        zero_bias(self.convolution)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.convolution(x))
