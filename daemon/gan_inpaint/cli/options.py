"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from gan_inpaint.options import Kinds

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, errors included, for programs.")]

Sensitivity = Annotated[float, typer.Option(min=0, max=1, help="From 0 to 1: the higher, the more is a scratch.")]

OfKinds = Annotated[Kinds, typer.Option(help="Only scratches that are lighter, or darker.")]
