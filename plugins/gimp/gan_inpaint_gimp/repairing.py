"""Filters → GAN Inpaint → Repair scratches…, and the procedure `gan-inpaint-repair-scratches`."""

from __future__ import annotations

from gan_inpaint_client import Box, RepairRequest
from gan_inpaint_client.dialogs import kinds_asked
from gan_inpaint_client.language import _

from . import damage, damage_dialog, output
from .bindings import Gimp
from .command import Call, Command
from .daemon import open_client
from .damage import Damage
from .progress import show_end, show_start
from .selected import Selected
from .working import perform


def _run(call: Call) -> bool:
    Selected.or_all(call.image, call.drawables).check_unlocked()  # before the dialog asks anything
    if call.interactive and not damage_dialog.ask(call.procedure, call.config):
        return False
    _repair(Selected.or_all(call.image, call.drawables), damage.chosen(call.config))
    return True


def _repair(selected: Selected, wanted: Damage) -> None:
    """Repair the damage that is found and write the result into the layer.

    Raises:
        Refusal: no kind is chosen, GIMP does not let the layer be written, or the user has changed it in the meantime.
        ClientError: the daemon cannot be reached, does not repair, or finds nothing.
    """
    selected.check_unlocked()
    everything = wanted["everything"] and not Gimp.Selection.is_empty(selected.image)
    asked = Damage(**{**wanted, "kinds": kinds_asked(wanted["kinds"]), "everything": everything})
    show_start()
    work = selected.patchwork(selected.mask(selected.box), blends=True)

    def request(pixels: bytes, mask: bytes, sent: Box) -> RepairRequest:
        return RepairRequest(pixels, mask, sent.width, sent.height, **selected.description, **asked)

    with open_client() as client:
        perform(client, selected, work, request)
    selected.check_unchanged(work)
    output.write_in_place(selected, work.patches)
    show_end(work.note)


REPAIR = Command(
    name="gan-inpaint-repair-scratches",
    label=_("_Repair scratches…"),
    blurb=_("Find the scratches, hairs and dust of a scan and fill them with what their surroundings suggest"),
    help=_(
        "Neural networks, run by the GAN Inpaint daemon on this computer, find the damage of one layer and repair it. "
        "Every other pixel stays bit-identical. If there is a selection, only the damage inside it is repaired."
    ),
    add_arguments=damage.add_arguments,
    run=_run,
)
