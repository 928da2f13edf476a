"""Which damage to look for: the arguments of both procedures for scratches."""

from __future__ import annotations

import json
import logging
from typing import TypedDict

from gan_inpaint_client.dialogs import DAMAGE_DILATE, EVERYTHING, KINDS, SENSITIVITY, TONE

from .arguments import add_choice, add_float, add_integer, add_switch
from .bindings import Gimp

NAMES = [SENSITIVITY.name, TONE.name, *(kind.name for kind in KINDS), EVERYTHING.name, DAMAGE_DILATE.name]

_PARASITE = "gan-inpaint-damage"

log = logging.getLogger("gan_inpaint")


class Damage(TypedDict):
    """The options that docs/protocol.md lists for `detect`; `kinds` are those that are chosen, also if it is all."""

    sensitivity: float
    tone: str
    kinds: tuple[str, ...]
    everything: bool
    dilate: int


def add_arguments(procedure: Gimp.Procedure) -> None:
    add_float(procedure, SENSITIVITY)
    add_choice(procedure, TONE)
    for kind in KINDS:
        add_switch(procedure, kind, True)
    add_switch(procedure, EVERYTHING, False)
    add_integer(procedure, DAMAGE_DILATE)


def recall(config: Gimp.ProcedureConfig) -> None:
    """Set the arguments to the values of the last dialog about damage, whichever of the two it was."""
    kept = Gimp.get_parasite(_PARASITE)
    if kept is None:
        return
    try:
        values = json.loads(bytes(kept.get_data()))
        for name in NAMES:
            if name in values:  # an earlier version kept fewer
                config.set_property(name, values[name])
    except (ValueError, KeyError, TypeError):
        log.warning("the values of the last dialog about damage cannot be read")


def remember(config: Gimp.ProcedureConfig) -> None:
    """Keep the values for the next dialog, also for that of the other procedure, and for the next session."""
    data = json.dumps({name: config.get_property(name) for name in NAMES}).encode()
    Gimp.attach_parasite(Gimp.Parasite.new(_PARASITE, Gimp.PARASITE_PERSISTENT, data))


def chosen(config: Gimp.ProcedureConfig) -> Damage:
    """Return the values of the arguments."""
    return Damage(
        sensitivity=config.get_property(SENSITIVITY.name),
        tone=config.get_property(TONE.name),
        kinds=tuple(kind.name for kind in KINDS if config.get_property(kind.name)),
        everything=config.get_property(EVERYTHING.name),
        dilate=config.get_property(DAMAGE_DILATE.name),
    )
