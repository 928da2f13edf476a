"""CIFAR-10 (Krizhevsky 2009): the batch files of its “python version”, or a tar shard with members `cat_1.jpg`."""

from __future__ import annotations

import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from gan_inpaint_training.data import sources
from gan_inpaint_training.data.sources import ArrayMember, DataError, Member

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE = 32
RECONSTRUCT = np.empty(0).__reduce__()[0]  # numpy's own constructor of pickled arrays
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
# Everything that pickle and numpy raise for damaged bytes.
DAMAGED = (
    pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, MemoryError,
    OverflowError,
)  # fmt: skip


def members(shard: Path) -> list[Member]:
    """Return the pictures of a folder's `data_batch_1` to `_5`, of one batch file such as `test_batch`, or a tar shard.

    Names are `cat_` and the picture's number in its batch, or the names in the shard. Raises DataError for other files
    and damaged batches.
    """
    if shard.is_dir():
        batches = sorted(shard.glob("data_batch_*"))
        if not batches:
            raise DataError(f"{shard} has no data_batch_1; unpack CIFAR-10's python version and name its folder.")
        return [member for batch in batches for member in _of_batch(batch)]
    if shard.is_file() and not tarfile.is_tarfile(shard):
        return list(_of_batch(shard))
    return list(sources.members(shard))


def _of_batch(path: Path) -> list[ArrayMember]:
    """Read a pickled dict: b"data", (n, 3072) uint8 with the red, green and blue plane, and b"labels"."""
    try:
        with path.open("rb") as file:
            batch = _BatchUnpickler(file, encoding="bytes").load()
        planes = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, SIDE, SIDE)
        pictures = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
        names = [f"{CLASSES[label]}_{number:05}" for number, label in enumerate(batch[b"labels"])]
        return [ArrayMember(name, picture) for name, picture in zip(names, pictures, strict=True)]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    except DAMAGED as error:
        raise DataError(f"{path} is not a batch of CIFAR-10's python version: {error}") from error


class _BatchUnpickler(pickle.Unpickler):
    """Builds only containers, numbers, text and numpy arrays, so that a batch cannot run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch needs")
        return ALLOWED[module, name]
