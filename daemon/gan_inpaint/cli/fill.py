"""`gan-inpaint fill`: one photograph, one mask, one result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gan_inpaint.cli import progress, report
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import EmptyMask
from gan_inpaint.options import MOST_PIXELS, FillOptions, Quality

if TYPE_CHECKING:
    from gan_inpaint.cli.work import Outcome
    from gan_inpaint.imagefile import Photograph
    from gan_inpaint.imagefile.mask import Mask

_DEFAULTS = FillOptions()


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(fill)


def fill(
    photo: Annotated[
        Path, typer.Argument(metavar="PHOTO", help="The photograph: PNG, JPEG, TIFF or WebP.", show_default=False)
    ],
    mask: Annotated[
        Path,
        typer.Argument(
            metavar="MASK", help="As large as the photograph: white is filled, gray blends.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Argument(metavar="[OUT]", help="Where to save, instead of -o.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to save: the photograph's format; PNG, too, for JPEG and WebP."),
    ] = None,
    model: Annotated[str, typer.Option(help="A name from “gan-inpaint models list”.")] = _DEFAULTS.model,
    dilate: Annotated[
        int, typer.Option(min=0, max=MOST_PIXELS, help="Pixels around the mask that the generator does not see.")
    ] = _DEFAULTS.dilate,
    feather: Annotated[
        int, typer.Option(min=0, max=MOST_PIXELS, help="Pixels over which the edge is softened inwards.")
    ] = _DEFAULTS.feather,
    quality: Annotated[
        Quality,
        typer.Option(help="Fast: a coarse fill, for previews; best: the mean of four mirrored fills, slower."),
    ] = _DEFAULTS.quality,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    no_daemon: Annotated[bool, typer.Option("--no-daemon", help="Fill in this process, without the daemon.")] = False,
    as_json: Json = False,
) -> None:
    """Fill what the mask marks in a photograph. Depth, colour profile and metadata are kept."""
    if (out is None) == (output is None):
        raise typer.BadParameter("Name one file to save to, with -o or as the third argument.", param_hint="-o")
    target = output or out
    assert target is not None
    photograph, hole = _opened(photo, mask, target, force)
    from gan_inpaint import imagefile

    options = FillOptions(model=model, dilate=dilate, feather=feather, quality=quality, transfer=photograph.transfer)
    outcome = _filled(photograph, hole, options, no_daemon)
    imagefile.save(photograph.with_pixels(outcome.pixels), target, force, source=photo)
    _tell(outcome, target, as_json)


def _opened(photo: Path, mask: Path, target: Path, force: bool) -> tuple[Photograph, Mask]:
    """Return photograph and mask, after all checks that are possible before the work."""
    from gan_inpaint import imagefile
    from gan_inpaint.imagefile.mask import open_mask

    photograph = imagefile.open(photo)
    imagefile.check_target(photograph, target, force, source=photo)
    hole = open_mask(mask, photograph)
    if not hole.any():
        raise EmptyMask("The mask marks nothing: it is black everywhere.", "Paint white what should be filled.")
    return photograph, hole


def _filled(photograph: Photograph, hole: Mask, options: FillOptions, no_daemon: bool) -> Outcome:
    if no_daemon:
        from gan_inpaint.cli import in_process as filler
    else:
        from gan_inpaint.cli import by_daemon as filler  # type: ignore[no-redef]
    with progress.shown() as on_progress:
        return filler.fill(photograph, hole, options, on_progress)


def _tell(outcome: Outcome, target: Path, as_json: bool) -> None:
    if outcome.note:
        report.note(outcome.note)
    if as_json:
        what = {"output": str(target), "filled_by": outcome.filled_by, "windows": outcome.windows}
        how = {"seconds": round(outcome.seconds, 3), "note": outcome.note, "scores": outcome.scores}
        report.show_json(what | how)
    elif sys.stdout.isatty():
        by = outcome.filled_by
        report.show(f"{target}: filled by {by['model']} {by['version']} ({by['provider']}) in {outcome.seconds:.1f} s.")
        report.show(f"Licence of “{by['model']}”: {by['licence']}.")
        if outcome.scores:
            tried = ", ".join(f"{name} {score:.1f} dB" for name, score in outcome.scores.items())
            report.show(f"Tried beside the hole: {tried}.")
