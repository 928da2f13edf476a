"""Finishing of a fill: no colour step, a refined boundary band, and detail from the surroundings."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Float32Array, copy_where
from gan_inpaint.engine.boundary_band import refine_boundary_band
from gan_inpaint.engine.box import bounding_box
from gan_inpaint.engine.detail import add_detail
from gan_inpaint.engine.membrane import colour_correction
from gan_inpaint.engine.view import View


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


def add_texture(picture: Float32Array, seen: View, detail: float) -> None:
    """Refine the boundary band of a filled view at the image's own scale and add detail; in place.

    `picture` (height, width, 3) is in [-1, 1]. `detail` in (0, 1] is the filler's: the share of the finest detail that
    its fills need near the boundary.
    """
    refine_boundary_band(picture, seen.hole)
    add_detail(picture, seen.hole, ~seen.hole & seen.content, detail)
