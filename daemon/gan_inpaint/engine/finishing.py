"""Finishing of a fill: no colour step, a refined boundary band, texture from the surroundings."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, copy_where
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.detail import add_detail
from gan_inpaint.engine.exemplar import complete, surroundings
from gan_inpaint.engine.interruption import GoOn
from gan_inpaint.engine.membrane import colour_correction
from gan_inpaint.engine.variants import WITHOUT_COPIES, sources_of_variant
from gan_inpaint.engine.view import View

DEEP = 12.0
"""Pixels from the boundary beyond which the smooth fill of a network shows no texture."""
NEAR = 32
"""Pixels by which components are enlarged; those that then touch are completed together."""


def without_colour_step(seen: View, fill: Float32Array) -> Float32Array:
    """Return the view's picture (height, width, 3) with its hole filled by the corrected `fill` (height, width, 3)."""
    around = bounding_box(seen.hole).slices
    ring = seen.ring[around]
    at = np.nonzero(ring)
    difference = seen.pixels[around][at] - fill[around][at]
    step = colour_correction(difference, ring, seen.outer[around])
    picture = seen.pixels.copy()
    copy_where(picture[around], cv2.add(fill[around], step, step), seen.hole[around])
    return picture


def add_texture(
    picture: Float32Array,
    asked: BoolArray,
    sources: BoolArray,
    core: Box,
    detail: float,
    variant: int,
    go_on: GoOn,
) -> None:
    """Add texture to a picture (height, width, 3) in [-1, 1], filled smoothly, where it is `asked`; in place.

    Texture is taken from `sources` only. Both are (height, width) and do not overlap. Deep parts are completed with
    exemplars where they reach into `core`, the box that counts. Thin ones, and those for which too few sources are
    there, keep the fill and get detail. `detail` in (0, 1] is the filler's: the share of the finest detail that its
    fills need near the boundary. `variant` is that of `FillOptions`. `go_on` is called often; what it raises ends the
    work and is passed on.
    """
    smooth, sources = asked.copy(), sources_of_variant(sources, asked, variant)
    for box, part in deep_parts(asked, core) if variant != WITHOUT_COPIES else []:
        if complete(picture[box.slices], part, sources[box.slices], go_on):
            smooth[box.slices] &= ~part
    if smooth.any():
        add_detail(picture, smooth, sources, detail)


def deep_parts(hole: BoolArray, core: Box) -> list[tuple[Box, BoolArray]]:
    """Return the connected components of `hole` (H, W) that are deeper than DEEP, those near each other as one.

    They are those that reach into `core`. Each is given with the box of its surroundings, and is as large as this box.
    """
    depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
    if not (depth > DEEP).any():
        return []
    labels = cv2.connectedComponents(hole.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)[1]
    deep = np.isin(labels, np.unique(labels[depth > DEEP])) & hole
    near = cv2.dilate(deep.view(np.uint8), np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8))
    groups, places = cv2.connectedComponentsWithStats(near, connectivity=8, ltype=cv2.CV_32S)[1:3]
    parts = []
    for number, (left, top, width, height, _) in enumerate(places.tolist()[1:], 1):
        place = Box(left, top, left + width, top + height)
        bounds = bounding_box(deep[place.slices] & (groups[place.slices] == number)).shifted(left, top)
        if bounds.intersection(core).empty:
            continue
        box = surroundings(bounds, *hole.shape[::-1])
        parts.append((box, deep[box.slices] & (groups[box.slices] == number)))
    return parts
