"""Which damage to look for: the arguments of both procedures for scratches."""

from __future__ import annotations

from typing import TypedDict

from gan_inpaint_client.dialogs import DAMAGE_DILATE, KINDS, SENSITIVITY

from .arguments import add_choice, add_float, add_integer
from .bindings import Gimp

NAMES = [SENSITIVITY.name, KINDS.name, DAMAGE_DILATE.name]


class Damage(TypedDict):
    """The options that docs/protocol.md lists for `detect`."""

    sensitivity: float
    kinds: str
    dilate: int


def add_arguments(procedure: Gimp.Procedure) -> None:
    add_float(procedure, SENSITIVITY)
    add_choice(procedure, KINDS)
    add_integer(procedure, DAMAGE_DILATE)


def chosen(config: Gimp.ProcedureConfig) -> Damage:
    """Return the values of the arguments."""
    return Damage(
        sensitivity=config.get_property(SENSITIVITY.name),
        kinds=config.get_property(KINDS.name),
        dilate=config.get_property(DAMAGE_DILATE.name),
    )
