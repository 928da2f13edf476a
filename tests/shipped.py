"""Models in a folder of the product, as a release ships them."""

from __future__ import annotations

from pathlib import Path

from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.store import ModelStore


def ship(source: Path, folder: Path, name: str = DEFAULT) -> Path:
    """Install the ONNX file `source` as the model `name` in `folder`; no user can give it a reserved name."""
    path = ModelStore(folder, folder / "none").add(source, "to-be-renamed").path
    assert path is not None
    path.with_suffix(".json").rename(folder / f"{name}.json")
    return path.rename(folder / f"{name}.onnx")
