"""Filters → GAN Inpaint → Select scratches…, and the procedure `gan-inpaint-select-scratches`."""

from __future__ import annotations

from gan_inpaint_client.dialogs import selected_text
from gan_inpaint_client.refusals import NO_DAMAGE

from . import damage, damage_dialog
from .command import Call, Command
from .daemon import open_client
from .damage_dialog import Shown
from .search import Search
from .selected import Selected
from .selection import Selection


def _run(call: Call) -> bool:
    selected = Selected.or_all(call.image, call.drawables)
    place, selection = selected.crop_in_image, Selection(call.image)
    with open_client() as client:
        search = Search(client, selected, damage.chosen(call.config))

        def show() -> Shown:
            search.select(damage.chosen(call.config))
            pixels = selection.show(place, search.mask)
            places = search.found if search.everywhere else None
            return Shown(bool(pixels), selected_text(pixels, places) if pixels else NO_DAMAGE)

        if call.interactive:
            try:
                wanted = damage_dialog.ask_and_show(call.procedure, call.config, show)
            finally:
                selection.restore()
            if not wanted:
                return False
    selection.replace(place, search.mask)
    return True


SELECT = Command(
    name="gan-inpaint-select-scratches",
    label="_Select scratches…",
    blurb="Select the scratches, hairs and dust of a scan",
    help="A neural network, run by the GAN Inpaint daemon on this computer, finds the damage of one layer, which "
    "becomes the selection. If there is a selection, only the damage inside it is selected.",
    add_arguments=damage.add_arguments,
    run=_run,
)
