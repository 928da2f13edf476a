"""`gan-inpaint train`, `weights` and `export`; they need the extra `train`."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gan_inpaint.cli import report
from gan_inpaint.cli.extra import imported
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import CannotWrite, Exit, TrainingFailed


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(train)
    app.command()(export)
    app.command()(weights)


def train(
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="CONFIG", help="The name of a shipped configuration, or a YAML file.", show_default=False
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="SECTION.KEY=VALUE...", help="Values to override.", show_default=False)
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="The folder of the run; an earlier run in it is continued.", show_default=False),
    ] = None,
    devices: Annotated[int, typer.Option(min=1, help="Number of devices to train on.")] = 1,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Start a new run from the weights that “gan-inpaint weights” wrote.",
            show_default=False,
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the shipped configurations instead.")] = False,
    as_json: Json = False,
) -> None:
    """Train a generator or a detector; Ctrl+C saves and ends, the same command continues."""
    if list_:
        _list(as_json)
        return
    if config is None or run is None:
        missing = "CONFIG" if config is None else "--run"
        raise typer.BadParameter(f"{missing} is missing; “gan-inpaint train --list” lists the configurations.")
    loop, configuration, data, checkpoint, watch = (
        imported(f"gan_inpaint_training.{module}") for module in ("loop", "config", "data", "checkpoint", "watch")
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        stopped = loop.train(config, run, overrides or [], devices, weights)
    except (configuration.ConfigError, data.DataError, checkpoint.CheckpointError, watch.NonFiniteLoss) as problem:
        raise TrainingFailed(str(problem)) from problem
    if stopped:
        report.note("Stopped and saved; the same command goes on from here.")
        raise typer.Exit(Exit.INTERRUPTED)


def _list(as_json: bool) -> None:
    entries = imported("gan_inpaint_training.registry").entries()
    if as_json:
        report.show_json([asdict(entry) for entry in entries])
        return
    rows = (
        [entry.name, f"{entry.parameters:,}", f"{entry.side}²", f"{entry.gmac:.3g}", entry.title] for entry in entries
    )
    report.show_table(["name", "parameters", "size", "GMAC", "title"], rows)


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The ONNX file to write.", show_default=False)],
    validation: Annotated[
        list[str] | None,
        typer.Option(help="Photographs, a folder or a tar file, to measure it on.", show_default=False),
    ] = None,
    labelled: Annotated[
        Path | None,
        typer.Option(
            metavar="PICTURES",
            help="NAME.png with NAME_mask.png, by which a detector's threshold is set.",
            show_default=False,
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(metavar="ONNX", help="Another detector, to make one of both.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a trained generator or detector as ONNX, compared with torch, ready for “gan-inpaint models add”."""
    exporter, data = imported("gan_inpaint_export"), imported("gan_inpaint_training.data")
    try:
        done = exporter.from_run(run, output, validation or [], labelled, beside)
    except data.DataError as problem:
        raise TrainingFailed(str(problem)) from problem
    parities = [{"size": list(parity.size), "difference": parity.difference} for parity in done.parities]
    if as_json:
        report.show_json({"output": str(done.path), "sha256": done.sha256, "parity": parities})
        return
    report.show(f"{done.path}: SHA-256 {done.sha256}")
    for parity in done.parities:
        report.show(f"differs from torch by {parity}")


def weights(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.", show_default=False)],
    half: Annotated[bool, typer.Option("--half", help="Store the numbers in 16 bits: half the size.")] = False,
    as_json: Json = False,
) -> None:
    """Write the averaged network of a run without its optimiser, for “gan-inpaint train --weights”."""
    stored, checkpoint = (imported(f"gan_inpaint_training.{module}") for module in ("weights", "checkpoint"))
    try:
        stored.write(run, output, half=half)
    except checkpoint.CheckpointError as problem:
        raise TrainingFailed(str(problem)) from problem
    except OSError as problem:
        raise CannotWrite(f"{output} cannot be written: {problem.strerror}.") from problem
    if as_json:
        report.show_json({"output": str(output), "bytes": output.stat().st_size})
        return
    report.show(str(output))
