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
from gan_inpaint.engine.sources import EVERYWHERE, Sources
from gan_inpaint.options import Transfer

_OUTER = 2
"""Width of the outermost part of a ring, in pixels."""
_DEEP = 12.0
"""Depth from which a selection is an object that may leave something beside it, such as its shadow, in pixels."""
_BESIDE = 1 / 8
"""Width of the band beside it that is hidden, too, as a share of its depth."""


@dataclass(frozen=True, slots=True)
class View:
    """What a window shows: `pixels` (height, width, 3) in [-1, 1] and the `hole` (height, width) in them.

    The others are (height, width), too. `asked` is the part of the hole that is filled, the dilated selection;
    the rest of the hole is unknown, or only hidden. `sources` may be copied from. `ring` marks known pixels that are
    hidden from the filler though they are not selected; there the fill can be compared with the picture. `outer` is
    the outer part of the ring. `range` leads back to the image's own samples.
    """

    pixels: Float32Array
    hole: BoolArray
    asked: BoolArray
    sources: BoolArray
    ring: BoolArray
    outer: BoolArray
    range: Range


def view(
    image: Samples,
    mask: UInt8Array,
    window: Window,
    dilate: int,
    transfer: Transfer,
    sources: Sources = EVERYWHERE,
) -> View | None:
    """Return what `window` shows of `image` (H, W[, 1..4]) and `mask` (H, W); None if it shows no known pixel.

    Unknown pixels (`pixels.unknown_pixels`) and those that `sources` avoids are hole to the filler. The selected part
    of the hole is dilated by `dilate` pixels of the image and by at least one of the view, unless `dilate` is 0; by
    less where no known pixel would be left. A band beside what is deep is hidden, too, unless `dilate` is 0 or the
    window only refines a coarser one's fill: what an object has left there would be continued into its place.
    """
    crop = image[window.box.slices]
    samples = _reduced(colours(crop), window)
    selected = _reduced_hole(mask[window.box.slices] > 0, window)
    unknown = _reduced_hole(transparent_pixels(crop), window)
    avoided, left_out = sources.avoided(window.box), sources.left_out(window.box)
    if avoided is not None:
        unknown = unknown | _reduced_hole(avoided, window)
    if samples.dtype.kind == "f":
        unknown = unknown | ~finite_pixels(samples)
        samples = np.where(np.isfinite(samples), samples, np.float32(0))
    by = max(1, round(dilate * window.scale)) if dilate else 0
    beside = _band_beside(selected) if dilate and not window.refines_only else 0
    hole, asked, ring, outer = _hidden(selected, unknown, by, beside)
    if hole.all():
        return None
    pixels, limits = normalised(samples, ~hole, transfer)
    if pixels.ndim == 2:
        pixels = cv2.merge([pixels] * 3)
    given = ~hole if left_out is None else ~hole & ~_reduced_hole(left_out, window)
    pixels, hole, asked, ring, outer = (_extended(plane, window) for plane in (pixels, hole, asked, ring, outer))
    allowed = np.zeros_like(hole)  # not what the image's edge repeats
    allowed[: window.content[1], : window.content[0]] = given
    return View(pixels, hole, asked, allowed, ring, outer, limits)


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


def _hidden(selected: BoolArray, unknown: BoolArray, dilate: int, beside: int) -> tuple[BoolArray, ...]:
    """Return what the filler must not see, the dilated selection, its ring of known pixels, and that ring's outside."""
    height, width = selected.shape
    near = bounding_box(selected).expanded(dilate + beside + 1).clipped(width, height)
    distance = np.full(selected.shape, np.inf, np.float32)
    distance[near.slices] = cv2.distanceTransform((~selected[near.slices]).view(np.uint8), cv2.DIST_L2, 3)
    while True:
        reach = dilate + beside
        hole = (distance <= reach) | unknown
        if reach == 0 or not hole.all():
            ring = (distance > 0) & (distance <= reach) & ~unknown
            return hole, distance <= dilate, ring, ring & (distance > reach - _OUTER)
        beside, dilate = (beside // 2, dilate) if beside else (0, dilate // 2)


def _band_beside(selected: BoolArray) -> int:
    """Return the width of the band beside the selection in which an object may have left something, in pixels."""
    depth = float(cv2.distanceTransform(selected.view(np.uint8), cv2.DIST_L2, 3).max())
    return round(_BESIDE * depth) if depth > _DEEP else 0


def _extended(plane: NDArray[Any], window: Window) -> NDArray[Any]:
    """Return `plane` with its last row and column repeated up to the window's size."""
    down, right = window.height - plane.shape[0], window.width - plane.shape[1]
    if not down and not right:
        return plane
    return np.pad(plane, [(0, down), (0, right)] + [(0, 0)] * (plane.ndim - 2), mode="edge")
