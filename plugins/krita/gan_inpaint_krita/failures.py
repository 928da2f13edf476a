"""Where the exceptions of slots end: as a sentence for the user."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from gan_inpaint_client import ClientError, Refusal, refusals

Slot = TypeVar("Slot", bound=Callable[..., Any])

log = logging.getLogger("gan_inpaint")


def slot(method: Slot) -> Slot:
    """Guard a method that Qt calls: give every exception, as a sentence, to the object's `fail`.

    An exception that leaves a slot makes Krita open a modal error window with a traceback.
    """

    @functools.wraps(method)
    def guarded(self: Any, *arguments: Any) -> Any:
        try:
            return method(self, *arguments)
        except Refusal as refusal:
            self.fail(str(refusal))
        except ClientError as problem:
            self.fail(problem.advice)
        except Exception:  # any defect: it must not take the editor's window away from the user
            log.exception("%s failed", method.__qualname__)
            self.fail(refusals.DEFECT)

    return guarded  # type: ignore[return-value]
