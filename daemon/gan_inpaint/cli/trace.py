"""`gan-inpaint trace`: a scratch that no detector finds, from a few points on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gan_inpaint.cli import report
from gan_inpaint.cli.options import Json


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(trace)


def trace(
    photo: Annotated[
        Path, typer.Argument(metavar="PHOTO", help="The photograph: PNG, JPEG, TIFF or WebP.", show_default=False)
    ],
    points: Annotated[
        list[str],
        typer.Argument(
            metavar="X,Y...",
            help="Two or more points on the scratch, in its order, in pixels as viewers show the photograph.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="MASK", help="Where to save the mask: PNG or TIFF.", show_default=False),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Follow a scratch through a few points on it, and save it as a mask with its measured width."""
    import numpy as np

    from gan_inpaint import imagefile
    from gan_inpaint.detection import trace as trace_line
    from gan_inpaint.imagefile.mask import check_mask_target, save_masks
    from gan_inpaint.imagefile.orientation import to_upright

    places = [_point(text) for text in points]
    check_mask_target(output, 1, force)
    photograph = imagefile.open(photo)
    upright = to_upright(photograph.pixels, photograph.container.orientation)
    traced = trace_line(np.ascontiguousarray(upright), places, photograph.transfer)
    save_masks([traced.mask], [1], output, force)
    length, width = len(traced.path), traced.thickness
    if as_json:
        pixels = int(np.count_nonzero(traced.mask))
        report.show_json({"output": str(output), "length": length, "width": round(width, 1), "pixels": pixels})
    elif sys.stdout.isatty():
        report.show(f"{output}: a line of {length} pixels, {width:.0f} pixels wide.")


def _point(text: str) -> tuple[float, float]:
    try:
        column, row = (float(part) for part in text.split(","))
    except ValueError as problem:
        raise typer.BadParameter(f"“{text}” is no point; write x,y in pixels, such as 120,80.") from problem
    return column, row
