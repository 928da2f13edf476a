"""Generators, by the name that a configuration uses."""

from __future__ import annotations

from typing import Any

from torch import nn

from gan_inpaint_training.generators.dmfb import DMFBGenerator

GENERATORS = {"dmfb": DMFBGenerator}


def build(config: dict[str, Any]) -> nn.Module:
    """The untrained generator of a configuration's `generator` section (its `name` and the constructor's arguments).

    Raises KeyError for an unknown name.
    """
    arguments = dict(config)
    return GENERATORS[arguments.pop("name")](**arguments)


def restore(state: dict[str, Any]) -> nn.Module:
    """The averaged generator of a checkpoint's state, ready for inference.

    Raises KeyError, TypeError or RuntimeError where the state does not hold what its configuration names.
    """
    generator = build(state["config"]["generator"])
    generator.load_state_dict(state["ema"])
    return generator.eval()
