"""Filters → GAN Inpaint → Fill selection…, and the procedure `gan-inpaint-fill`."""

from __future__ import annotations

from functools import partial

from gan_inpaint_client import Box
from gan_inpaint_client.dialogs import (
    DILATE,
    FEATHER,
    MODEL_DESCRIPTION,
    MODEL_LABEL,
    QUALITY,
    Choice,
    ChoiceOption,
)
from gan_inpaint_client.requests import DEFAULT_MODEL, FillRequest

from . import fill_dialog, output
from .arguments import add_choice, add_integer, add_text
from .bindings import Gimp
from .command import Call, Command
from .daemon import open_client
from .layers import is_plain
from .progress import show_end, show_start
from .selected import Selected
from .working import perform

# The layer itself is the default, so that the next fill builds on the result of this one.
OUTPUT = ChoiceOption(
    "output",
    "O_utput",
    "Where the fill goes",
    (
        Choice("active-layer", "Active layer", "The fill is written into the layer"),
        Choice("new-layer", "New layer", "The fill becomes a new layer; the layer below stays as it is"),
    ),
    "active-layer",
)


def _add_arguments(procedure: Gimp.Procedure) -> None:
    add_text(procedure, "model", MODEL_LABEL, MODEL_DESCRIPTION, DEFAULT_MODEL)
    add_choice(procedure, QUALITY)
    add_choice(procedure, OUTPUT)
    add_integer(procedure, DILATE)
    add_integer(procedure, FEATHER)


def _run(call: Call) -> bool:
    Selected.of(call.image, call.drawables)  # refuses what cannot be filled before the dialog asks anything
    if call.interactive and not fill_dialog.ask(call.procedure, call.config):
        return False
    _fill(Selected.of(call.image, call.drawables), call.config)
    return True


def _fill(selected: Selected, config: Gimp.ProcedureConfig) -> None:
    """Fill the selection and write the result where the user wants it.

    Raises:
        Refusal: GIMP does not let the layer be written, or the user has changed it in the meantime.
        ClientError: the daemon cannot be reached, or does not fill.
    """
    as_new_layer = config.get_property(OUTPUT.name) == "new-layer"
    as_patch = as_new_layer and is_plain(selected.layer)
    if not as_new_layer:
        selected.check_unlocked()
    show_start()
    mask = selected.mask(selected.box)
    # The alpha channel of a patch blends it, so its colours must not be blended before.
    work = selected.patchwork(mask, blends=not as_patch)
    with open_client() as client:
        perform(client, selected, work, partial(_request, selected, config))
    selected.check_unchanged(mask, work)
    if as_patch:
        output.add_patch(selected, work.patches)
    elif as_new_layer:
        output.add_copy(selected, work.patches)
    else:
        output.write_in_place(selected, work.patches)
    show_end(work.note)


def _request(selected: Selected, config: Gimp.ProcedureConfig, pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
    return FillRequest(
        pixels,
        mask,
        sent.width,
        sent.height,
        **selected.description,
        model=config.get_property("model"),
        quality=config.get_property(QUALITY.name),
        dilate=config.get_property(DILATE.name),
        feather=config.get_property(FEATHER.name),
    )


FILL = Command(
    name="gan-inpaint-fill",
    label="_Fill selection…",
    blurb="Remove what is selected and fill the place with what its surroundings suggest",
    help="A neural network, run by the GAN Inpaint daemon on this computer, fills the selection of one layer. Pixels "
    "outside the selection stay bit-identical. A soft selection blends.",
    add_arguments=_add_arguments,
    run=_run,
)
