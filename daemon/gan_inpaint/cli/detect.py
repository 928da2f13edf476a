"""`gan-inpaint detect`: the scratches of a photograph as a mask, to look at and to paint on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gan_inpaint.cli import progress, report
from gan_inpaint.cli.options import Json, OfKinds, Sensitivity
from gan_inpaint.errors import CannotWrite
from gan_inpaint.options import DetectOptions

if TYPE_CHECKING:
    from gan_inpaint.detection import Selection
    from gan_inpaint.imagefile import Pages
    from gan_inpaint.protocol import Stage

_DEFAULTS = DetectOptions()


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
    sensitivity: Sensitivity = _DEFAULTS.sensitivity,
    kinds: OfKinds = _DEFAULTS.kinds,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Find the scratches of a photograph, and save them as a mask: white is damaged."""
    from gan_inpaint import imagefile
    from gan_inpaint.imagefile.mask import check_mask_target, save_masks

    with imagefile.opened(photo) as pages:
        _check_apart(photo, output)
        check_mask_target(output, len(pages), force)
        found = _found(pages, DetectOptions(sensitivity=sensitivity, kinds=kinds))
    save_masks([each.mask for each, _ in found], [orientation for _, orientation in found], output, force)
    defects, pixels = (sum(counts) for counts in zip(*((each.found, each.selected) for each, _ in found), strict=True))
    if as_json:
        report.show_json({"output": str(output), "found": defects, "pixels": pixels, "pages": len(found)})
    elif sys.stdout.isatty():
        report.show(f"{output}: {defects} defects of {pixels} pixels in all.")


def _check_apart(photo: Path, output: Path) -> None:
    if output.exists() and output.samefile(photo):
        raise CannotWrite(f"{output} is the photograph itself.", "Give the mask another name.")


def _found(pages: Pages, options: DetectOptions) -> list[tuple[Selection, int]]:
    """Return what was found on each page, and the page's orientation."""
    import msgspec

    from gan_inpaint import service

    finder = service.in_process()
    found: list[tuple[Selection, int]] = []
    with progress.shown() as on_progress:

        def tell(done: int, total: int, stage: Stage) -> None:
            on_progress("looking for scratches", (len(found) + done / total) / len(pages))

        for number in range(len(pages)):
            photograph = pages.page(number)
            own = msgspec.structs.replace(options, transfer=photograph.transfer)
            damage = finder.detect(photograph.pixels, own, tell)
            found.append((finder.select(damage, own), photograph.container.orientation))
    return found
