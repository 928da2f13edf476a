"""What all dialogs of this plug-in have in common."""

from __future__ import annotations

from .bindings import Gimp, GimpUi, Gtk


def new_dialog(
    procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, title: str, label: str
) -> GimpUi.ProcedureDialog:
    """Return an empty dialog for a procedure's arguments, with a button of this label, and Cancel.

    It has no Help button: that would look for a page that GIMP's manual does not have.
    """
    GimpUi.init(procedure.get_name())
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label(label)
    button = dialog.get_widget_for_response(Gtk.ResponseType.HELP)
    if button is not None:
        button.destroy()
    return dialog
