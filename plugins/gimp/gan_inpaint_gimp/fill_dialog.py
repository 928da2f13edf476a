"""The dialog of Filters → GAN Inpaint → Fill selection…"""

from __future__ import annotations

from gan_inpaint_client.dialogs import (
    DILATE,
    FEATHER,
    FILL_BUTTON,
    FILL_TITLE,
    MODEL_LABEL,
    QUALITY,
    Model,
    licence_text,
    models_offered,
)
from gan_inpaint_client.requests import DEFAULT_MODEL

from .bindings import Gimp, GimpUi, GObject, Gtk
from .daemon import open_client
from .procedure_dialog import new_dialog
from .progress import show_end, show_start

_LICENCE_CHARACTERS = 48  # a longer licence is broken into lines


def ask(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig) -> bool:
    """Let the user change the arguments; return False if the user cancels.

    The daemon is asked for its models first, so it is ready by the time the user has chosen.

    Raises:
        ClientError: the daemon cannot be reached.
    """
    show_start()
    with open_client() as client:
        models = models_offered(client.hello()["models"])
    show_end()
    if config.get_property("model") not in {model.name for model in models}:  # the last one used was removed
        config.set_property("model", DEFAULT_MODEL)
    dialog = new_dialog(procedure, config, FILL_TITLE, FILL_BUTTON)
    for row in _model_rows(dialog, config, models):
        dialog.get_content_area().pack_start(row, False, False, 0)
    dialog.fill([QUALITY.name, "output", DILATE.name, FEATHER.name])
    wanted = dialog.run()
    dialog.destroy()
    return bool(wanted)


def _model_rows(dialog: GimpUi.ProcedureDialog, config: Gimp.ProcedureConfig, models: list[Model]) -> list[Gtk.Widget]:
    """Return the choice of a model and its licence; GIMP does not know the models when it registers the argument."""
    store = Gtk.ListStore(str, str)
    for model in models:
        store.append((model.name, model.title))
    choice = GimpUi.prop_string_combo_box_new(config, "model", store, 0, 1)
    label = Gtk.Label(label=MODEL_LABEL, use_underline=True, mnemonic_widget=choice, xalign=0.0)
    columns = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
    columns.add_widget(label)
    columns.add_widget(dialog.get_widget("output", GObject.TYPE_NONE).get_label())
    row = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=6)
    row.pack_start(label, False, False, 0)
    row.pack_start(choice, True, True, 0)
    row.show_all()
    return [row, _licence_label(config, models)]


def _licence_label(config: Gimp.ProcedureConfig, models: list[Model]) -> Gtk.Label:
    """Return a label that shows the licence of the chosen model."""
    label = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=_LICENCE_CHARACTERS, visible=True)
    licences = {model.name: licence_text(model.licence) for model in models}

    def show(*_: object) -> None:
        label.set_text(licences.get(config.get_property("model"), ""))

    config.connect("notify::model", show)
    show()
    return label
