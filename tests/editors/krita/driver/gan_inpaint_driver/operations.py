"""What the tests can ask of Krita: the functions of these modules, by their names."""

from __future__ import annotations

import time
from typing import Any

from krita import Krita

from . import choosing, documents, layers, windows

LAYER_LIST_SECONDS = 0.1

_last_call = 0.0


def run(operation: str, arguments: dict[str, Any]) -> Any:
    """Raise what the operation raises."""
    global _last_call
    value = _OPERATIONS[operation](**arguments)
    if operation != "calm":
        _last_call = time.monotonic()
    return value


def at_once(calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Do several operations in one turn of the event loop, so that nothing else happens in between."""
    for operation, arguments in calls:
        run(operation, arguments)


def calm() -> bool:
    """Whether the list of layers shows what the last call changed, which it does 100 ms later at most.

    Krita 5.2 ends, in KisNodeModel::processUpdateQueue, where a picture is closed before.
    """
    return time.monotonic() - _last_call > 2 * LAYER_LIST_SECONDS


def remember(name: str, value: str) -> None:
    """Write one of the values that the dialog remembers."""
    Krita.instance().writeSetting("gan_inpaint", name, value)


def setting(name: str) -> str:
    """One of the values that the dialog remembers."""
    return Krita.instance().readSetting("gan_inpaint", name, "")


def remember_damage(**values: Any) -> None:
    """Write what the dialogs about scratches remember."""
    for name, value in values.items():
        Krita.instance().writeSetting("gan_inpaint_scratches", name, str(value))


_OPERATIONS = {
    **vars(documents),
    **vars(layers),
    **vars(windows),
    **vars(choosing),
    **{operation.__name__: operation for operation in (at_once, calm, remember, setting, remember_damage)},
}
