"""Variants of a fill: the same hole, with texture from other places.

A part of the sources is left out, in patches that are larger than what is compared, so that the copies must come from
the others. The number of the variant is the seed of the patches.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray

WITHOUT_COPIES = 1
"""The variant that keeps the network's fill and adds detail only; larger numbers leave out sources."""
LEFT_OUT = 0.5
"""Share of the sources that a variant leaves out at most."""
WANTED = 1.2
"""Sources that are left at least, in sizes of the hole: exemplars need as many as it has pixels."""
SIDE = 0.25
"""Side of the patches, in sides of a square of the hole's size."""
LEAST_SIDE = 48
"""The same in pixels, at least."""


def sources_of_variant(sources: BoolArray, hole: BoolArray, variant: int) -> BoolArray:
    """Return those of the `sources` (H, W) that the fill of `hole` (H, W) may copy from; all of them for 0 and 1."""
    count, size = int(np.count_nonzero(sources)), int(np.count_nonzero(hole))
    if variant <= WITHOUT_COPIES or not count:
        return sources
    share = min(1.0, max(1 - LEFT_OUT, WANTED * size / count))
    height, width = hole.shape
    side = max(LEAST_SIDE, round(SIDE * np.sqrt(size)))
    cells = (max(2, -(-height // side)), max(2, -(-width // side)))
    noise = np.random.default_rng(variant).random(cells, np.float32)
    relief = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    kept: BoolArray = sources & (relief <= np.quantile(relief[sources], share))
    return kept
