"""Contextual attention: rebuilds the hole's features from known patches (Yu et al., "Generative Image
Inpainting with Contextual Attention", 2018, section 4.1 and figure 3).

Written as plain matrix products, and as convolutions with constant filters: the original convolves with filters cut
out of the data, which ONNX cannot express for an open batch and open sizes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ContextualAttention(nn.Module):
    """foreground and background (N, channels, H, W), both even, mask (N, 1, H/2, W/2), 1 = hole → (N, channels, H, W).

    It compares 3×3 patches at half resolution and exchanges the 4×4 patches of full resolution around them. As in the
    released code, the similarity is the cosine times the foreground patch's length (only the background's length is
    divided out). A background patch that touches the hole enters the softmax with a similarity of 0 and is then left
    out; where no patch is known, the output is therefore 0 and nothing is divided by zero.

    Memory is quadratic: a matrix of (H·W/4)² numbers a sample, computed in float32 also under autocast, because the
    softmax sharpens the rounding of a half precision by `sharpness`.
    """

    pick3: Tensor
    pick4: Tensor

    def __init__(self, channels: int, sharpness: float = 10.0) -> None:
        super().__init__()
        self.channels = channels
        self.sharpness = sharpness
        self.register_buffer("pick3", _pick(channels, 3), persistent=False)
        self.register_buffer("pick4", _pick(channels, 4), persistent=False)

    def forward(self, foreground: Tensor, background: Tensor, mask: Tensor) -> Tensor:
        with _full_precision(foreground.device.type):
            return self._exchange(foreground.float(), background.float(), mask.float()).to(background.dtype)

    def _exchange(self, foreground: Tensor, background: Tensor, mask: Tensor) -> Tensor:
        half_foreground, half_background = foreground[:, :, ::2, ::2], background[:, :, ::2, ::2]
        count, _, height, width = half_foreground.shape
        known = (F.max_pool2d(mask, 3, stride=1, padding=1) == 0).float().flatten(2).transpose(1, 2)
        similarity = self._fused(self._similarity(half_foreground, half_background), height, width)
        attention = (similarity * known * self.sharpness).softmax(1) * known
        patches = F.conv2d(background, self.pick4, stride=2, padding=1, groups=self.channels).flatten(2)
        exchanged = (patches @ attention).view(count, 16 * self.channels, height, width)
        # Every pixel is covered by 2×2 patches, whose mean it is.
        return F.conv_transpose2d(exchanged, self.pick4, stride=2, padding=1, groups=self.channels) / 4

    def _similarity(self, foreground: Tensor, background: Tensor) -> Tensor:
        """(N, L, L) with L = height · width: row the background patch, column the foreground patch."""
        queries, keys = (
            F.conv2d(features, self.pick3, padding=1, groups=self.channels).flatten(2)
            for features in (foreground, background)
        )
        # Clamped before the root, whose gradient at 0 would be infinite: a length of at least 1e-4.
        length = keys.square().sum(1, keepdim=True).clamp_min(1e-8).sqrt()
        return (keys / length).transpose(1, 2) @ queries

    def _fused(self, similarity: Tensor, height: int, width: int) -> Tensor:
        """Sum along the diagonals so that neighbours come from neighbours (section 4.1, "attention propagation").

        First horizontally, then vertically. As in the original, the end of a line is adjacent to the start of the next.
        """
        count = similarity.shape[0]
        summed = _diagonally(similarity)
        summed = summed.view(count, height, width, height, width).permute(0, 2, 1, 4, 3)
        summed = _diagonally(summed.flatten(3).flatten(1, 2))
        summed = summed.view(count, width, height, width, height).permute(0, 2, 1, 4, 3)
        return summed.flatten(3).flatten(1, 2)


def _diagonally(matrix: Tensor) -> Tensor:
    """Return each number of (N, L, L) plus its two neighbours on the diagonal."""
    padded = F.pad(matrix, (1, 1, 1, 1))
    return padded[:, :-2, :-2] + matrix + padded[:, 2:, 2:]


def _full_precision(device: str) -> AbstractContextManager[object]:
    return torch.autocast(device, enabled=False) if torch.amp.is_autocast_available(device) else nullcontext()


def _pick(channels: int, side: int) -> Tensor:
    """(channels · side², 1, side, side): grouped filters, each of which copies one position of a patch."""
    return torch.eye(side * side).view(side * side, 1, side, side).repeat(channels, 1, 1, 1)
