"""Open generators and detectors in onnxruntime, check them and warm them up."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from gan_inpaint.errors import BadModel
from gan_inpaint.models.adapters import PROBE, Adapter, Float32Array, Native, own_manifest, recognise
from gan_inpaint.models.detector import OnnxDetector
from gan_inpaint.models.entry import ModelEntry, not_a_detector
from gan_inpaint.models.foreign import Foreign
from gan_inpaint.models.manifest import MODEL_BYTES, AnyManifest, DetectorManifest, Manifest, read_plain
from gan_inpaint.models.session import CPU, open_session, run


class OnnxFiller:
    """A generator that is ready to fill; implements `gan_inpaint.engine.Filler`. Not for two threads at a time.

    `provider`: what the session really runs on; `fallback`: a sentence if that is not the best one, else empty.
    """

    def __init__(self, model: ModelEntry, session: ort.InferenceSession, adapter: Adapter, fallback: str) -> None:
        self.model = model
        self.sha256 = model.sha256
        self.name = model.name
        self.window = adapter.manifest.window
        self.size_multiple = adapter.manifest.size_multiple
        self.guided = adapter.manifest.guided
        self.detail = adapter.manifest.detail
        self.provider: str = session.get_providers()[0]
        self.fallback = fallback
        self._session = session
        self._adapter = adapter

    def __call__(self, images: Float32Array, holes: Float32Array, /) -> Float32Array:
        """Fill images (N, 3, H, W) in [-1, 1], zero or prefilled in the hole, where holes (N, 1, H, W) are 1.

        Returns (N, 3, H, W) in [-1, 1].

        Raises:
            OutOfMemory: the machine could not hold the windows; the filler can still be used.
            BadModel: the session failed, or its output is not finite.
        """
        batch = len(images) if self._adapter.batched else 1
        fills = [
            self._adapter.fill(self._run(images[at : at + batch], holes[at : at + batch]))
            for at in range(0, len(images), batch)
        ]
        return fills[0] if len(fills) == 1 else np.concatenate(fills)

    def rest(self) -> None:
        """Free the working memory of past runs. For a pause: the next run must allocate it again.

        Raises as a call does.
        """
        if self._adapter.batched:
            _tried(self._session, self._adapter, self._adapter.probe, shrink=True)

    def _run(self, images: Float32Array, holes: Float32Array) -> NDArray[np.generic]:
        """Run the graph. A foreign one frees its memory at once: its smallest run would take as long as a fill."""
        return _run(self._session, self._adapter, images, holes, shrink=not self._adapter.batched)


def load(entry: ModelEntry, threads: int) -> OnnxFiller:
    """Open an installed generator on `threads` threads and run it once at its window's size.

    Raises:
        BadModel: the file is missing, is not the one that was installed, does not work, or is a detector's.
        OutOfMemory: the machine could not hold it.
    """
    session, fallback = _opened(entry, threads)
    adapter = recognise(session)
    if not isinstance(adapter, Native) and isinstance(entry.manifest, Manifest):
        adapter = Foreign(adapter, entry.manifest)
    window = adapter.manifest.window
    adapter = _tried(session, adapter, (1, window, window), shrink=not adapter.batched)
    return OnnxFiller(entry, session, adapter, fallback)


def load_detector(entry: ModelEntry, threads: int) -> OnnxDetector:
    """Open an installed detector on `threads` threads and run it once at its smallest size.

    Raises:
        BadModel: the file is missing, is not the one that was installed, does not work, or is no detector's.
        OutOfMemory: the machine could not hold it.
    """
    if entry.kind != "detector":
        raise not_a_detector(entry.name)
    session, fallback = _opened(entry, threads)
    manifest = own_manifest(session)
    if not isinstance(manifest, DetectorManifest):
        raise not_a_detector(entry.name)
    return _tried_detector(OnnxDetector(entry.name, entry.sha256, manifest, session, fallback))


def examine(path: Path) -> AnyManifest:
    """Load a file that is not installed yet, run it once at its smallest size, and return its manifest.

    Raises:
        BadModel: it is damaged or foreign, does not follow the contract, or does not work.
        OutOfMemory: the machine could not hold it.
    """
    try:
        content = read_plain(path, MODEL_BYTES)
    except OSError as problem:
        raise BadModel(f"The file {path} cannot be read: {problem.strerror}.") from problem
    session, fallback = open_session(content, 1, [CPU])
    manifest = own_manifest(session)
    if isinstance(manifest, DetectorManifest):
        return _tried_detector(OnnxDetector(path.stem, "", manifest, session, fallback)).manifest
    adapter = recognise(session)
    return _tried(session, adapter, adapter.probe).manifest


def _opened(entry: ModelEntry, threads: int) -> tuple[ort.InferenceSession, str]:
    """Return a session of the installed file, and a sentence if it is not on the best provider."""
    if entry.path is None:
        raise ValueError(f"{entry.name} has no file to load")
    return open_session(_unchanged(entry, entry.path), threads, ort.get_available_providers())


def _unchanged(entry: ModelEntry, path: Path) -> bytes:
    """Return the file's content, which is what is loaded: nobody can change it between the check and its use."""
    hint = "Install GAN Inpaint again." if entry.built_in else "Remove the model and add it again."
    try:
        content = read_plain(path, MODEL_BYTES)
    except OSError as problem:
        raise BadModel(f"The model's file {path} cannot be read: {problem.strerror}.", hint) from problem
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise BadModel(f"The model “{entry.name}” was changed or damaged since it was installed.", hint)
    return content


def _tried_detector(detector: OnnxDetector) -> OnnxDetector:
    """Run a detector once on two flat pictures; raises as it does."""
    side = detector.size_multiple
    detector(np.broadcast_to(PROBE[:, None, None], (2, 3, side, 2 * side)).copy())
    return detector


def _tried(
    session: ort.InferenceSession, adapter: Adapter, size: tuple[int, int, int], *, shrink: bool = False
) -> Adapter:
    """Run a session once, on a flat picture with a hole in the middle; return the adapter that its output calls for."""
    count, height, width = size
    holes = np.zeros((count, 1, height, width), np.float32)
    holes[:, :, height // 4 : -(-height * 3 // 4), width // 4 : -(-width * 3 // 4)] = 1
    images = PROBE[:, None, None] * (1 - holes)
    return adapter.calibrated(_run(session, adapter, images, holes, shrink=shrink))


def _run(
    session: ort.InferenceSession, adapter: Adapter, images: Float32Array, holes: Float32Array, *, shrink: bool = False
) -> NDArray[np.generic]:
    """Return the raw output, (N, 3, H, W) and finite. `shrink` frees the memory of this run and of those before."""
    feeds = adapter.feeds(images, holes)
    output = run(session, adapter.manifest.output, feeds, "The model failed while it was filling.", shrink=shrink)
    if output.shape != images.shape or not np.isfinite(output).all():
        raise BadModel("The model does not work: its output has a wrong size, or values that are no numbers.")
    return output
