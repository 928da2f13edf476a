"""Filters → GAN Inpaint → Repair scratches…, and the procedure `gan-inpaint-repair-scratches`."""

from __future__ import annotations

from . import damage, damage_dialog, output
from .command import Call, Command
from .daemon import open_client
from .damage import Damage
from .progress import show_end, show_progress, show_start
from .selected import Selected


def _run(call: Call) -> bool:
    Selected.or_all(call.image, call.drawables).check_unlocked()  # before the dialog asks anything
    if call.interactive and not damage_dialog.ask(call.procedure, call.config):
        return False
    _repair(Selected.or_all(call.image, call.drawables), damage.chosen(call.config))
    return True


def _repair(selected: Selected, wanted: Damage) -> None:
    """Repair the damage that is found and write the result into the layer.

    Raises:
        Refusal: GIMP does not let the layer be written, or the user has changed it in the meantime.
        ClientError: the daemon cannot be reached, does not repair, or finds nothing.
    """
    selected.check_unlocked()
    show_start()
    pixels, mask = selected.pixels(), selected.mask()
    with open_client() as client:
        reply = client.repair(pixels, mask, **selected.description(), **wanted, on_progress=show_progress)
    selected.check_unchanged(pixels, mask)
    output.write_in_place(selected, reply.pixels, reply.mask)
    show_end(reply.header["note"])


REPAIR = Command(
    name="gan-inpaint-repair-scratches",
    label="_Repair scratches…",
    blurb="Find the scratches, hairs and dust of a scan and fill them with what their surroundings suggest",
    help="Neural networks, run by the GAN Inpaint daemon on this computer, find the damage of one layer and repair it. "
    "Every other pixel stays bit-identical. If there is a selection, only the damage inside it is repaired.",
    add_arguments=damage.add_arguments,
    run=_run,
)
