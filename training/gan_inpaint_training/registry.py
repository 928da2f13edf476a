"""The registry of shipped configurations, with the size and cost of their networks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gan_inpaint_training import config as configuration
from gan_inpaint_training.task import task_of


@dataclass(frozen=True)
class Entry:
    """`side`: the network's native window in pixels; `gmac`: 10⁹ multiply-adds for one window."""

    name: str
    title: str
    parameters: int
    side: int
    gmac: float


def entries() -> list[Entry]:
    """Return an entry for each shipped configuration, without allocating or computing weights."""
    return [_entry(name) for name in configuration.shipped()]


def _entry(name: str) -> Entry:
    settings = configuration.settings_of(name)
    task = task_of(settings)
    config = task.configured(settings)
    with torch.device("meta"):
        network = task.network(config).eval()
        shown = [torch.empty(1, channels, config.window, config.window) for channels in task.inputs]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*shown)
    return Entry(name, config.title, parameters(network), config.window, counter.get_total_flops() / 2e9)


def parameters(network: nn.Module) -> int:
    """Return the number of a network's parameters."""
    return sum(parameter.numel() for parameter in network.parameters())
