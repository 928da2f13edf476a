"""What all dialogs of this plug-in have in common."""

from __future__ import annotations

from .bindings import Gimp, GimpUi
from .help import add_help


def new_dialog(
    procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, title: str, label: str
) -> GimpUi.ProcedureDialog:
    """Return an empty dialog for a procedure's arguments, with a button of this label, Cancel, and Help."""
    GimpUi.init(procedure.get_name())
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label(label)
    add_help(dialog, procedure.get_name().replace("gan-inpaint-", ""))
    return dialog
