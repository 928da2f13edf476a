"""A fill as the command line asks for it, whoever does it."""

from __future__ import annotations

from dataclasses import dataclass

from gan_inpaint.imagefile.photograph import Pixels


@dataclass(frozen=True)
class Wishes:
    """The user's options; see docs/protocol.md, "fill"."""

    model: str
    grow: int
    feather: int


@dataclass(frozen=True)
class Outcome:
    """The filled photograph's `pixels`, and what to tell about the work."""

    pixels: Pixels
    filled_by: dict[str, str]
    windows: int
    seconds: float
    note: str
