"""Options of a fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gan_inpaint.engine.pixels import Transfer

Quality = Literal["fast", "normal", "best"]


@dataclass(frozen=True, slots=True)
class FillOptions:
    """What a caller may choose.

    dilate: pixels by which the hole that the filler sees is larger than the mask. The boundary of the removed object
        then does not guide the filler, and the colour step is measured in the ring between the two. 0 where the mask
        holds all of the damage.
    feather: pixels over which the fill fades in, inwards from the mask's edge.
    transfer: how the samples encode light.
    quality: "fast" stops at the coarsest pyramid level, for previews; "best" averages four mirrored runs there.
    """

    dilate: int = 2
    feather: int = 0
    transfer: Transfer = "srgb"
    quality: Quality = "normal"
