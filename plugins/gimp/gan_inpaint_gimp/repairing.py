"""Filters → GAN Inpaint → Repair scratches…, and the procedure `gan-inpaint-repair-scratches`."""

from __future__ import annotations

from . import damage, damage_dialog, output
from .bindings import Gimp
from .command import Command
from .daemon import open_client
from .damage import Damage
from .progress import STAGES, show_end, show_progress
from .selected import Selected


def _run(
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    interactive: bool,
) -> bool:
    Selected.or_all(image, drawables).check_unlocked()  # told before the user is asked anything
    if interactive and not damage_dialog.ask(procedure, config):
        return False
    _repair(Selected.or_all(image, drawables), damage.chosen(config))
    return True


def _repair(selected: Selected, wanted: Damage) -> None:
    """Repair what is found and write it into the layer.

    Raises:
        Refusal: GIMP does not let the layer be written, or the user has changed it in the meantime.
        ClientError: the daemon cannot be reached, does not repair, or finds nothing.
    """
    selected.check_unlocked()
    Gimp.progress_init(STAGES["detecting"])
    pixels, mask = selected.pixels(), selected.mask()
    with open_client() as client:
        reply = client.repair(
            pixels,
            mask,
            **selected.described(),
            **wanted,
            on_progress=show_progress,
        )
    selected.check_unchanged(pixels, mask)
    output.write_in_place(selected, reply.pixels, reply.mask)
    show_end(reply.header["note"])


REPAIR = Command(
    name="gan-inpaint-repair-scratches",
    label="_Repair scratches…",
    blurb="Find the scratches, hairs and dust of a scan and fill them with what their surroundings suggest",
    help="Neural networks, run by the GAN Inpaint daemon on this computer, find the damage of one layer and repair it. "
    "Every other pixel stays as it is, to the last bit. Within an existing selection only, where there is one.",
    add_arguments=damage.add_arguments,
    run=_run,
)
