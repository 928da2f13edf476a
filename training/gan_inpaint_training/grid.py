"""Sample grids: the generator's fills of the same holes over the course of a run."""

from __future__ import annotations

import torch
from torch import Tensor

from gan_inpaint_training.generators import Generator


@torch.no_grad()
def sample_grid(generator: Generator, truth: Tensor, mask: Tensor) -> Tensor:
    """Return rows of masked, filled and true picture, with one column for each example.

    `truth` (N, 3, S, S) in [-1, 1], `mask` (N, 1, S, S) with 1 = hole → (3, 3·S, N·S) in [0, 1].
    """
    training = generator.training
    generator.eval()
    device = next(generator.parameters()).device
    truth, mask = truth.to(device), mask.to(device)
    completed = torch.where(mask > 0, generator(generator.prepare(truth, mask), mask), truth)
    generator.train(training)
    rows = [torch.where(mask > 0, torch.ones_like(truth), truth), completed, truth]
    picture = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    return (picture.clamp(-1, 1) + 1) / 2
