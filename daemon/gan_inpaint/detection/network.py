"""A detector in onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from gan_inpaint.engine.arrays import Float32Array as Floats
from gan_inpaint.errors import BadModel
from gan_inpaint.manifest import DetectorManifest
from gan_inpaint.onnx_session import run

_FAILED = "The detector failed while it was looking for damage."


class OnnxDetector:
    """A detector that is ready; implements `gan_inpaint.detection.Detector`. Not for two threads at a time.

    `provider`: what the session really runs on; `fallback`: a sentence when that is not the best one, else empty.

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

    def __call__(self, images: Floats, /) -> Floats:
        """Images (N, 3, H, W) in [-1, 1] → (N, 2, H, W) in [0, 1]: the probability of light damage, and of dark.

        Raises:
            OutOfMemory: the machine could not hold the tiles; the detector can still be used.
            BadModel: the session failed, or gave values that are no probabilities.
        """
        return self._run(images, shrink=False)

    def rest(self) -> None:
        """Give back the memory that runs work in: for a pause, since the next run has to take it anew.

        Raises as a call does.
        """
        self._run(np.zeros((1, 3, self.size_multiple, self.size_multiple), np.float32), shrink=True)

    def _run(self, images: Floats, *, shrink: bool) -> Floats:
        damage = run(self._session, self.manifest.output, {"image": images}, _FAILED, shrink=shrink)
        if damage.shape != (len(images), 2, *images.shape[2:]) or not _are_probabilities(damage):
            raise BadModel("The detector does not work: what it gave has a wrong size, or is no probability.")
        return damage.astype(np.float32, copy=False)


def _are_probabilities(values: NDArray[Any]) -> bool:
    return bool(values.min() >= -1e-3 and values.max() <= 1 + 1e-3)  # false for what is no number, too


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
