"""Checks that every loss of every step is finite, without synchronising with the device at every step."""

from __future__ import annotations

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

_NEVER = torch.iinfo(torch.int64).max


class NonFiniteLoss(RuntimeError):
    """A loss or weight became NaN or infinite; the last good checkpoint is kept."""


def check_weights(networks: dict[str, nn.Module], images_seen: int) -> None:
    """Raise NonFiniteLoss where a weight of one of these networks is not finite."""
    for name, network in networks.items():
        if not all(bool(parameter.isfinite().all()) for parameter in network.parameters()):
            raise NonFiniteLoss(
                f"The {name}'s weights are not finite after {images_seen} images. What was saved before is kept."
            )


class FiniteWatch:
    """Records on the device, for each loss, the first images at which it was not finite."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.names: tuple[str, ...] = ()
        self.began = torch.empty(0, dtype=torch.int64)

    def see(self, losses: dict[str, Tensor], images_seen: int) -> None:
        """Record the scalar `losses` of the step that began after `images_seen` images."""
        if tuple(losses) != self.names:
            self.check()
            self.names = tuple(losses)
            self.began = torch.full((len(losses),), _NEVER, device=self.fabric.device)
        finite = torch.isfinite(torch.stack([loss.float() for loss in losses.values()]))
        self.began = self.began.minimum(torch.where(finite, _NEVER, images_seen))

    def check(self) -> None:
        """Raise NonFiniteLoss, on every device alike, if a loss was not finite since the last check."""
        if not self.names:
            return
        began = self.fabric.all_reduce(self.began, reduce_op="min") if self.fabric.world_size > 1 else self.began
        first = int(began.min())
        if first < _NEVER:
            culprits = [name for name, when in zip(self.names, began.tolist(), strict=True) if when == first]
            raise NonFiniteLoss(
                f"The loss is not finite from image {first + 1} on: {', '.join(culprits)}. "
                "What was saved before is kept."
            )
