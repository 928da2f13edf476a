"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gan_inpaint.options import KINDS, Tone

DamageKind = StrEnum("DamageKind", [(kind, kind) for kind in KINDS])  # type: ignore[misc]
"""The kinds of damage, as typer takes several of them."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, errors included, for programs.")]

Sensitivity = Annotated[float, typer.Option(min=0, max=1, help="From 0 to 1: the higher, the more is a scratch.")]

OfTone = Annotated[Tone, typer.Option(help="Only scratches that are lighter, or darker.")]

OfKinds = Annotated[
    list[DamageKind] | None,
    typer.Option(help="Only damage of this kind; may be repeated. Default: all.", show_default=False),
]
