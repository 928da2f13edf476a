"""Filters → GAN Inpaint → Select scratches…, and the procedure `gan-inpaint-select-scratches`."""

from __future__ import annotations

from gan_inpaint_client.language import _

from . import damage, damage_dialog
from .command import Call, Command
from .daemon import open_client
from .search import Search
from .selected import Selected
from .selection import Overlay


def _run(call: Call) -> bool:
    selected = Selected.or_all(call.image, call.drawables)
    client = open_client()  # not closed: a thread may still wait for it when the user cancels, and this process ends
    search = Search(client, selected)
    if call.interactive:
        damage.recall(call.config)
    search.look(client, damage.chosen(call.config))
    overlay = Overlay(call.image, search.place, seen=call.interactive)
    try:
        if call.interactive and not damage_dialog.ask_and_show(call.procedure, call.config, client, search, overlay):
            return False
        overlay.show(search.selected)
        overlay.select()
    finally:
        overlay.remove()
    return True


SELECT = Command(
    name="gan-inpaint-select-scratches",
    label=_("_Select scratches…"),
    blurb=_("Select the scratches, hairs and dust of a scan"),
    help=_(
        "A neural network, run by the GAN Inpaint daemon on this computer, finds the damage of one layer, which "
        "becomes the selection. If there is a selection, only the damage inside it is selected."
    ),
    add_arguments=damage.add_arguments,
    run=_run,
)
