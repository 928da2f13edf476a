"""`gan-inpaint fill`: one photograph, one mask, one result."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gan_inpaint.cli import progress, report
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import BadRequest, EmptyMask
from gan_inpaint.options import MOST_PIXELS, MOST_VARIANT, FillOptions, Quality

if TYPE_CHECKING:
    from gan_inpaint.cli.receipts import Receipt
    from gan_inpaint.cli.work import Outcome, Recipe
    from gan_inpaint.engine.sources import Sources
    from gan_inpaint.imagefile import Photograph
    from gan_inpaint.imagefile.mask import Mask

_DEFAULTS = FillOptions()
_IN_A_RECEIPT = ("model", "dilate", "feather", "quality", "variant")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(fill)


def fill(
    context: typer.Context,
    photo: Annotated[
        Path, typer.Argument(metavar="PHOTO", help="The photograph: PNG, JPEG, TIFF or WebP.", show_default=False)
    ],
    mask: Annotated[
        Path | None,
        typer.Argument(
            metavar="[MASK]", help="As large as the photograph: white is filled, gray blends.", show_default=False
        ),
    ] = None,
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
    variant: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_VARIANT,
            help="Another fill: 1 without copies from around the hole, 2, 3, … with copies from other places.",
        ),
    ] = _DEFAULTS.variant,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="Instead of a mask: fill what is transparent in the photograph.")
    ] = False,
    avoid: Annotated[
        Path | None,
        typer.Option(metavar="MASK", help="White is never copied from, nor seen as context.", show_default=False),
    ] = None,
    sample: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Copy only from what is white here.", show_default=False)
    ] = None,
    receipt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Repeat the fill of this receipt, with its model and options."),
    ] = None,
    save_receipt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write how it was filled, to repeat it exactly.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    no_daemon: Annotated[bool, typer.Option("--no-daemon", help="Fill in this process, without the daemon.")] = False,
    as_json: Json = False,
) -> None:
    """Fill what the mask marks in a photograph. Depth, colour profile and metadata are kept."""
    if (out is None) == (output is None):
        raise typer.BadParameter("Name one file to save to, with -o or as the third argument.", param_hint="-o")
    if (mask is None) != transparent:
        raise typer.BadParameter("Name a mask, or fill what is “--transparent”; save with -o.", param_hint="MASK")
    target = output or out
    assert target is not None
    photograph, hole = _opened(photo, mask, target, force)
    sources = _sources(avoid, sample, photograph)
    from gan_inpaint import imagefile
    from gan_inpaint.cli import receipts
    from gan_inpaint.cli.work import Recipe
    from gan_inpaint.files import atomic

    if save_receipt:
        atomic.check(save_receipt, force)
    options = FillOptions(
        model=model,
        dilate=dilate,
        feather=feather,
        quality=quality,
        transfer=photograph.transfer,
        variant=variant,
    )
    before = _read_receipt(receipt, context) if receipt else None
    inputs = receipts.inputs_of(photograph, hole, sources)
    recipe = replace(before.recipe() if before else Recipe(options), sources=sources)
    outcome = filled(photograph, hole, recipe, no_daemon)
    imagefile.save(photograph.with_pixels(outcome.pixels), target, force, source=photo)
    if save_receipt:
        receipts.write(save_receipt, inputs, outcome, force)
    if before and (differences := before.differences(inputs, outcome)):
        report.note(differences)
    _tell(outcome, target, as_json)


def _read_receipt(path: Path, context: typer.Context) -> Receipt:
    """Return a receipt; refuse options that it holds already."""
    from gan_inpaint.cli import receipts

    for option in _IN_A_RECEIPT:
        source = context.get_parameter_source(option)
        if source is not None and source.name != "DEFAULT":
            raise BadRequest(f"The receipt decides on “--{option}”; both cannot be given.", "Leave one of them out.")
    return receipts.read(path)


def _opened(photo: Path, mask: Path | None, target: Path, force: bool) -> tuple[Photograph, Mask]:
    """Return photograph and mask (None: its transparent parts), after all checks that are possible before the work."""
    from gan_inpaint import imagefile
    from gan_inpaint.engine.transparency import transparent_parts
    from gan_inpaint.imagefile.mask import open_mask

    photograph = imagefile.open(photo)
    imagefile.check_target(photograph, target, force, source=photo)
    hole = transparent_parts(photograph.pixels) if mask is None else open_mask(mask, photograph)
    if not hole.any() and mask is None:
        raise EmptyMask("Nothing in the photograph is transparent.", "Name a mask of what should be filled.")
    if not hole.any():
        raise EmptyMask("The mask marks nothing: it is black everywhere.", "Paint white what should be filled.")
    return photograph, hole


def _sources(avoid: Path | None, sample: Path | None, photograph: Photograph) -> Sources:
    from gan_inpaint.engine.sources import Sources
    from gan_inpaint.imagefile.mask import open_mask

    return Sources(*(None if path is None else open_mask(path, photograph) for path in (avoid, sample)))


def filled(photograph: Photograph, hole: Mask, recipe: Recipe, no_daemon: bool) -> Outcome:
    """Fill a hole that is not empty, with the daemon or without it, and show the progress."""
    if no_daemon:
        from gan_inpaint.cli import in_process as filler
    else:
        from gan_inpaint.cli import by_daemon as filler  # type: ignore[no-redef]
    with progress.shown() as on_progress:
        return filler.fill(photograph, hole, recipe, on_progress)


def _tell(outcome: Outcome, target: Path, as_json: bool) -> None:
    if outcome.note:
        report.note(outcome.note)
    if as_json:
        what = {"output": str(target), "filled_by": outcome.filled_by, "windows": outcome.windows}
        how = {"seconds": round(outcome.seconds, 3), "note": outcome.note, "scores": outcome.scores}
        report.show_json(what | how | {"parts": [{"box": list(box), **part} for box, part in outcome.parts]})
    elif sys.stdout.isatty():
        by = outcome.filled_by
        report.show(f"{target}: filled by {by['model']} {by['version']} ({by['provider']}) in {outcome.seconds:.1f} s.")
        report.show(f"Licence of “{by['model']}”: {by['licence']}.")
        if outcome.scores:
            tried = ", ".join(f"{name} {score:.1f} dB" for name, score in outcome.scores.items())
            report.show(f"Tried beside the hole: {tried}.")
