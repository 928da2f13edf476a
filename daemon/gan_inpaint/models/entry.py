"""An installed model, and the names that always mean the same one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gan_inpaint.errors import BadModel
from gan_inpaint.models.manifest import AnyManifest, DetectorManifest, Manifest
from gan_inpaint.version import __version__

DEFAULT = "default"
"""The generator that ships with the product."""
SCRATCHES = "scratches"
"""The detector that ships with the product."""
CLASSICAL = "classical"
"""The filler without a network; always installed."""
AUTO = "auto"
"""Not a model: the better of `DEFAULT` and `CLASSICAL` beside the hole."""

FORMER_NAMES = {"dmfb": DEFAULT}
"""Names of shipped models that an editor or a script may still remember, and what they are called now."""


@dataclass(frozen=True)
class ModelEntry:
    """An installed model. `path`: its ONNX file, None for the classical filler; `sha256`: what that file must have."""

    name: str
    path: Path | None
    sha256: str
    manifest: AnyManifest
    built_in: bool = False

    @property
    def default(self) -> bool:
        """Whether this is the generator that ships with the product."""
        return self.built_in and self.name == DEFAULT

    @property
    def kind(self) -> Literal["generator", "detector", "classical"]:
        if isinstance(self.manifest, DetectorManifest):
            return "detector"
        return "classical" if self.path is None else "generator"


CLASSICAL_ENTRY = ModelEntry(
    name=CLASSICAL,
    path=None,
    sha256="",
    manifest=Manifest(
        name=CLASSICAL,
        title="Classical, no network",
        version=__version__,
        size_multiple=1,
        window=256,
        training_data="none",
        licence="Apache-2.0",
        images_seen=0,
    ),
    built_in=True,
)


def not_a_detector(name: str) -> BadModel:
    """Return the error for a model that is asked to find damage and cannot."""
    return BadModel(f"“{name}” is not a detector: it cannot find damage.", "Choose another model.")
