"""The dialog of Filters → GAN Inpaint → Fill selection…"""

from __future__ import annotations

from .bindings import Gimp, GimpUi, GObject, Gtk
from .daemon import open_client

DEFAULT = "default"  # what the daemon calls the model that it takes where none is named


def ask(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig) -> bool:
    """Let the user change the arguments; false if they want no fill.

    The daemon is asked for its models, so it is up and warm by the time the user has chosen.

    Raises:
        ClientError: the daemon cannot be reached.
    """
    Gimp.progress_init("Starting GAN Inpaint…")
    with open_client() as client:
        models = client.hello()["models"]
    Gimp.progress_end()
    titles = {DEFAULT: "Default"} | {model["name"]: model["title"] for model in models}
    for model in models:
        if model["default"]:
            titles[DEFAULT] = f"Default: {model['title']}"
    if config.get_property("model") not in titles:  # the one used last was removed
        config.set_property("model", DEFAULT)
    GimpUi.init(procedure.get_name())
    dialog = GimpUi.ProcedureDialog.new(procedure, config, "GAN Inpaint: fill selection")
    dialog.set_ok_label("_Fill")
    dialog.get_content_area().pack_start(_model_row(dialog, config, titles), False, False, 0)
    dialog.fill(["quality", "output", "grow", "feather"])
    wanted = dialog.run()
    dialog.destroy()
    return bool(wanted)


def _model_row(dialog: GimpUi.ProcedureDialog, config: Gimp.ProcedureConfig, titles: dict[str, str]) -> Gtk.Widget:
    """A choice among the daemon's models, which are not known yet when GIMP registers the argument."""
    store = Gtk.ListStore(str, str)
    for model in titles.items():
        store.append(model)
    choice = GimpUi.prop_string_combo_box_new(config, "model", store, 0, 1)
    label = Gtk.Label(label="_Model", use_underline=True, mnemonic_widget=choice, xalign=0.0)
    columns = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
    columns.add_widget(label)
    columns.add_widget(dialog.get_widget("output", GObject.TYPE_NONE).get_label())
    row = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=6)
    row.pack_start(label, False, False, 0)
    row.pack_start(choice, True, True, 0)
    row.show_all()
    return row
