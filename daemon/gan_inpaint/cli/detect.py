"""`gan-inpaint detect`: the scratches of a photograph as a mask, to look at and to paint on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gan_inpaint.cli import progress, report
from gan_inpaint.cli.options import Json, OfKinds, OfTone, Sensitivity
from gan_inpaint.errors import CannotWrite
from gan_inpaint.options import KINDS, DetectOptions

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
    tone: OfTone = _DEFAULTS.tone,
    kinds: OfKinds = None,
    within: Annotated[
        Path | None,
        typer.Option(metavar="MASK", help="Find whatever stands out where this is white.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Find the scratches of a photograph, and save them as a mask: white is damaged."""
    from gan_inpaint import imagefile
    from gan_inpaint.imagefile.mask import check_mask_target, save_masks

    with imagefile.opened(photo) as pages:
        _check_apart(photo, output)
        check_mask_target(output, len(pages), force)
        asked = [str(kind) for kind in kinds or ()]
        wanted = tuple(kind for kind in KINDS if str(kind) in asked)
        found = _found(pages, DetectOptions(sensitivity=sensitivity, tone=tone, kinds=wanted), within)
    save_masks([each.mask for each, _ in found], [orientation for _, orientation in found], output, force)
    defects, pixels = (sum(counts) for counts in zip(*((each.found, each.selected) for each, _ in found), strict=True))
    by_kind = {kind: sum(each.kinds[kind] for each, _ in found) for kind in found[0][0].kinds}
    _warn(max(each.selected / each.mask.size for each, _ in found))
    if as_json:
        counts = {"found": defects, "pixels": pixels, "pages": len(found), "kinds": by_kind}
        report.show_json({"output": str(output), **counts})
    elif sys.stdout.isatty():
        report.show(f"{output}: {defects} defects of {pixels} pixels in all.")
        report.show_table(["kind", "found"], [[kind, f"{count:,}"] for kind, count in by_kind.items()])


def _warn(share: float) -> None:
    """Say what to do if more is marked than can be damage."""
    from gan_inpaint.service import MOST_DAMAGED

    if share > MOST_DAMAGED:
        report.note(
            f"{share:.0%} of the picture looks like damage, which is too much to be repaired. Is it an album page, a "
            "drawing, a printed page, snow or a starry sky? Crop it to the print, lower the sensitivity, or paint the "
            "mask by hand."
        )


def _check_apart(photo: Path, output: Path) -> None:
    if output.exists() and output.samefile(photo):
        raise CannotWrite(f"{output} is the photograph itself.", "Give the mask another name.")


def _found(pages: Pages, options: DetectOptions, within: Path | None) -> list[tuple[Selection, int]]:
    """Return what was found on each page, and the page's orientation."""
    import msgspec

    from gan_inpaint import service
    from gan_inpaint.imagefile.mask import open_mask

    finder = service.in_process()
    found: list[tuple[Selection, int]] = []
    with progress.shown() as on_progress:

        def tell(done: int, total: int, stage: Stage) -> None:
            on_progress("looking for scratches", (len(found) + done / total) / len(pages))

        for number in range(len(pages)):
            photograph = pages.page(number)
            own = msgspec.structs.replace(options, transfer=photograph.transfer)
            mask = open_mask(within, photograph, number if len(pages) > 1 else None) if within else None
            damage = finder.detect(photograph.pixels, own, tell, within=mask)
            found.append((finder.select(damage, own), photograph.container.orientation))
    return found
