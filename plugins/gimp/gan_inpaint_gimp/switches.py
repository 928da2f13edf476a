"""Switches of the dialogs that GIMP remembers from one time to the next; at first they are off."""

from __future__ import annotations

from gan_inpaint_client.dialogs import Choice

from .bindings import Gimp

_ON, _OFF = b"on", b"off"


def is_on(switch: Choice) -> bool:
    """Return whether the switch was on when its dialog was closed last."""
    kept = Gimp.get_parasite(_parasite(switch))
    return kept is not None and bytes(kept.get_data()) == _ON


def remember(switch: Choice, on: bool) -> None:
    """Keep whether the switch is on."""
    Gimp.attach_parasite(Gimp.Parasite.new(_parasite(switch), Gimp.PARASITE_PERSISTENT, _ON if on else _OFF))


def _parasite(switch: Choice) -> str:
    return f"gan-inpaint-{switch.name}"
