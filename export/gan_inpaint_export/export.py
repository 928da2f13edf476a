"""Export of a generator or detector to ONNX, compared with torch before the file is published."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

from gan_inpaint.errors import ExportFailed
from gan_inpaint.models import loading
from gan_inpaint.models.manifest import KEY, AnyManifest, Manifest, parse, read_sidecar
from gan_inpaint.models.store import being_written
from gan_inpaint_export.graph import to_onnx
from gan_inpaint_training.generators import Generator, for_inference

TOLERANCE = 1e-4  # largest absolute difference between torch and onnxruntime
Size = tuple[int, int, int]


class ExportError(ExportFailed):
    """The network cannot be exported, or its results in onnxruntime differ from torch."""


@dataclass(frozen=True)
class Parity:
    """The largest absolute difference between torch and onnxruntime for a batch of `size` (N, H, W)."""

    size: Size
    difference: float

    def __str__(self) -> str:
        return "{}×{}×{}: {:.1e}".format(*self.size, self.difference)


@dataclass(frozen=True)
class ParityReport:
    """The written file, and its differences from torch."""

    path: Path
    sha256: str
    parities: tuple[Parity, ...]


def export(network: nn.Module, manifest: AnyManifest, path: Path, sizes: Iterable[Size] = ()) -> ParityReport:
    """Write `network` to `path`, an `.onnx` file, with its sidecar `.json` beside it; existing ones are replaced.

    A generator maps image (N, 3, H, W) in [-1, 1] and mask (N, 1, H, W), 1 = hole, to the fill, like the image; a
    detector maps the image to damage (N, 2, H, W). It is not changed. `sizes` are the batches (N, H, W) to compare;
    by default those of `default_sizes`.

    Raises:
        ExportError: torch cannot export it, or a difference is above `TOLERANCE`.
        BadModel: the manifest is not valid, or the product's own check refuses the file.
        CannotWrite: the folder cannot be written.
        After an error the files are unchanged.
    """
    parse(msgspec.json.encode(manifest))
    if path.suffix != ".onnx":
        raise ExportError(f"The file to export to, {path}, must end in “.onnx”.")
    network = copy.deepcopy(network).cpu().eval()
    try:
        model = to_onnx(for_inference(network) if isinstance(network, Generator) else network, manifest)
        onnx.helper.set_model_props(model, {KEY: msgspec.json.encode(manifest).decode()})
        onnx.checker.check_model(model, full_check=True)
    except (torch.onnx.OnnxExporterError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as problem:
        raise ExportError(f"The network cannot be exported: {problem}") from problem
    with being_written(path, force=True) as temporary:
        temporary.model.write_bytes(model.SerializeToString())
        loading.examine(temporary.model)
        parities = _compared(network, temporary.model, manifest, tuple(sizes) or default_sizes(manifest))
        temporary.describe(manifest)
    return ParityReport(path, read_sidecar(path.with_suffix(".json")).sha256, parities)


def publish(model: onnx.ModelProto, manifest: AnyManifest, path: Path) -> str:
    """Write a graph with its manifest to `path` and the sidecar beside it, if it works; return the file's SHA-256.

    Raises BadModel, CannotWrite; the files are unchanged then.
    """
    onnx.helper.set_model_props(model, {KEY: msgspec.json.encode(manifest).decode()})
    with being_written(path, force=True) as temporary:
        temporary.model.write_bytes(model.SerializeToString())
        loading.examine(temporary.model)
        temporary.describe(manifest)
    return read_sidecar(path.with_suffix(".json")).sha256


def default_sizes(manifest: AnyManifest) -> tuple[Size, ...]:
    """Return the window, a larger square and a small batch that is not square; three batch sizes for a fixed window."""
    multiple, window = manifest.size_multiple, manifest.window
    if isinstance(manifest, Manifest) and manifest.fixed:
        return (1, window, window), (2, window, window), (5, window, window)
    return (1, window, window), (1, window + multiple, window + multiple), (2, 3 * multiple, 5 * multiple)


def _compared(network: nn.Module, path: Path, manifest: AnyManifest, sizes: tuple[Size, ...]) -> tuple[Parity, ...]:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    parities = tuple(Parity(size, _difference(network, session, manifest, size)) for size in sizes)
    if not all(parity.difference <= TOLERANCE for parity in parities):  # also false for NaN
        raise ExportError(
            f"onnxruntime's results differ from torch's by more than {TOLERANCE:g}: " + ", ".join(map(str, parities))
        )
    return parities


def _difference(network: nn.Module, session: ort.InferenceSession, manifest: AnyManifest, size: Size) -> float:
    """Return the difference on noise with random holes, which use every part of the network."""
    count, height, width = size
    noise = np.random.default_rng(0)
    holes = (noise.random((count, 1, height, width)) < 0.3).astype(np.float32)
    images = noise.uniform(-1, 1, (count, 3, height, width)).astype(np.float32) * (1 - holes)
    shown = dict(zip(manifest.inputs, (images, holes), strict=False))  # a detector has only the image
    with torch.inference_mode():
        expected = network(*map(torch.from_numpy, shown.values())).numpy()
    (actual,) = session.run([manifest.output], shown)
    if actual.shape != expected.shape:
        return float("inf")
    return float(np.abs(actual - expected).max())
