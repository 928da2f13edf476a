"""What a caller can choose, for the wire, the Python interface, the command line and archives: said here, once.

docs/protocol.md describes each option. The client of the editors has a copy, which a test compares with this module.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

Transfer = Literal["srgb", "linear"]
Quality = Literal["fast", "normal", "best"]
Tone = Literal["light", "dark", "both"]
Kind = Literal["cracks", "scratches", "dust", "stains", "tears"]
"""Cracks and creases; scratches and hairs; dust and specks; stains; tears, edges and lost emulsion."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Layout = Literal["gray", "graya", "rgb", "rgba", "bgra"]
Depth = Literal["u8", "u16", "f16", "f32"]

CHANNELS: dict[Layout, int] = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4, "bgra": 4}
SAMPLE_TYPES: dict[Depth, str] = {"u8": "u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}
"""The samples on the wire, as numpy calls them; the digit is their size in bytes."""

MOST_PIXELS = 256
"""The largest `dilate` and `feather` of a fill."""
MOST_DAMAGE_PIXELS = 3
"""The largest `dilate` of what was found."""
MOST_VARIANT = 9999
"""The largest `variant` of a fill."""

Radius = Annotated[int, Meta(ge=0, le=MOST_PIXELS)]
SmallRadius = Annotated[int, Meta(ge=0, le=MOST_DAMAGE_PIXELS)]
Variant = Annotated[int, Meta(ge=0, le=MOST_VARIANT)]
Share = Annotated[float, Meta(ge=0, le=1)]


class FillOptions(Struct, frozen=True, kw_only=True):
    """How a hole is filled.

    variant: 0 is the usual fill. 1 is the network's fill with detail, but without copies; each larger number copies
        from other places.
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
    variant: Variant = 0


class SelectOptions(Struct, frozen=True, kw_only=True):
    """What of a damage map is selected.

    sensitivity: the higher, the more.
    tone: damage that is lighter than the picture, darker, or both.
    kinds: kinds of damage; all of them if empty.
    dilate: pixels by which what was found is enlarged.
    """

    sensitivity: Share = 0.5
    tone: Tone = "both"
    kinds: tuple[Kind, ...] = ()
    dilate: SmallRadius = 2


class DetectOptions(SelectOptions, frozen=True, kw_only=True):
    """How damage is found and selected. `transfer`: how the samples encode light."""

    transfer: Transfer = "srgb"


class RepairOptions(DetectOptions, frozen=True, kw_only=True):
    """How damage is found, selected and filled. `model`, `quality`: as for a fill."""

    model: str = "default"
    quality: Quality = "normal"
