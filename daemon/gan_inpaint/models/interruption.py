"""End the run of a network from another thread.

Work checks between two windows whether it was cancelled. A run that lasts, or never ends, is ended by onnxruntime
itself: `RunOptions.terminate`. This module knows runs only by that attribute, so that it need not import onnxruntime.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from gan_inpaint.errors import Cancelled


class Run(Protocol):
    """The options of a run."""

    terminate: bool


class Interruption:
    """Set once, from any thread; then the run that it watches ends, and no other one begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: list[Run] = []
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        with self._lock:
            self._set = True
            for run in self._runs:
                run.terminate = True

    def check(self) -> None:
        """Raise Cancelled if it is set."""
        if self._set:
            raise Cancelled("The work was cancelled.")

    @contextmanager
    def watching(self, run: Run) -> Iterator[None]:
        """Make a run end when this is set while the block runs. Raises Cancelled if it is set already."""
        with self._lock:
            self.check()
            self._runs.append(run)
        try:
            yield
        finally:
            with self._lock:
                self._runs.remove(run)


_CURRENT: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


@contextmanager
def interruptible(interruption: Interruption) -> Iterator[None]:
    """Let `interruption` end the runs of this thread while the block runs."""
    before = _CURRENT.set(interruption)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def current() -> Interruption:
    """Return what may end the runs of this thread; one that is never set outside of `interruptible`."""
    return _CURRENT.get() or Interruption()
