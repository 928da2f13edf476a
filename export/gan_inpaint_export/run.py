"""Export of a training run to an ONNX file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import nn

from gan_inpaint.detection import find_damage, select
from gan_inpaint.machine import physical_cores
from gan_inpaint.models import loading
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.manifest import AnyManifest, DetectorManifest, Manifest, sha256_of
from gan_inpaint.options import SelectOptions
from gan_inpaint.version import __version__
from gan_inpaint_export import pair
from gan_inpaint_export.export import ExportError, ParityReport, export, publish
from gan_inpaint_training import checkpoint, detector, evaluation, generators
from gan_inpaint_training.config import Config
from gan_inpaint_training.detector import labelled as labels
from gan_inpaint_training.detector import labelled_results

FLAGGED = 0.0025
"""Largest mean share of the clean labelled pictures that a detector may flag at its own threshold."""

Measure = Callable[[Sequence[str]], dict[str, Any]]
"""Measures a network on photographs; returns the values to set in its manifest."""


def from_run(
    run: Path,
    out: Path,
    validation: Sequence[str] = (),
    labelled: Path | None = None,
    beside: Path | None = None,
) -> ParityReport:
    """Export the averaged network of the run's checkpoint to `out`, an `.onnx` file that has the model's name.

    The manifest comes from the configuration. With `validation`, tar files or folders of photographs, the network is
    measured on them and the manifest gets the metrics, and a detector's threshold, which is otherwise a half. Detectors
    are measured on film damage that the run was not trained on.

    For detectors: with `labelled`, a folder of pictures with hand-made labels, the threshold is the lowest that flags
    at most FLAGGED of its clean pictures as the product searches them. With `beside`, the ONNX file of another
    detector, both become one, the mean of their log-odds.

    Raises:
        ExportError: there is no usable checkpoint, or the exported network differs from torch.
        DataError: no photograph is usable.
        BadModel, CannotWrite: as `export` does.
    """
    try:
        state = checkpoint.load(run)
        restored = _detector if state["config"].get("kind") == detector.KIND else _generator
        network, manifest, measured = restored(state, out.stem)
    except (checkpoint.CheckpointError, msgspec.ValidationError, RuntimeError) as problem:
        # RuntimeError is what torch raises for weights of another network.
        raise ExportError(f"The run {run} cannot be exported: {problem}") from problem
    if validation:
        manifest = msgspec.structs.replace(manifest, **measured(validation))
    report = export(network, manifest, out)
    if beside is None and labelled is None:
        return report
    if not isinstance(manifest, DetectorManifest):
        raise ExportError("Only detectors are paired, or measured on labelled pictures.")
    return _finished(report, beside, labelled)


def _finished(report: ParityReport, beside: Path | None, labelled: Path | None) -> ParityReport:
    """Pair the detector that was exported with the one in `beside`, and set its threshold by `labelled` pictures."""
    model, manifest = pair.read(report.path)
    if beside is not None:
        other, its_manifest = pair.read(beside)
        model, manifest = pair.pair(model, other), pair.joint(manifest, its_manifest)
    sha256 = publish(model, manifest, report.path)
    if labelled is not None:
        manifest = msgspec.structs.replace(manifest, **_by_labels(report.path, manifest, labelled))
        sha256 = publish(model, manifest, report.path)
    return replace(report, sha256=sha256)


def _by_labels(path: Path, manifest: DetectorManifest, folder: Path) -> dict[str, Any]:
    """Return the threshold of a detector's file and its metrics, measured on labelled pictures."""
    network = loading.load_detector(ModelEntry(path.stem, path, sha256_of(path), manifest), physical_cores())
    pictures = list(labels.labelled_pictures(folder))
    maps = [find_damage(picture.picture, network) for picture in pictures]
    threshold = labelled_results.own_threshold(pictures, maps, _selected, FLAGGED)
    own = labelled_results.measured(path.stem, pictures, maps, _selected, threshold).own
    metrics = {f"labelled_{name}": round(value, 5) for name, value in asdict(own).items()}
    return {"threshold": threshold, "metrics": manifest.metrics | metrics}


def _selected(found: NDArray[np.uint8], threshold: float) -> NDArray[np.uint8]:
    return select(found, threshold, SelectOptions(dilate=0)).mask


def _generator(state: dict[str, Any], name: str) -> tuple[nn.Module, AnyManifest, Measure]:
    config, generator = msgspec.convert(state["config"], Config), generators.restore(state)
    manifest = Manifest(
        name=name,
        title=config.title,
        version=__version__,
        size_multiple=generator.size_multiple,
        window=generator.fixed_size or config.window,
        fixed=generator.fixed_size is not None,
        guided=generator.guided,
        detail=config.detail,
        training_data=config.data.description,
        licence=config.data.terms,
        images_seen=state["images_seen"],
    )
    return generator, manifest, lambda validation: {"metrics": evaluation.scores(generator, list(validation))}


def _detector(state: dict[str, Any], name: str) -> tuple[nn.Module, AnyManifest, Measure]:
    config, network = msgspec.convert(state["config"], detector.DetectorConfig), detector.restore(state)
    manifest = DetectorManifest(
        name=name,
        title=config.title,
        version=__version__,
        size_multiple=network.size_multiple,
        window=config.window,
        reach=network.reach(),
        threshold=detector.UNMEASURED_THRESHOLD,
        training_data=config.data.description,
        licence=config.data.terms,
        images_seen=state["images_seen"],
    )

    def measured(validation: Sequence[str]) -> dict[str, Any]:
        cases = detector.Cases(validation, detector.held_out(config.data.damage))
        threshold, metrics = detector.measured(partial(detector.damage_map, network), cases, _selected)
        return {"threshold": threshold, "metrics": metrics}

    return network, manifest, measured
