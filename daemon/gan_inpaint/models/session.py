"""Sessions of onnxruntime on the best execution provider that really works, and its errors as ours."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from gan_inpaint import machine
from gan_inpaint.errors import BadModel, OutOfMemory
from gan_inpaint.models import interruption

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
_IN_SEVERAL_FILES = "The model keeps a part of its weights in another file. Only models in a single file can be used."


def open_session(model: bytes, threads: int, offered: list[str]) -> tuple[ort.InferenceSession, str]:
    """Return a session on the best offered provider that works, and a sentence if it is not the first choice."""
    wanted = [provider for provider in PROVIDERS if provider in offered]
    try:
        session = _create(model, threads, wanted)
    except _ORT_ERRORS as problem:
        if "External data" in str(problem):
            raise BadModel(_IN_SEVERAL_FILES, "Convert it to a single file first.") from problem
        if wanted == [CPU]:
            _refuse(problem, "This file does not open as an ONNX model: it is damaged, incomplete or something else.")
        log.warning("%s cannot be used: %s", wanted[0], problem)
        session = open_session(model, threads, [CPU])[0]
    provider = session.get_providers()[0]
    if provider == wanted[0]:
        return session, ""
    best, got = (name.removesuffix("ExecutionProvider") for name in (wanted[0], provider))
    fallback = f"{best} is installed but could not be used; the {got} is used instead, which is slower."
    log.warning("%s", fallback)
    return session, fallback


def _create(model: bytes, threads: int, providers: list[str]) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry(
        "session.force_spinning_stop", "1"
    )  # threads spin only within a run, so that an idle daemon uses no CPU
    # A model must not read other files of the user: it would find them from the folder where the daemon was started.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    options.enable_mem_pattern = False  # it would keep a plan for each window size
    options.log_severity_level = 4  # errors are raised, so that they need not be printed as well
    with_options = [(provider, PROVIDERS[provider]) for provider in providers]
    # onnxruntime's own fallback would print to stdout, which may be a pipe.
    return ort.InferenceSession(model, options, providers=with_options, enable_fallback=0)


def run(
    session: ort.InferenceSession, output: str, feeds: Mapping[str, NDArray[Any]], sentence: str, *, shrink: bool
) -> NDArray[np.generic]:
    """Run a session and return the output of that name. `shrink` frees the memory of this run and of those before.

    Raises:
        OutOfMemory: the machine could not hold it; the session can still be used.
        Cancelled: it was interrupted (`models.interruption`); the session can still be used.
        BadModel: with `sentence`, for any other failure.
    """
    options = ort.RunOptions()
    if shrink:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    ending = interruption.current()
    try:
        result: NDArray[np.generic]
        with ending.watching(options):
            (result,) = session.run([output], feeds, options)
    except _ORT_ERRORS as problem:
        ending.check()
        _refuse(problem, sentence)
    return result


def _refuse(problem: Exception, sentence: str) -> NoReturn:
    """Raise OutOfMemory if that is what an error of onnxruntime means, else BadModel with the sentence."""
    text = str(problem)
    if machine.is_exhaustion(problem):
        raise OutOfMemory(
            "There is not enough memory for this picture.", "Close other programs, or select a smaller area."
        ) from problem
    log.warning("%s onnxruntime says: %s", sentence, text)
    raise BadModel(sentence) from problem
