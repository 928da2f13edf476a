"""From a training run's folder to an ONNX file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from torch import nn

from gan_inpaint import __version__
from gan_inpaint.detection import select
from gan_inpaint.manifest import AnyManifest, DetectorManifest, Manifest
from gan_inpaint_export.export import ExportError, ParityReport, export
from gan_inpaint_training import checkpoint, detector, evaluation, generators
from gan_inpaint_training.config import Config

UNMEASURED_THRESHOLD = 0.5

Measure = Callable[[Sequence[str]], dict[str, Any]]
"""What changes in a manifest when the network is measured on photographs."""


def from_run(run: Path, out: Path, validation: Sequence[str] = ()) -> ParityReport:
    """Export the averaged generator or detector of the run's checkpoint to `out`, an `.onnx` file whose name is the
    model's.

    It is measured on the photographs of `validation`, tar files or folders, if any are given; the figures stand in the
    manifest, whose rest comes from the configuration. So does the threshold of a detector, which is a half where none
    are given; its film damage is that which the run has not trained on.

    Raises:
        ExportError: there is no usable checkpoint, or the network cannot be exported faithfully.
        DataError: the photographs cannot be used.
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
    return generator, manifest, lambda validation: {"figures": evaluation.scores(generator, list(validation))}


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
        threshold, figures = detector.measured(network, cases, lambda found, at: select(found, at, grow=0).mask)
        return {"threshold": threshold, "figures": figures}

    return network, manifest, measured
