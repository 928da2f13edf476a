"""The registry of generators, by the name that a configuration uses."""

from __future__ import annotations

from typing import Any

from gan_inpaint_training.generators.aot import AOTGenerator
from gan_inpaint_training.generators.cifar import TwoPathGenerator
from gan_inpaint_training.generators.context_encoder import ContextEncoder
from gan_inpaint_training.generators.contextual_attention import ContextualAttentionGenerator
from gan_inpaint_training.generators.deepfill_v2 import GatedGenerator
from gan_inpaint_training.generators.dmfb import DMFBGenerator
from gan_inpaint_training.generators.dmfn import DMFNGenerator
from gan_inpaint_training.generators.generator import Generator
from gan_inpaint_training.generators.inference import for_inference
from gan_inpaint_training.generators.portrait import PortraitGenerator

__all__ = ["GENERATORS", "Generator", "build", "for_inference", "restore"]

GENERATORS: dict[str, type[Generator]] = {
    "dmfb": DMFBGenerator,
    "dmfn": DMFNGenerator,
    "contextual-attention": ContextualAttentionGenerator,
    "deepfill-v2": GatedGenerator,
    "aot": AOTGenerator,
    "context-encoder": ContextEncoder,
    "cifar-two-path": TwoPathGenerator,
    "portrait": PortraitGenerator,
}


def build(config: dict[str, Any]) -> Generator:
    """Return the untrained generator of a configuration's `generator` section, its `name` and further arguments.

    Raises KeyError for an unknown name.
    """
    arguments = dict(config)
    return GENERATORS[arguments.pop("name")](**arguments)


def restore(state: dict[str, Any]) -> Generator:
    """Return the averaged generator of a checkpoint's state, ready for inference.

    Raises KeyError, TypeError or RuntimeError where the state does not hold what its configuration names.
    """
    generator = build(state["config"]["generator"])
    generator.load_state_dict(state["ema"])
    return generator.eval()
