"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, errors included, for programs.")]

Sensitivity = Annotated[
    float, typer.Option(min=0, max=1, help="From 0 to 1: how little is enough to be taken for a scratch.")
]
