"""What a caller can choose, for the wire, the Python interface, the command line and archives: said here, once.

docs/protocol.md describes each option. The client of the editors has a copy, which a test compares with this module.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Transfer = Literal["srgb", "linear"]
Quality = Literal["fast", "normal", "best"]
Kinds = Literal["light", "dark", "both"]
Layout = Literal["gray", "graya", "rgb", "rgba", "bgra"]
Depth = Literal["u8", "u16", "f16", "f32"]

CHANNELS: dict[Layout, int] = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4, "bgra": 4}
SAMPLE_TYPES: dict[Depth, str] = {"u8": "u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}
"""The samples on the wire, as numpy calls them; the digit is their size in bytes."""

MOST_PIXELS = 256
"""The largest `dilate` and `feather` of a fill."""
MOST_DAMAGE_PIXELS = 3
"""The largest `dilate` of what was found."""

Radius = Annotated[int, Meta(ge=0, le=MOST_PIXELS)]
SmallRadius = Annotated[int, Meta(ge=0, le=MOST_DAMAGE_PIXELS)]
Share = Annotated[float, Meta(ge=0, le=1)]


class FillOptions(Struct, frozen=True, kw_only=True):
    """How a hole is filled.

    model: a name from `gan-inpaint models list`, or `auto`.
    dilate: pixels by which the hole that the filler sees is larger than the mask.
    feather: pixels over which the fill fades in, inwards from the mask's edge.
    quality: `fast` stops at the coarsest pyramid level; `best` averages four mirrored fills.
    transfer: how the samples encode light.
    """

    model: str = "default"
    dilate: Radius = 2
    feather: Radius = 0
    quality: Quality = "normal"
    transfer: Transfer = "srgb"


class SelectOptions(Struct, frozen=True, kw_only=True):
    """What of a damage map is selected.

    sensitivity: the higher, the more.
    kinds: damage that is lighter than the picture, darker, or both.
    dilate: pixels by which what was found is enlarged.
    """

    sensitivity: Share = 0.5
    kinds: Kinds = "both"
    dilate: SmallRadius = 2


class DetectOptions(SelectOptions, frozen=True, kw_only=True):
    """How damage is found and selected. `transfer`: how the samples encode light."""

    transfer: Transfer = "srgb"


class RepairOptions(DetectOptions, frozen=True, kw_only=True):
    """How damage is found, selected and filled. `model`, `quality`: as for a fill."""

    model: str = "default"
    quality: Quality = "normal"
