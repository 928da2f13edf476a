"""A detector in onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from gan_inpaint.engine.arrays import Float32Array
from gan_inpaint.errors import BadModel
from gan_inpaint.models.manifest import DetectorManifest
from gan_inpaint.models.session import run

_FAILED = "The detector failed while it was searching for damage."


class OnnxDetector:
    """A detector that is ready; implements `gan_inpaint.detection.Detector`. Not for two threads at a time.

    `provider`: what the session really runs on; `fallback`: a sentence if that is not the best one, else empty.

    Raises:
        BadModel: the graph is not what the manifest promises.
    """

    def __init__(
        self, name: str, sha256: str, manifest: DetectorManifest, session: InferenceSession, fallback: str
    ) -> None:
        _check_graph(session)
        self.name = name
        self.sha256 = sha256
        self.manifest = manifest
        self.size_multiple = manifest.size_multiple
        self.margin = manifest.margin
        self.core = manifest.core
        self.threshold = manifest.threshold
        self.provider: str = session.get_providers()[0]
        self.fallback = fallback
        self._session = session

    def __call__(self, images: Float32Array, /) -> Float32Array:
        """Return the probability of light and of dark damage, (N, 2, H, W), for images (N, 3, H, W) in [-1, 1].

        Raises:
            OutOfMemory: the machine could not hold the tiles; the detector can still be used.
            BadModel: the session failed, or its output is no probability.
        """
        return self._run(images, shrink=False)

    def rest(self) -> None:
        """Free the working memory of past runs. For a pause: the next run must allocate it again.

        Raises as a call does.
        """
        self._run(np.zeros((1, 3, self.size_multiple, self.size_multiple), np.float32), shrink=True)

    def _run(self, images: Float32Array, *, shrink: bool) -> Float32Array:
        damage = run(self._session, self.manifest.output, {"image": images}, _FAILED, shrink=shrink)
        if damage.shape != (len(images), 2, *images.shape[2:]) or not _are_probabilities(damage):
            raise BadModel("The detector does not work: its output has a wrong size, or is no probability.")
        return damage.astype(np.float32, copy=False)


def _are_probabilities(values: NDArray[Any]) -> bool:
    return bool(values.min() >= -1e-3 and values.max() <= 1 + 1e-3)  # False for NaN, too


def _check_graph(session: InferenceSession) -> None:
    inputs = [(node.name, node.type, node.shape) for node in session.get_inputs()]
    outputs = {node.name: node.type for node in session.get_outputs()}
    named = [(name, kind) for name, kind, _ in inputs] == [("image", "tensor(float)")]
    if not named or outputs.get("damage") != "tensor(float)":
        raise BadModel(
            "The detector's input and output are not those of the contract: float32 “image” in, “damage” out.",
            "Export the model again.",
        )
    ((_, _, shape),) = inputs
    if len(shape) != 4 or any(isinstance(shape[axis], int) for axis in (0, 2, 3)):
        raise BadModel("The detector only takes pictures of one size or number.", "Export the model again.")
