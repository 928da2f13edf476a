"""Export of a training run to an ONNX file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from torch import nn

from gan_inpaint.detection import select
from gan_inpaint.models.manifest import AnyManifest, DetectorManifest, Manifest
from gan_inpaint.options import SelectOptions
from gan_inpaint.version import __version__
from gan_inpaint_export.export import ExportError, ParityReport, export
from gan_inpaint_training import checkpoint, detector, evaluation, generators
from gan_inpaint_training.config import Config

UNMEASURED_THRESHOLD = 0.5  # a probability

Measure = Callable[[Sequence[str]], dict[str, Any]]
"""Measures a network on photographs; returns the values to set in its manifest."""


def from_run(run: Path, out: Path, validation: Sequence[str] = ()) -> ParityReport:
    """Export the averaged network of the run's checkpoint to `out`, an `.onnx` file that has the model's name.

    The manifest comes from the configuration. With `validation`, tar files or folders of photographs, the network is
    measured on them and the manifest gets the metrics, and a detector's threshold, which is otherwise a half. Detectors
    are measured on film damage that the run was not trained on.

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
    return export(network, manifest, out)


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
        threshold=UNMEASURED_THRESHOLD,
        training_data=config.data.description,
        licence=config.data.terms,
        images_seen=state["images_seen"],
    )

    def measured(validation: Sequence[str]) -> dict[str, Any]:
        cases = detector.Cases(validation, detector.held_out(config.data.damage))
        options = SelectOptions(dilate=0)
        threshold, metrics = detector.measured(network, cases, lambda found, at: select(found, at, options).mask)
        return {"threshold": threshold, "metrics": metrics}

    return network, manifest, measured
