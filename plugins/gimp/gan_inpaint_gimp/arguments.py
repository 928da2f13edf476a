"""The options of `gan_inpaint_client.dialogs` as arguments of GIMP's procedures."""

from __future__ import annotations

from gan_inpaint_client.dialogs import Choice, ChoiceOption, MaskOption, NumberOption

from .bindings import Gimp, GObject

_FLAGS = GObject.ParamFlags.READWRITE


def add_integer(procedure: Gimp.Procedure, option: NumberOption) -> None:
    least, most, default = int(option.least), int(option.most), int(option.default)
    procedure.add_int_argument(option.name, option.label, option.description, least, most, default, _FLAGS)


def add_float(procedure: Gimp.Procedure, option: NumberOption) -> None:
    bounds = option.least, option.most, option.default
    procedure.add_double_argument(option.name, option.label, option.description, *bounds, _FLAGS)


def add_choice(procedure: Gimp.Procedure, option: ChoiceOption) -> None:
    choices = Gimp.Choice.new()
    for number, choice in enumerate(option.choices):
        choices.add(choice.name, number, choice.label, choice.description)
    procedure.add_choice_argument(option.name, option.label, option.description, choices, option.default, _FLAGS)


def add_switch(procedure: Gimp.Procedure, choice: Choice, default: bool) -> None:
    procedure.add_boolean_argument(choice.name, choice.label, choice.description, default, _FLAGS)


def add_channel(procedure: Gimp.Procedure, option: MaskOption) -> None:
    procedure.add_channel_argument(option.name, option.label, option.description, True, _FLAGS)


def add_text(procedure: Gimp.Procedure, name: str, label: str, description: str, default: str) -> None:
    procedure.add_string_argument(name, label, description, default, _FLAGS)
