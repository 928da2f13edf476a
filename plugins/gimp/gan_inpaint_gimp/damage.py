"""What the user may say about the damage that is looked for: the arguments of both procedures for scratches."""

from __future__ import annotations

from typing import TypedDict

from .bindings import Gimp, GObject

NAMES = ["sensitivity", "kinds", "grow"]


class Damage(TypedDict):
    """As docs/protocol.md says for `detect`."""

    sensitivity: float
    kinds: str
    grow: int


def add_arguments(procedure: Gimp.Procedure) -> None:
    both = GObject.ParamFlags.READWRITE
    procedure.add_double_argument("sensitivity", "Se_nsitivity", "The higher, the more is found", 0.0, 1.0, 0.5, both)
    kinds = Gimp.Choice.new()
    kinds.add("light", 0, "Light", "Scratches, hairs and dust that are lighter than the picture")
    kinds.add("dark", 1, "Dark", "Scratches, hairs and dust that are darker than the picture")
    kinds.add("both", 2, "Light and dark", "Whatever is found")
    procedure.add_choice_argument("kinds", "_Kinds", "What is looked for", kinds, "both", both)
    procedure.add_int_argument(
        "grow", "_Grow", "Pixels by which what was found is enlarged, so that no rim of it stays", 0, 3, 2, both
    )


def chosen(config: Gimp.ProcedureConfig) -> Damage:
    """The values of the arguments."""
    return Damage(
        sensitivity=config.get_property("sensitivity"),
        kinds=config.get_property("kinds"),
        grow=config.get_property("grow"),
    )
