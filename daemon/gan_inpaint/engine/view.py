"""One window of an image as a filler sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Bytes, Flags, Floats, Samples
from gan_inpaint.engine.box import bounds
from gan_inpaint.engine.pixels import Range, Transfer, alpha, colours, normalised
from gan_inpaint.engine.plan import Window

_OUTER = 2


@dataclass(frozen=True, slots=True)
class View:
    """`pixels` (height, width, 3) in [-1, 1] and `hole` (height, width), of the window's size.

    `ring` (height, width) is true where the picture is hidden from the filler though it is not selected: there the fill
    can be compared with it. `outer` is the ring's outermost part. `range` leads back to the image's samples.
    """

    pixels: Floats
    hole: Flags
    ring: Flags
    outer: Flags
    range: Range


def view(image: Samples, mask: Bytes, window: Window, grow: int, transfer: Transfer) -> View | None:
    """What `window` shows of `image` (H, W[, 1..4]) and `mask` (H, W); None if it shows no known pixel.

    Pixels that are transparent, or not finite, are hole to the filler, since their colour means nothing. The hole is
    grown by `grow` pixels of the image and by no less than one of the view, unless `grow` is 0; by less where nothing
    else would be left.
    """
    crop = image[window.box.slices]
    clear = alpha(crop)
    samples = _sized(colours(crop), window)
    selected = _sized_hole(mask[window.box.slices] > 0, window)
    unknown = _sized_hole(clear == 0, window) if clear is not None else np.zeros_like(selected)
    if samples.dtype.kind == "f":
        finite = np.isfinite(samples)
        samples = np.where(finite, samples, np.float32(0))
        unknown |= ~(finite if finite.ndim == 2 else finite.all(axis=2))
    hole, ring, outer = _hidden(selected, unknown, max(1, round(grow * window.scale)) if grow else 0)
    if hole.all():
        return None
    pixels, limits = normalised(samples, ~hole, transfer)
    if pixels.ndim == 2:
        pixels = cv2.merge([pixels] * 3)
    pixels, hole, ring, outer = (_extended(plane, window) for plane in (pixels, hole, ring, outer))
    return View(pixels, hole, ring, outer, limits)


def _sized(samples: Samples, window: Window) -> Samples:
    """Averages over the pixels that each pixel at the window's scale covers."""
    if window.content == (window.box.width, window.box.height):
        return samples
    if samples.dtype == np.float16:
        samples = samples.astype(np.float32)
    reduced: Samples = cv2.resize(samples, window.content, interpolation=cv2.INTER_AREA)
    return reduced


def _sized_hole(hole: Flags, window: Window) -> Flags:
    """True where a pixel at the window's scale covers any of the hole."""
    if window.content == (window.box.width, window.box.height):
        return hole
    covered = cv2.resize(hole.astype(np.float32), window.content, interpolation=cv2.INTER_AREA)
    return np.asarray(covered > 0)


def _hidden(selected: Flags, unknown: Flags, grow: int) -> tuple[Flags, Flags, Flags]:
    """What the filler must not see, the ring of known pixels in it, and the outermost two pixels of that."""
    height, width = selected.shape
    near = bounds(selected).grown(grow + 1).clipped(width, height)
    distance = np.full(selected.shape, np.inf, np.float32)
    distance[near.slices] = cv2.distanceTransform((~selected[near.slices]).view(np.uint8), cv2.DIST_L2, 3)
    while True:
        hole = (distance <= grow) | unknown
        if grow == 0 or not hole.all():
            ring = (distance > 0) & (distance <= grow) & ~unknown
            return hole, ring, ring & (distance > grow - _OUTER)
        grow //= 2


def _extended(plane: NDArray[Any], window: Window) -> NDArray[Any]:
    """Repeats the last row and column up to the window's size."""
    down, right = window.height - plane.shape[0], window.width - plane.shape[1]
    if not down and not right:
        return plane
    return np.pad(plane, [(0, down), (0, right)] + [(0, 0)] * (plane.ndim - 2), mode="edge")
