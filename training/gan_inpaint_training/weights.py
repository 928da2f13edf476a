"""Weights-only files: the averaged network of a run, without the optimiser state that only resuming needs.

A file holds `weights` (the network's state_dict), `config` (the run's configuration as plain values) and `images_seen`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from gan_inpaint_training import checkpoint
from gan_inpaint_training.checkpoint import CheckpointError
from gan_inpaint_training.task import Learner
from gan_inpaint_training.writing import replace

KEYS = {"weights", "config", "images_seen"}


def write(run: Path, path: Path, *, half: bool = False) -> None:
    """Write the averaged network of the run's checkpoint to `path`; an existing file is replaced.

    `half` stores floating-point tensors as float16. Raises CheckpointError without a usable checkpoint or where a
    value does not fit float16, and OSError where `path` cannot be written.
    """
    state = checkpoint.load(run)
    tensors = {name: _halved(name, tensor) if half else tensor for name, tensor in state["ema"].items()}
    content = {"weights": tensors, "config": state["config"], "images_seen": state["images_seen"]}
    encoded = io.BytesIO()
    torch.save(content, encoded)
    replace(path, encoded.getvalue())


def read(path: Path) -> dict[str, Tensor]:
    """Return the network's tensors by name, on the CPU. Raises CheckpointError for a missing or foreign file."""
    content = checkpoint.stored(path, f"There is no file {path} with weights to start from.")
    if isinstance(content, dict) and content.keys() >= checkpoint.KEYS:
        raise CheckpointError(
            f"{path} is the checkpoint of a run. “gan-inpaint weights RUN -o FILE” writes the weights of a run."
        )
    if not isinstance(content, dict) or not content.keys() >= KEYS or not checkpoint.are_tensors(content["weights"]):
        raise CheckpointError(
            f"{path} does not hold the weights of a network; “gan-inpaint weights” writes such files."
        )
    weights: dict[str, Tensor] = content["weights"]
    return weights


def start_from(learner: Learner, path: Path) -> None:
    """Load the weights in `path` as the learner's first weights and as their average.

    Raises CheckpointError where `read` does and for the weights of another architecture; the message names the first
    tensor that differs.
    """
    weights = read(path)
    difference = next(_differences(learner.network, weights), None)
    if difference is not None:
        raise CheckpointError(
            f"The weights in {path} do not fit the {learner.noun} of this configuration: {difference}"
        )
    for network in (learner.network, learner.averaged.module):
        network.load_state_dict(weights)


def _differences(network: nn.Module, weights: Mapping[str, Tensor]) -> Iterator[str]:
    """Yield a sentence for each tensor that the network and `weights` do not share, in the network's order."""
    wanted: dict[str, Tensor] = network.state_dict()
    for name, tensor in wanted.items():
        if name not in weights:
            yield f"they have no tensor {name}."
        elif weights[name].shape != tensor.shape:
            yield f"its tensor {name} is {_size(tensor)}, theirs is {_size(weights[name])}."
    yield from (f"it has no tensor {name}." for name in weights if name not in wanted)


def _size(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a single number"


def _halved(name: str, tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor
    halved = tensor.half()
    if not halved.isfinite().all():
        raise CheckpointError(f"The tensor {name} has values that do not fit 16 bits; leave out --half.")
    return halved
