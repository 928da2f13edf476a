"""Filters → GAN Inpaint → Fill selection…, and the procedure `gan-inpaint-fill`."""

from __future__ import annotations

from . import fill_dialog, output
from .bindings import Gimp, GObject
from .command import Command
from .daemon import open_client
from .progress import STAGES, show_end, show_progress
from .selected import Selected, hard


def _add_arguments(procedure: Gimp.Procedure) -> None:
    both = GObject.ParamFlags.READWRITE
    procedure.add_string_argument(
        "model",
        "_Model",
        "A model’s name, as “gan-inpaint models list” shows it; “classical” fills without a network",
        "default",
        both,
    )
    outputs = Gimp.Choice.new()
    outputs.add("active-layer", 0, "Active layer", "The fill is written into the layer")
    outputs.add("new-layer", 1, "New layer", "The fill becomes a layer of its own; the layer below stays as it is")
    # The layer itself by default: the next fill then builds on what this one left.
    procedure.add_choice_argument("output", "O_utput", "Where the fill goes", outputs, "active-layer", both)
    procedure.add_int_argument(
        "grow",
        "_Grow",
        "Pixels around the selection that the model does not look at, so that no rim of the object spreads",
        0,
        256,
        2,
        both,
    )
    procedure.add_int_argument(
        "feather", "F_eather", "Pixels inside the selection’s edge over which the fill fades in", 0, 256, 0, both
    )
    qualities = Gimp.Choice.new()
    qualities.add("fast", 0, "Fast", "A large hole is filled coarsely, for a preview, by a model that can refine it")
    qualities.add("normal", 1, "Normal", "As the model is meant to be used")
    qualities.add(
        "best", 2, "Best", "The model looks at the hole in four mirrored ways; takes up to four times as long"
    )
    procedure.add_choice_argument("quality", "_Quality", "How much work the fill is worth", qualities, "normal", both)


def _run(
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    interactive: bool,
) -> bool:
    Selected.of(image, drawables)  # what cannot be filled is told before the user is asked anything
    if interactive and not fill_dialog.ask(procedure, config):
        return False
    _fill(Selected.of(image, drawables), config)
    return True


def _fill(selected: Selected, config: Gimp.ProcedureConfig) -> None:
    """Fill what is selected and write the result where the user wants it.

    Raises:
        Refusal: GIMP does not let the layer be written, or the user has changed it in the meantime.
        ClientError: the daemon cannot be reached, or does not fill.
    """
    Gimp.progress_init(STAGES["filling"])
    as_new_layer = config.get_property("output") == "new-layer"
    pixels, mask = selected.pixels(), selected.mask()
    with open_client() as client:
        reply = client.fill(
            pixels,
            # A new layer is blended by its own alpha channel, so its colours are not blended before.
            hard(mask) if as_new_layer else mask,
            **selected.described(),
            model=config.get_property("model"),
            grow=config.get_property("grow"),
            feather=config.get_property("feather"),
            quality=config.get_property("quality"),
            on_progress=show_progress,
        )
    selected.check_unchanged(pixels, mask)
    if as_new_layer:
        output.add_layer(selected, reply.pixels)
    else:
        output.write_in_place(selected, reply.pixels, mask)
    show_end(reply.header["note"])


FILL = Command(
    name="gan-inpaint-fill",
    label="_Fill selection…",
    blurb="Remove what is selected and fill the place with what its surroundings suggest",
    help="A neural network, run by the GAN Inpaint daemon on this computer, fills the selection of one layer. Pixels "
    "outside the selection stay as they are, to the last bit. A soft selection blends.",
    add_arguments=_add_arguments,
    run=_run,
)
