"""Well-known inpainting models that others have published, and what is known of each file.

Nothing here is downloaded unless a user asks for that very model (`gan-inpaint models get NAME`). A file is known by
its SHA-256, from wherever it comes: `models add FILE` of one that was downloaded by hand gives the same model.

Where the facts stand, and how each graph is fed:

- MI-GAN: `scripts/create_onnx_pipeline.py` and `LICENSE-WEIGHTS` of Picsart-AI-Research/MI-GAN. RGB, 255 = known.
- LaMa: the page of Carve/LaMa-ONNX, whose own program feeds RGB in [0, 1] and reads [0, 255].
- LaMa, small: the large-file pointer and `lama.py` in `models/inpainting_lama` of opencv/opencv_zoo. The program feeds
  what OpenCV reads from a file, which is BGR.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from gan_inpaint.errors import UnknownModel
from gan_inpaint.models.manifest import AnyManifest, Manifest

_DETAIL = 0.5
"""The share of the surroundings' detail that is added to the fills of these networks: chosen, not measured."""


class Published(Struct, frozen=True, kw_only=True):
    """A model that its authors, or others for them, have published as an ONNX file.

    good_for: what it is good for, for a photographer.
    size: of the file, in bytes.
    sha256: of the file; empty if it is not stated publicly, so that the user must give it.
    address: of the file; page: where to read about it.
    channels: the order in which its authors' own program feeds the graph.
    """

    name: str
    title: str
    good_for: str
    size: int
    sha256: str
    licence: str
    training_data: str
    version: str
    address: str
    page: str
    channels: Literal["rgb", "bgr"] = "rgb"

    def described(self, manifest: AnyManifest) -> AnyManifest:
        """Return what the graph tells of itself, with what is known of its file."""
        if not isinstance(manifest, Manifest):
            return manifest
        return msgspec.structs.replace(
            manifest,
            title=self.title,
            version=self.version,
            training_data=self.training_data,
            licence=self.licence,
            channels=self.channels,
            detail=_DETAIL,
        )


CATALOGUE = (
    Published(
        name="migan",
        title="MI-GAN, pipeline v2",
        good_for="small and medium holes in photographs of places; the fastest and smallest of these models",
        size=28_079_181,
        sha256="6f1f3530a1a2324b19752018ce756088b07973cda8d7d890034ace5c8a48c40b",
        licence="MIT",
        training_data="Places2 (distilled from Co-Mod-GAN)",
        version="2",
        address="https://huggingface.co/andraniksargsyan/migan/resolve/1538c135034b8cfe7a8472f34d09c8a5a45b17a7/"
        "migan_pipeline_v2.onnx",
        page="https://github.com/Picsart-AI-Research/MI-GAN",
    ),
    Published(
        name="lama",
        title="LaMa (big-lama, 32 bits)",
        good_for="large holes, repeating structures such as fences, bricks and windows; slow without a GPU",
        size=208_044_816,
        sha256="1faef5301d78db7dda502fe59966957ec4b79dd64e16f03ed96913c7a4eb68d6",
        licence="Apache-2.0",
        training_data="Places2",
        version="2024-05",
        address="https://huggingface.co/Carve/LaMa-ONNX/resolve/c3c0c9e468934d62e79c329e35d82dd09ff8c444/"
        "lama_fp32.onnx",
        page="https://huggingface.co/Carve/LaMa-ONNX",
    ),
    Published(
        name="lama-small",
        title="LaMa (big-lama, quantised)",
        good_for="what LaMa is good for, in less than half the space; a little less exact",
        size=92_591_623,
        sha256="7df918ac3921d3daf0aae1d219776cf0dc4e4935f035af81841b40adcf74fdf2",
        licence="Apache-2.0",
        training_data="Places2",
        version="2025-01",
        address="https://media.githubusercontent.com/media/opencv/opencv_zoo/966be4cb6eefc2a4f586ed0581bf4bbaa2533070/"
        "models/inpainting_lama/inpainting_lama_2025jan.onnx",
        page="https://github.com/opencv/opencv_zoo/tree/main/models/inpainting_lama",
        channels="bgr",
    ),
)


def find(name: str) -> Published:
    """Return the published model of that name. Raises UnknownModel."""
    for model in CATALOGUE:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in CATALOGUE)
    raise UnknownModel(f"There is no model called “{name}” in the catalogue.", f"It has: {names}.")


def with_sha256(sha256: str) -> Published | None:
    """Return the published model whose file has that SHA-256, lower-case; None if it is not in the catalogue."""
    return next((model for model in CATALOGUE if model.sha256 == sha256), None)
