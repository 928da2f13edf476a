"""A procedure of this plug-in, and a call of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .bindings import Gimp


@dataclass(frozen=True)
class Call:
    """One run of a procedure; a dialog asks the user first if it is `interactive`.

    A command that needs no image gets none.
    """

    procedure: Gimp.Procedure
    config: Gimp.ProcedureConfig
    image: Gimp.Image
    drawables: list[Gimp.Drawable]
    interactive: bool


@dataclass(frozen=True)
class Command:
    """A procedure, which is also an entry of Filters → GAN Inpaint.

    `run` does the work. It returns False if the user cancels the dialog, and raises Refusal or ClientError if it fails;
    else True, or the values that the procedure returns.
    A command that needs no image is offered without one, too, and Ctrl+F does not repeat it.
    """

    name: str
    label: str
    blurb: str
    help: str
    add_arguments: Callable[[Gimp.Procedure], None]
    run: Callable[[Call], bool | tuple[Any, ...]]
    needs_image: bool = True
