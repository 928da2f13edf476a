"""The plug-in that GIMP sees: the entries of Filters → GAN Inpaint, and the procedures `gan-inpaint-…` for scripts.

This module registers the procedures and runs them. Each procedure is a module: `filling.py`, `fill_all.py`,
`selecting.py`, `repairing.py`, `tracing.py`, `settings.py`. `fill_dialog.py`, `variants_dialog.py`, `damage_dialog.py`,
`settings_dialog.py` and `adding_dialog.py` ask the user; meanwhile `choosing.py` shows fills, and `live.py` damage.
`selected.py` reads the picture, `output.py` writes into it, `selection.py` changes the selection, and the package
`gan_inpaint_client` talks to the daemon that does the work. Nothing beyond GIMP and the standard library is needed.
"""

from __future__ import annotations

from gan_inpaint_client import ClientError, Refusal

from .bindings import Gegl, Gimp, GLib
from .command import Call
from .fill_all import FILL_ALL
from .filling import FILL, FILL_PAINTED, FILL_TRANSPARENT
from .repairing import REPAIR
from .selecting import SELECT
from .settings import SETTINGS
from .tracing import TRACE

COMMANDS = {
    command.name: command
    for command in (FILL, FILL_ALL, FILL_TRANSPARENT, FILL_PAINTED, SELECT, REPAIR, TRACE, SETTINGS)
}


class GanInpaint(Gimp.PlugIn):
    def do_query_procedures(self) -> list[str]:
        return list(COMMANDS)

    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        command = COMMANDS[name]
        if command.needs_image:
            procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
            # Offered for every image with a layer, so that a refusal can say why it cannot be worked on.
            procedure.set_image_types("*")
            sensitivity = Gimp.ProcedureSensitivityMask
            procedure.set_sensitivity_mask(sensitivity.DRAWABLE | sensitivity.DRAWABLES)
        else:
            procedure = Gimp.Procedure.new(self, name, Gimp.PDBProcType.PLUGIN, run_without_image, None)
        procedure.set_menu_label(command.label)
        procedure.add_menu_path("<Image>/Filters/GAN Inpaint")
        procedure.set_documentation(command.blurb, command.help, name)
        procedure.set_attribution("The GAN Inpaint authors", "The GAN Inpaint authors, Apache-2.0", "2026")
        command.add_arguments(procedure)
        return procedure


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    _data: None,
) -> Gimp.ValueArray:
    """Run a procedure for GIMP; return every failure that a user can meet as a sentence."""
    Gegl.init(None)
    return _ended(Call(procedure, config, image, drawables, run_mode == Gimp.RunMode.INTERACTIVE))


def run_without_image(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, _data: None) -> Gimp.ValueArray:
    """Run a procedure that needs no image, in the same way."""
    return _ended(Call(procedure, config, None, [], config.get_property("run-mode") == Gimp.RunMode.INTERACTIVE))


def _ended(call: Call) -> Gimp.ValueArray:
    procedure = call.procedure
    try:
        done = COMMANDS[procedure.get_name()].run(call)
    except Refusal as refusal:
        return _failed(procedure, str(refusal))
    except ClientError as problem:
        return _failed(procedure, problem.advice)
    if not done:
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    for number, value in enumerate(done if isinstance(done, tuple) else (), start=1):
        values.remove(number)
        values.insert(number, value)
    return values


def _failed(procedure: Gimp.Procedure, sentence: str) -> Gimp.ValueArray:
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, GLib.Error(sentence))
