"""Questions to the daemon in a thread, so that a dialog stays alive meanwhile; GIMP is called by the main loop only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from gan_inpaint_client import ClientError

from .bindings import GLib

Answer = TypeVar("Answer")


def in_background(ask: Callable[[], Answer], take: Callable[[Answer | ClientError], None]) -> None:
    """Run `ask` in a thread, then give what it returns, or its ClientError, to `take` in the main loop."""

    def run() -> None:
        try:
            answer: Answer | ClientError = ask()
        except ClientError as problem:
            answer = problem
        GLib.idle_add(deliver, answer)

    def deliver(answer: Answer | ClientError) -> bool:
        take(answer)
        return GLib.SOURCE_REMOVE

    threading.Thread(target=run, daemon=True).start()
