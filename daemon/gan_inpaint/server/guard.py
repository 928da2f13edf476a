"""Where errors become values, so that nothing a client sends ends the daemon or leaves the client without an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from gan_inpaint.errors import GanInpaintError, OutOfMemory

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


def guarded(task: Callable[[], Outcome]) -> Outcome | GanInpaintError:
    """What `task` returns, or the error that it ended with; `internal`, with a traceback in the log, for a defect."""
    try:
        return task()
    except GanInpaintError as problem:
        return problem
    except MemoryError:
        log.warning("out of memory", exc_info=True)
        return OutOfMemory(
            "There is not enough memory for this fill.", "Select a smaller area, or close other programs."
        )
    # The one broad catch: whatever a request runs into in the libraries below, all other clients are served on.
    except Exception:
        log.exception("a defect in answering a request")
        return GanInpaintError("The daemon ran into a defect of its own.", "Its log has the details.")
