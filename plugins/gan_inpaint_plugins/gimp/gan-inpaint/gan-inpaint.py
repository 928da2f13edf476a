#!/usr/bin/env python3
"""GIMP 3 plug-in: Filters → GAN Inpaint → Fill selection…, and the procedure `gan-inpaint-fill` for scripts.

This file registers the procedure and runs it; `selected.py` reads what is to be filled, `output.py` writes the fill,
`dialog.py` asks the user, and the package `client` talks to the daemon that does the work. Nothing beyond GIMP and
the standard library is needed.
"""

from __future__ import annotations

import sys

import dialog
import output
from bindings import Gegl, Gimp, GLib, GObject
from client import ClientError, Progress
from daemon import open_client
from selected import Refusal, Selected, hard

FILL = "gan-inpaint-fill"
BLURB = "Remove what is selected and fill the place with what its surroundings suggest"
HELP = (
    "A neural network, run by the GAN Inpaint daemon on this computer, fills the selection of one layer. Pixels "
    "outside the selection stay as they are, to the last bit. A soft selection blends."
)
STAGES = {
    "waiting": "Waiting for another fill to end…",
    "loading": "Loading the model…",
    "filling": "Filling the selection…",
}


class GanInpaint(Gimp.PlugIn):
    def do_query_procedures(self) -> list[str]:
        return [FILL]

    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        # Offered for any image with a layer, so that what cannot be filled is answered with a sentence.
        procedure.set_image_types("*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES)
        procedure.set_menu_label("_Fill selection…")
        procedure.add_menu_path("<Image>/Filters/GAN Inpaint")
        procedure.set_documentation(BLURB, HELP, name)
        procedure.set_attribution("The GAN Inpaint authors", "The GAN Inpaint authors, Apache-2.0", "2026")
        _add_arguments(procedure)
        return procedure


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


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    _data: None,
) -> Gimp.ValueArray:
    """What GIMP calls; every failure that a user can meet comes back as a sentence."""
    try:
        Selected.of(image, drawables)  # what cannot be filled is told before the user is asked anything
        if run_mode == Gimp.RunMode.INTERACTIVE and not dialog.ask(procedure, config):
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
        fill(Selected.of(image, drawables), config)
    except Refusal as refusal:
        return _failed(procedure, str(refusal))
    except ClientError as problem:
        return _failed(procedure, f"{problem.message} {problem.hint}".strip())
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)


def fill(selected: Selected, config: Gimp.ProcedureConfig) -> None:
    """Fill what is selected and write the result where the user wants it.

    Raises:
        Refusal: GIMP does not let the layer be written, or the user has changed it in the meantime.
        ClientError: the daemon cannot be reached, or does not fill.
    """
    Gegl.init(None)
    Gimp.progress_init(STAGES["filling"])
    as_new_layer = config.get_property("output") == "new-layer"
    pixels, mask = selected.pixels(), selected.mask()
    with open_client() as client:
        reply = client.fill(
            pixels,
            # A new layer is blended by its own alpha channel, so its colours are not blended before.
            hard(mask) if as_new_layer else mask,
            width=selected.crop.width,
            height=selected.crop.height,
            layout=selected.pixel_format.layout,
            depth=selected.pixel_format.depth,
            transfer=selected.pixel_format.transfer,
            model=config.get_property("model"),
            grow=config.get_property("grow"),
            feather=config.get_property("feather"),
            quality=config.get_property("quality"),
            on_progress=_show_progress,
        )
    selected.check_unchanged(pixels, mask)
    write = output.add_layer if as_new_layer else output.write_in_place
    write(selected, reply.pixels)
    Gimp.displays_flush()
    Gimp.progress_end()
    if reply.header["note"]:
        Gimp.message(reply.header["note"])


def _show_progress(progress: Progress) -> None:
    Gimp.progress_set_text(STAGES.get(progress["stage"], ""))
    Gimp.progress_update(progress["done"] / max(progress["total"], 1))


def _failed(procedure: Gimp.Procedure, sentence: str) -> Gimp.ValueArray:
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, GLib.Error(sentence))


Gimp.main(GanInpaint.__gtype__, sys.argv)
