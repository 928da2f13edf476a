"""`gan-inpaint detect`: the scratches of a photograph as a mask, to be looked at and painted on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gan_inpaint.cli import progress, report
from gan_inpaint.cli.options import Json, Sensitivity
from gan_inpaint.errors import CannotWrite

if TYPE_CHECKING:
    from gan_inpaint.detection import Kinds, Selection
    from gan_inpaint.imagefile import Pages


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(detect)


def detect(
    photo: Annotated[
        Path, typer.Argument(metavar="PHOTO", help="The photograph: PNG, JPEG, TIFF or WebP.", show_default=False)
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="MASK", help="Where to save the mask: PNG or TIFF.", show_default=False),
    ],
    sensitivity: Sensitivity = 0.5,
    kinds: Annotated[
        Literal["light", "dark", "both"], typer.Option(help="Only scratches that are lighter, or darker.")
    ] = "both",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Find the scratches of a photograph, and save them as a mask: white is damaged."""
    from gan_inpaint import imagefile
    from gan_inpaint.imagefile.mask import check_mask_target, save_masks

    with imagefile.opened(photo) as pages:
        _check_apart(photo, output)
        check_mask_target(output, len(pages), force)
        found = _found(pages, sensitivity, kinds)
    save_masks([each.mask for each, _ in found], [orientation for _, orientation in found], output, force)
    defects, pixels = (sum(counts) for counts in zip(*((each.found, each.selected) for each, _ in found), strict=True))
    if as_json:
        report.show_json({"output": str(output), "found": defects, "pixels": pixels, "pages": len(found)})
    elif sys.stdout.isatty():
        report.show(f"{output}: {defects} defects of {pixels} pixels in all.")


def _check_apart(photo: Path, output: Path) -> None:
    if output.exists() and output.samefile(photo):
        raise CannotWrite(f"{output} is the photograph itself.", "Give the mask another name.")


def _found(pages: Pages, sensitivity: float, kinds: Kinds) -> list[tuple[Selection, int]]:
    """What was found on each page, and the page's orientation."""
    from gan_inpaint.restoring import networks

    found: list[tuple[Selection, int]] = []
    with progress.shown() as on_progress:

        def on_tile(done: int, total: int) -> None:
            on_progress("looking for scratches", (len(found) + done / total) / len(pages))

        for number in range(len(pages)):
            photograph = pages.page(number)
            selection = networks.find(photograph, sensitivity, kinds, on_tile=on_tile)
            found.append((selection, photograph.container.orientation))
    return found
