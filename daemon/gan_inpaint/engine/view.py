"""A window of an image as a filler sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.box import bounding_box
from gan_inpaint.engine.pixels import Range, colours, finite_pixels, normalised, transparent_pixels
from gan_inpaint.engine.plan import Window
from gan_inpaint.options import Transfer

_OUTER = 2
"""Width of the outermost part of a ring, in pixels."""


@dataclass(frozen=True, slots=True)
class View:
    """What a window shows: `pixels` (height, width, 3) in [-1, 1] and the `hole` (height, width) in them.

    `ring` (height, width) marks known pixels that are hidden from the filler though they are not selected; there the
    fill can be compared with the picture. `outer` is the outermost part of the ring. `range` leads back to the image's
    own samples. `content` (height, width) is false where the image's edge is repeated.
    """

    pixels: Float32Array
    hole: BoolArray
    ring: BoolArray
    outer: BoolArray
    range: Range
    content: BoolArray


def view(image: Samples, mask: UInt8Array, window: Window, dilate: int, transfer: Transfer) -> View | None:
    """Return what `window` shows of `image` (H, W[, 1..4]) and `mask` (H, W); None if it shows no known pixel.

    Unknown pixels (`pixels.unknown_pixels`) are hole to the filler. The selected part of the hole is dilated by
    `dilate` pixels of the image and by at least one of the view, unless `dilate` is 0; by less where no known pixel
    would be left.
    """
    crop = image[window.box.slices]
    samples = _reduced(colours(crop), window)
    selected = _reduced_hole(mask[window.box.slices] > 0, window)
    unknown = _reduced_hole(transparent_pixels(crop), window)
    if samples.dtype.kind == "f":
        unknown = unknown | ~finite_pixels(samples)
        samples = np.where(np.isfinite(samples), samples, np.float32(0))
    hole, ring, outer = _hidden(selected, unknown, max(1, round(dilate * window.scale)) if dilate else 0)
    if hole.all():
        return None
    pixels, limits = normalised(samples, ~hole, transfer)
    if pixels.ndim == 2:
        pixels = cv2.merge([pixels] * 3)
    pixels, hole, ring, outer = (_extended(plane, window) for plane in (pixels, hole, ring, outer))
    content = np.zeros_like(hole)
    content[: window.content[1], : window.content[0]] = True
    return View(pixels, hole, ring, outer, limits, content)


def _reduced(samples: Samples, window: Window) -> Samples:
    """Return `samples` at the window's scale, each the mean of the pixels that it covers."""
    if window.content == (window.box.width, window.box.height):
        return samples
    if samples.dtype == np.float16:
        samples = samples.astype(np.float32)
    reduced: Samples = cv2.resize(samples, window.content, interpolation=cv2.INTER_AREA)
    return reduced


def _reduced_hole(hole: BoolArray, window: Window) -> BoolArray:
    """Return the pixels at the window's scale that cover any of the hole."""
    if window.content == (window.box.width, window.box.height):
        return hole
    if not hole.any():
        return np.zeros(window.content[::-1], np.bool_)
    covered = cv2.resize(hole.astype(np.float32), window.content, interpolation=cv2.INTER_AREA)
    return np.asarray(covered > 0)


def _hidden(selected: BoolArray, unknown: BoolArray, dilate: int) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return what the filler must not see, the ring of known pixels in it, and the outermost pixels of that."""
    height, width = selected.shape
    near = bounding_box(selected).expanded(dilate + 1).clipped(width, height)
    distance = np.full(selected.shape, np.inf, np.float32)
    distance[near.slices] = cv2.distanceTransform((~selected[near.slices]).view(np.uint8), cv2.DIST_L2, 3)
    while True:
        hole = (distance <= dilate) | unknown
        if dilate == 0 or not hole.all():
            ring = (distance > 0) & (distance <= dilate) & ~unknown
            return hole, ring, ring & (distance > dilate - _OUTER)
        dilate //= 2


def _extended(plane: NDArray[Any], window: Window) -> NDArray[Any]:
    """Return `plane` with its last row and column repeated up to the window's size."""
    down, right = window.height - plane.shape[0], window.width - plane.shape[1]
    if not down and not right:
        return plane
    return np.pad(plane, [(0, down), (0, right)] + [(0, 0)] * (plane.ndim - 2), mode="edge")
