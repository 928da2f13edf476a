"""What a user is told when a fill cannot be made, and the one place where a slot's exceptions end."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from gan_inpaint_client import ClientError

Slot = TypeVar("Slot", bound=Callable[..., Any])

DEFECT = "GAN Inpaint met a defect of its own, and the picture is as it was. Krita's log has the details."

log = logging.getLogger("gan_inpaint")


class Refusal(Exception):
    """The picture, the layer or the selection is not one that can be filled; the message says why and what to do."""


def slot(method: Slot) -> Slot:
    """Guard a method that Qt calls: whatever it raises is given, as a sentence, to the object's `fail`.

    An exception that leaves a slot makes Krita open a modal error window with a traceback.
    """

    @functools.wraps(method)
    def guarded(self: Any, *arguments: Any) -> Any:
        try:
            return method(self, *arguments)
        except Refusal as refusal:
            self.fail(str(refusal))
        except ClientError as problem:
            self.fail(f"{problem.message}\n{problem.hint}".strip())
        except Exception:  # whatever it is: a defect must not take the editor's window away from the user
            log.exception("%s failed", method.__qualname__)
            self.fail(DEFECT)

    return guarded  # type: ignore[return-value]
