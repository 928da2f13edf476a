"""`gan-inpaint trace`: a scratch that no detector finds, from a few points on it or a rough stroke along it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gan_inpaint.cli import report
from gan_inpaint.cli.options import Json

if TYPE_CHECKING:
    from gan_inpaint.detection import Traced
    from gan_inpaint.imagefile.photograph import Photograph


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(trace)


def trace(
    photo: Annotated[
        Path, typer.Argument(metavar="PHOTO", help="The photograph: PNG, JPEG, TIFF or WebP.", show_default=False)
    ],
    points: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[X,Y...]",
            help="Two or more points on the scratch, in its order, in pixels as viewers show the photograph.",
            show_default=False,
        ),
    ] = None,
    *,
    along: Annotated[
        Path | None,
        typer.Option(
            metavar="MASK",
            help="Instead of points: a mask that is white roughly along the scratch.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="MASK", help="Where to save the mask: PNG or TIFF.", show_default=False),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Follow a scratch through points on it, or along a rough stroke, and save it as a mask with its measured width."""
    import numpy as np

    from gan_inpaint import imagefile
    from gan_inpaint.imagefile.mask import check_mask_target, save_masks

    if bool(points) == bool(along):
        raise typer.BadParameter("Give two or more points on the scratch, or --along with a mask: one of the two.")
    places = [_point(text) for text in points or ()]
    check_mask_target(output, 1, force)
    traced = _traced(imagefile.open(photo), places, along)
    save_masks([traced.mask], [1], output, force)
    length, width = len(traced.path), traced.thickness
    if as_json:
        pixels = int(np.count_nonzero(traced.mask))
        report.show_json({"output": str(output), "length": length, "width": round(width, 1), "pixels": pixels})
    elif sys.stdout.isatty():
        report.show(f"{output}: a line of {length} pixels, {width:.0f} pixels wide.")


def _traced(photograph: Photograph, points: list[tuple[float, float]], along: Path | None) -> Traced:
    """Trace along the strokes of a mask's file, or through points; all of it is as viewers show the photograph."""
    import numpy as np

    from gan_inpaint import detection
    from gan_inpaint.imagefile.mask import open_mask
    from gan_inpaint.imagefile.orientation import to_upright

    orientation = photograph.container.orientation
    upright = np.ascontiguousarray(to_upright(photograph.pixels, orientation))
    if along is None:
        return detection.trace(upright, points, photograph.transfer)
    strokes = np.ascontiguousarray(to_upright(open_mask(along, photograph), orientation))
    return detection.trace_along(upright, strokes, photograph.transfer)


def _point(text: str) -> tuple[float, float]:
    try:
        column, row = (float(part) for part in text.split(","))
    except ValueError as problem:
        raise typer.BadParameter(f"“{text}” is no point; write x,y in pixels, such as 120,80.") from problem
    return column, row
