"""What a procedure of this plug-in is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .bindings import Gimp

Run = Callable[[Gimp.Procedure, Gimp.ProcedureConfig, Gimp.Image, list[Gimp.Drawable], bool], bool]


@dataclass(frozen=True)
class Command:
    """A procedure, which is an entry of Filters → GAN Inpaint as well.

    `run(procedure, config, image, drawables, interactive)` does the work, and asks the user before if it is
    `interactive`; false where the user wants none. It raises Refusal or ClientError where it fails.
    """

    name: str
    label: str
    blurb: str
    help: str
    add_arguments: Callable[[Gimp.Procedure], None]
    run: Run
