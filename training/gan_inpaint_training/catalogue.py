"""The shipped configurations with what their generators cost."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gan_inpaint_training import config as configuration
from gan_inpaint_training import generators


@dataclass(frozen=True)
class Entry:
    """`side`: the native size, the windows that the generator is shown; `gmac`: 10⁹ multiply-adds for one of them,
    in convolutions and matrix products."""

    name: str
    title: str
    parameters: int
    side: int
    gmac: float


def entries() -> list[Entry]:
    """One for each configuration that ships; nothing is computed and no memory for weights is taken."""
    return [_entry(name) for name in configuration.available()]


def _entry(name: str) -> Entry:
    config = configuration.load(name)
    with torch.device("meta"):
        generator = generators.build(msgspec.to_builtins(config.generator)).eval()
        image, mask = torch.empty(1, 3, config.window, config.window), torch.empty(1, 1, config.window, config.window)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        generator(image, mask)
    return Entry(name, config.title, parameters(generator), config.window, counter.get_total_flops() / 2e9)


def parameters(network: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(parameter.numel() for parameter in network.parameters())
