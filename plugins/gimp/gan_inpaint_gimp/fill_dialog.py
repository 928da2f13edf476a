"""The dialog of Filters → GAN Inpaint → Fill selection…"""

from __future__ import annotations

from enum import Enum

from gan_inpaint_client.dialogs import (
    AVOID,
    DILATE,
    FEATHER,
    FILL_BUTTON,
    MODEL_LABEL,
    NO_MASK,
    OUTPUT,
    QUALITY,
    SAMPLE,
    SOURCE,
    VARIANT,
    VARIANTS_BUTTON,
    VARIANTS_DESCRIPTION,
    MaskOption,
    Model,
    licence_text,
    models_offered,
)
from gan_inpaint_client.requests import DEFAULT_MODEL

from .bindings import Gimp, GimpUi, GObject, Gtk
from .daemon import open_client
from .previewing import Plan, Preview, Read
from .procedure_dialog import new_dialog
from .progress import show_end, show_start

ALL = [option.name for option in (QUALITY, SOURCE, OUTPUT, DILATE, FEATHER)]
FEW = [option.name for option in (QUALITY, DILATE)]

_LICENCE_CHARACTERS = 48  # a longer licence is broken into lines


class Wanted(Enum):
    """What the user wants when the dialog ends: nothing, a fill, or a choice of several."""

    NOTHING = 0
    FILL = 1
    VARIANTS = 2


def ask(
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    title: str,
    options: list[str],
    read: Read,
    plan: Plan,
    varies: bool,
) -> Wanted:
    """Let the user change the model, the `options` and the channels, and return what is wanted then.

    Variants are offered where the fill `varies`. A preview shows the work that is planned on what is read.
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
    dialog = new_dialog(procedure, config, title, FILL_BUTTON)
    columns = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
    columns.add_widget(dialog.get_widget(QUALITY.name, GObject.TYPE_NONE).get_label())
    for row in _model_rows(columns, config, models):
        dialog.get_content_area().pack_start(row, False, False, 0)
    dialog.fill(options)
    for option in (AVOID, SAMPLE):
        if config.find_property(option.name):
            dialog.get_content_area().pack_start(_channel_row(columns, config, image, option), False, False, 0)
    variants = _variants_button(dialog) if varies else []
    config.set_property(VARIANT.name, VARIANT.default)  # a script's number is no choice of the user
    preview = Preview(read, plan, lambda: config.get_property(QUALITY.name), dialog)
    config.connect("notify", preview.changed)
    wanted = dialog.run()
    preview.end()
    dialog.destroy()
    if not wanted:
        return Wanted.NOTHING
    return Wanted.VARIANTS if variants else Wanted.FILL


def _variants_button(dialog: GimpUi.ProcedureDialog) -> list[Gtk.Button]:
    """Add the button that ends the dialog as Fill does, and return a list that then holds the button."""
    pressed: list[Gtk.Button] = []
    button = Gtk.Button(label=VARIANTS_BUTTON, use_underline=True, tooltip_text=VARIANTS_DESCRIPTION, visible=True)

    def press(button: Gtk.Button) -> None:
        pressed.append(button)
        dialog.response(Gtk.ResponseType.OK)

    button.connect("clicked", press)
    area = dialog.get_widget_for_response(Gtk.ResponseType.OK).get_parent()
    area.pack_start(button, False, False, 0)
    area.reorder_child(button, 0)
    return pressed


def _channel_row(
    columns: Gtk.SizeGroup, config: Gimp.ProcedureConfig, image: Gimp.Image, option: MaskOption
) -> Gtk.Widget:
    """Return the choice of a channel of the image; GIMP's own offers those of all images, and never none again."""
    choice = Gtk.ComboBoxText(tooltip_text=option.description)
    choice.append("", NO_MASK)
    for channel in image.get_channels():
        choice.append(str(channel.get_id()), channel.get_name())

    def show(*_: object) -> None:
        chosen = config.get_property(option.name)
        choice.set_active_id("" if chosen is None else str(chosen.get_id()))

    def take(_: Gtk.ComboBoxText) -> None:
        chosen = choice.get_active_id()
        config.set_property(option.name, Gimp.Item.get_by_id(int(chosen)) if chosen else None)

    show()
    choice.connect("changed", take)
    config.connect(f"notify::{option.name}", show)  # the dialog's button Reset
    return _row(columns, option.label, choice)


def _row(columns: Gtk.SizeGroup, text: str, choice: Gtk.Widget) -> Gtk.Widget:
    """Return a row like those of GIMP: a label, as wide as the others, and a choice."""
    label = Gtk.Label(label=text, use_underline=True, mnemonic_widget=choice, xalign=0.0)
    columns.add_widget(label)
    row = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=6)
    row.pack_start(label, False, False, 0)
    row.pack_start(choice, True, True, 0)
    row.show_all()
    return row


def _model_rows(columns: Gtk.SizeGroup, config: Gimp.ProcedureConfig, models: list[Model]) -> list[Gtk.Widget]:
    """Return the choice of a model and its licence; GIMP does not know the models when it registers the argument."""
    store = Gtk.ListStore(str, str)
    for model in models:
        store.append((model.name, model.title))
    choice = GimpUi.prop_string_combo_box_new(config, "model", store, 0, 1)
    row = _row(columns, MODEL_LABEL, choice)
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
