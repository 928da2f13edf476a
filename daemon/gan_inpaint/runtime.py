"""Generators in onnxruntime: opened on the best execution provider that really works, checked, warmed up."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NoReturn

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from gan_inpaint.adapters import PROBE_WHITE, Adapter, Floats, recognise
from gan_inpaint.errors import BadModel, OutOfMemory
from gan_inpaint.manifest import Manifest, sha256_of
from gan_inpaint.store import ModelEntry

log = logging.getLogger(__name__)

CPU = "CPUExecutionProvider"
PROVIDERS: dict[str, dict[str, str]] = {  # best first, with their options
    "CUDAExecutionProvider": {"cudnn_conv_algo_search": "HEURISTIC"},
    "CoreMLExecutionProvider": {},
    CPU: {},
}
_ORT_ERRORS = (
    *(ort_errors.Fail, ort_errors.RuntimeException, ort_errors.EPFail, ort_errors.EngineError),
    *(ort_errors.InvalidArgument, ort_errors.InvalidGraph, ort_errors.InvalidProtobuf, ort_errors.NoModel),
    *(ort_errors.NoSuchFile, ort_errors.NotImplemented, RuntimeError, ValueError, MemoryError),
)
_SIGNS_OF_EXHAUSTION = ("failed to allocate memory", "bad_alloc", "out of memory", "cannot allocate memory")


class OnnxFiller:
    """A generator that is ready to fill; implements `gan_inpaint.engine.Filler`. Not for two threads at a time.

    `provider`: what the session really runs on; `fallback`: a sentence when that is not the best one, else empty.
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

    def __call__(self, images: Floats, holes: Floats, /) -> Floats:
        """Images (N, 3, H, W) in [-1, 1], zero in the hole; holes (N, 1, H, W), 1 = hole → (N, 3, H, W) in [-1, 1].

        Raises:
            OutOfMemory: the machine could not hold the windows; the filler can still be used.
            BadModel: the session failed, or gave values that are no numbers.
        """
        batch = len(images) if self._adapter.batched else 1
        fills = [
            self._adapter.fill(_run(self._session, self._adapter, images[at : at + batch], holes[at : at + batch]))
            for at in range(0, len(images), batch)
        ]
        return fills[0] if len(fills) == 1 else np.concatenate(fills)

    def rest(self) -> None:
        """Give back the memory that runs work in: for a pause, since the next run has to take it anew.

        Raises as a call does.
        """
        _tried(self._session, self._adapter, self._adapter.probe, shrink=True)


def load(entry: ModelEntry, threads: int) -> OnnxFiller:
    """Open an installed generator on `threads` threads and run it once at its window's size.

    Raises:
        BadModel: the file is missing, is not the one that was installed, or does not work.
        OutOfMemory: the machine could not hold it.
    """
    if entry.path is None:
        raise ValueError(f"{entry.name} has no file to load")
    _check_unchanged(entry, entry.path)
    session, fallback = _open(entry.path, threads, ort.get_available_providers())
    adapter = recognise(session)
    window = adapter.manifest.window
    return OnnxFiller(entry, session, _tried(session, adapter, (1, window, window)), fallback)


def examine(path: Path) -> Manifest:
    """Load a file that is not installed yet, run it once at its smallest size, and tell what it is.

    Raises:
        BadModel: it is damaged, foreign, does not follow the contract or does not work.
        OutOfMemory: the machine could not hold it.
    """
    session, _ = _open(path, 1, [CPU])
    adapter = recognise(session)
    return _tried(session, adapter, adapter.probe).manifest


def _check_unchanged(entry: ModelEntry, path: Path) -> None:
    hint = "Install GAN Inpaint again." if entry.built_in else "Remove the model and add it again."
    try:
        actual = sha256_of(path)
    except OSError as problem:
        raise BadModel(f"The model's file {path} cannot be read: {problem.strerror}.", hint) from problem
    if actual != entry.sha256:
        raise BadModel(f"The model “{entry.name}” was changed or damaged since it was installed.", hint)


def _open(path: Path, threads: int, offered: list[str]) -> tuple[ort.InferenceSession, str]:
    """A session on the best of the providers offered that works, and a sentence when that is not the first choice."""
    ort.disable_telemetry_events()
    wanted = [provider for provider in PROVIDERS if provider in offered]
    try:
        session = _create(path, threads, wanted)
    except _ORT_ERRORS as problem:
        if wanted == [CPU]:
            _refuse(problem, "This file does not open as an ONNX model: it is damaged, incomplete or something else.")
        log.warning("%s cannot be used: %s", wanted[0], problem)
        session = _open(path, threads, [CPU])[0]
    provider = session.get_providers()[0]
    if provider == wanted[0]:
        return session, ""
    best, got = (name.removesuffix("ExecutionProvider") for name in (wanted[0], provider))
    fallback = f"{best} is installed but could not be used; the {got} fills instead, which is slower."
    log.warning("%s", fallback)
    return session, fallback


def _create(path: Path, threads: int, providers: list[str]) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.force_spinning_stop", "1")  # threads spin in a run only: idle means idle
    options.enable_mem_pattern = False  # it keeps a plan for each size of window ever seen
    options.log_severity_level = 3  # errors only
    with_options = [(provider, PROVIDERS[provider]) for provider in providers]
    # onnxruntime's own fallback would print to stdout, which may be a pipe.
    return ort.InferenceSession(path, options, providers=with_options, enable_fallback=0)


def _tried(
    session: ort.InferenceSession, adapter: Adapter, size: tuple[int, int, int], *, shrink: bool = False
) -> Adapter:
    """Run a session once, on a flat picture with a hole in the middle; the adapter that its output calls for."""
    count, height, width = size
    holes = np.zeros((count, 1, height, width), np.float32)
    holes[:, :, height // 4 : -(-height * 3 // 4), width // 4 : -(-width * 3 // 4)] = 1
    images = np.float32(PROBE_WHITE) * np.repeat(1 - holes, 3, axis=1)
    return adapter.calibrated(_run(session, adapter, images, holes, shrink=shrink))


def _run(
    session: ort.InferenceSession, adapter: Adapter, images: Floats, holes: Floats, *, shrink: bool = False
) -> NDArray[np.generic]:
    """The raw output, (N, 3, H, W) and finite. `shrink` gives back the memory of this run and of those before."""
    options = ort.RunOptions()
    if shrink:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    try:
        output: NDArray[np.generic]
        (output,) = session.run([adapter.manifest.output], adapter.feeds(images, holes), options)
    except _ORT_ERRORS as problem:
        _refuse(problem, "The model failed while it was filling.")
    if output.shape != images.shape or not np.isfinite(output).all():
        raise BadModel("The model does not work: what it gave has a wrong size, or values that are no numbers.")
    return output


def _refuse(problem: Exception, sentence: str) -> NoReturn:
    """Raise OutOfMemory where an error of onnxruntime means that, else BadModel with the sentence."""
    text = str(problem)
    if isinstance(problem, MemoryError) or any(sign in text.lower() for sign in _SIGNS_OF_EXHAUSTION):
        raise OutOfMemory(
            "There is not enough memory for this fill.", "Close other programs, or select a smaller area."
        ) from problem
    log.warning("%s onnxruntime says: %s", sentence, text)
    raise BadModel(sentence) from problem
