"""`gan-inpaint watch`: fills every photograph that comes into a folder together with its mask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gan_inpaint.cli import model_files, report
from gan_inpaint.errors import CannotWrite, UnreadableImage
from gan_inpaint.options import FillOptions, Quality

_DEFAULTS = FillOptions()


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(watch)


def watch(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Where photographs come, each with its mask: scan.tif and scan.mask.png."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where the results go; else “filled” in FOLDER."),
    ] = None,
    model: Annotated[str, typer.Option(help="A name from “gan-inpaint models list”.")] = _DEFAULTS.model,
    quality: Annotated[Quality, typer.Option(help="Fast, normal or best, as for “fill”.")] = _DEFAULTS.quality,
    no_daemon: Annotated[bool, typer.Option("--no-daemon", help="Fill in this process, without the daemon.")] = False,
) -> None:
    """Fill every photograph that comes into a folder together with its mask, until Ctrl+C."""
    from gan_inpaint.archive import folders, journal
    from gan_inpaint.cli.watcher import Watcher

    if not folder.is_dir():
        raise UnreadableImage(f"There is no folder {folder}.", "Check its name.")
    results = output or folder / "filled"
    if folders.real(results) == folders.real(folder):
        raise CannotWrite(f"{results} holds the originals.", "Choose another folder for the results.")
    _check_model(model)
    with journal.opened(results) as kept:
        report.note(f"Watching {folder}; the results go into {results}. Ctrl+C ends it.")
        Watcher(folder, kept, FillOptions(model=model, quality=quality), no_daemon).run()


def _check_model(model: str) -> None:
    """Raise before the work what would make every fill fail. Raises UnknownModel, BadModel."""
    from gan_inpaint.models.entry import AUTO

    if model != AUTO:
        model_files.installed(model)
