"""How long work is ended in between."""

from __future__ import annotations

from collections.abc import Callable

GoOn = Callable[[], None]
"""Called often during long work, at least every 0.2 seconds; what it raises ends the work and is passed on."""


def always() -> None:
    """Go on whatever happens."""
