"""Errors as values: nothing that a client sends ends the daemon or leaves the client without an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from gan_inpaint import machine
from gan_inpaint.errors import GanInpaintError, OutOfMemory

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


def guarded(task: Callable[[], Outcome]) -> Outcome | GanInpaintError:
    """Return the result of `task`, or its error; for a defect `internal`, with a traceback in the log."""
    try:
        return task()
    except GanInpaintError as problem:
        return _without_frames(problem)
    # The only broad catch: a request that fails in one of the libraries must not end the service to other clients.
    except Exception as problem:
        if machine.is_exhaustion(problem):
            log.warning("out of memory", exc_info=True)
            return OutOfMemory(
                "There is not enough memory for this fill.", "Select a smaller area, or close other programs."
            )
        log.exception("a defect in answering a request")
        return GanInpaintError("The daemon ran into a defect.", "Its log has the details.")


def _without_frames(problem: GanInpaintError) -> GanInpaintError:
    """Return an error that keeps nothing alive: a traceback holds the frames it went through, and those the pixels."""
    problem.__cause__ = problem.__context__ = None
    return problem.with_traceback(None)
