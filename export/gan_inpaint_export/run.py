"""From a training run's folder to an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from gan_inpaint import __version__
from gan_inpaint.manifest import Manifest
from gan_inpaint_export.export import ExportError, ParityReport, export
from gan_inpaint_training import checkpoint, evaluation, generators
from gan_inpaint_training.config import Config


def from_run(run: Path, out: Path, validation: Sequence[str] = ()) -> ParityReport:
    """Export the averaged generator of the run's checkpoint to `out`, an `.onnx` file whose name is the model's.

    It is measured on the photographs of `validation`, tar files or folders, if any are given; the figures stand in the
    manifest, whose rest comes from the configuration.

    Raises:
        ExportError: there is no usable checkpoint, or the generator cannot be exported faithfully.
        DataError: the photographs cannot be used.
        BadModel, CannotWrite: as `export` does.
    """
    try:
        state = checkpoint.load(run)
        config = msgspec.convert(state["config"], Config)
        generator = generators.restore(state)
    except (msgspec.ValidationError, KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise ExportError(f"The run {run} cannot be exported: {problem}") from problem
    manifest = Manifest(
        name=out.stem,
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
        figures=evaluation.scores(generator, list(validation)) if validation else {},
    )
    return export(generator, manifest, out)
