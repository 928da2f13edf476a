"""Checkpoints: one file for each run, replaced atomically; it holds only tensors and plain values."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_inpaint_training.writing import replace

NAME = "checkpoint.pt"
KEYS = {"config", "ema", "images_seen"}
"""What every checkpoint has; `ema` is the averaged network's state_dict."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be written, read or used with this configuration."""


def save(run: Path, state: dict[str, Any]) -> None:
    """Write `state` to the run's checkpoint; the old one stays until the new one is complete on disk.

    Raises CheckpointError, for example for a full disk.
    """
    path = run / NAME
    try:
        replace(path, lambda stream: torch.save(state, stream))
    except (OSError, RuntimeError) as error:  # torch wraps what the stream raises
        raise CheckpointError(f"The checkpoint {path} could not be written: {error}") from error


def load(run: Path) -> dict[str, Any]:
    """Return the state of a run, on the CPU. Raises CheckpointError for a missing or damaged checkpoint."""
    path = run / NAME
    state = stored(path, f"There is no checkpoint {path}; was this run trained?")
    if not _is_state(state):
        raise CheckpointError(f"{path} is not a checkpoint of this training: another program wrote it.")
    return dict(state)


def stored(path: Path, missing: str) -> Any:
    """Return the tensors and plain values that torch saved in `path`, on the CPU.

    Raises CheckpointError: for a missing file with the message `missing`, or for a damaged one.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(missing) from None
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


def are_tensors(weights: Any) -> bool:
    """Return whether `weights` is a state_dict, tensors by name."""
    return isinstance(weights, dict) and all(isinstance(value, Tensor) for value in weights.values())


def _is_state(state: Any) -> bool:
    return (
        isinstance(state, dict)
        and state.keys() >= KEYS
        and isinstance(state["config"], dict)
        and isinstance(state["images_seen"], int)
        and are_tensors(state["ema"])
    )
