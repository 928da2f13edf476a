"""Models that a command names: installed ones, or ONNX files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gan_inpaint import paths
from gan_inpaint.errors import BadModel

if TYPE_CHECKING:
    from gan_inpaint.models.entry import ModelEntry
    from gan_inpaint.models.store import ModelStore


def store() -> ModelStore:
    """Return the user's models."""
    from gan_inpaint.models.store import ModelStore

    return ModelStore(paths.models_dir())


def installed(name: str) -> ModelEntry:
    """Return the installed model of that name. Raises UnknownModel."""
    return store().get(name)


def entry_of(path: Path) -> ModelEntry:
    """Return the model in an ONNX file that is not installed. Raises BadModel."""
    from gan_inpaint.models import examination
    from gan_inpaint.models.entry import ModelEntry
    from gan_inpaint.models.manifest import sha256_of

    if not path.is_file():
        raise BadModel(f"There is no file {path}.")
    return ModelEntry(path.stem, path, sha256_of(path), examination.examine(path))
