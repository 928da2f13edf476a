"""EXIF orientations (Exif 3.0, tag 0x0112): conversion between pixels as stored and as a viewer shows them."""

from __future__ import annotations

import numpy as np

from gan_inpaint.imagefile import exif, xmp
from gan_inpaint.imagefile.photograph import Pixels

_QUARTER_TURNS_BACK = {6: 8, 8: 6}  # the others undo themselves


def stored(exif_block: bytes, xmp_packet: bytes) -> int:
    """Return the orientation of a file with these metadata: EXIF's, else XMP's, else 1."""
    return exif.orientation(exif_block) or xmp.orientation(xmp_packet) or 1


def to_upright(pixels: Pixels, orientation: int) -> Pixels:
    """Return a view of `pixels` (H, W[, C]) as a viewer shows a file of that orientation, 1 to 8."""
    turned: dict[int, Pixels] = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: np.swapaxes(pixels, 0, 1),
        6: np.rot90(pixels, -1),
        7: np.swapaxes(pixels[::-1, ::-1], 0, 1),
        8: np.rot90(pixels),
    }
    return turned[orientation]


def to_stored(pixels: Pixels, orientation: int) -> Pixels:
    """Return the inverse of `to_upright`."""
    return to_upright(pixels, _QUARTER_TURNS_BACK.get(orientation, orientation))
