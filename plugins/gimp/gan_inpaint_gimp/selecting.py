"""Filters → GAN Inpaint → Select scratches…, and the procedure `gan-inpaint-select-scratches`."""

from __future__ import annotations

from . import damage, damage_dialog
from .bindings import Gimp
from .command import Command
from .daemon import open_client
from .damage_dialog import Shown
from .search import Search
from .selected import Selected
from .selection import Selection


def _run(
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    interactive: bool,
) -> bool:
    selected = Selected.or_all(image, drawables)
    place, selection = selected.crop_in_image, Selection(image)
    with open_client() as client:
        search = Search(client, selected, damage.chosen(config))

        def show() -> Shown:
            search.select(damage.chosen(config))
            return _described(search.found, selection.show(place, search.mask), search.everywhere)

        if interactive:
            try:
                wanted = damage_dialog.ask_and_show(procedure, config, show)
            finally:
                selection.restore()
            if not wanted:
                return False
    selection.replace(place, search.mask)
    return True


def _described(found: int, pixels: int, everywhere: bool) -> Shown:
    if not pixels:
        return Shown(False, "Nothing is found. Raise the sensitivity.")
    places = f"{found:,} places, " if everywhere else ""
    return Shown(True, f"Found: {places}{pixels:,} pixels")


SELECT = Command(
    name="gan-inpaint-select-scratches",
    label="_Select scratches…",
    blurb="Select the scratches, hairs and dust of a scan",
    help="A neural network, run by the GAN Inpaint daemon on this computer, finds the damage of one layer, and it "
    "becomes the selection. Within an existing selection only, where there is one.",
    add_arguments=damage.add_arguments,
    run=_run,
)
