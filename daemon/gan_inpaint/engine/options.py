"""How a hole is filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gan_inpaint.engine.pixels import Transfer

Quality = Literal["fast", "normal", "best"]


@dataclass(frozen=True, slots=True)
class FillOptions:
    """What a caller may choose.

    grow: pixels by which the hole that the filler sees is larger than the mask, so that no rim of an object guides it,
        and fill and picture overlap where the colour step between them is measured; 0 where there is neither.
    feather: pixels over which the fill fades in, inwards from the mask's edge.
    transfer: how the samples encode light.
    quality: "fast" stops at the coarsest octave, for previews; "best" has the filler see it in four mirrored ways.
    """

    grow: int = 2
    feather: int = 0
    transfer: Transfer = "srgb"
    quality: Quality = "normal"
