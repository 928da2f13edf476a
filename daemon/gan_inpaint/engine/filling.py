"""Filling a picture's hole: plan, look, fill, correct, paste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Bytes, Floats, Samples
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.compositing import check_unselected, paste
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.membrane import colour_step
from gan_inpaint.engine.pixels import DEPTHS, Transfer
from gan_inpaint.engine.plan import plan_windows
from gan_inpaint.engine.view import View, view
from gan_inpaint.errors import BadModel, EmptyMask, MaskCoversAll, MaskSizeMismatch, UnsupportedImage

OnWindow = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FillOptions:
    """How a hole is filled.

    grow: pixels by which the hole that the filler sees is larger than the mask, so that no rim of an object guides it;
        one at least, so that fill and picture overlap where the colour step between them is measured.
    feather: pixels over which the fill fades in, inwards from the mask's edge.
    transfer: how the samples encode light.
    """

    grow: int = 2
    feather: int = 0
    transfer: Transfer = "srgb"


_DEFAULTS = FillOptions()
_INTERPOLATED = 2
"""Pixels beyond a hole that count when its fill is enlarged."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The filled picture, of the shape and dtype of the given one, and how many windows it took."""

    image: Samples
    windows: int


def fill(
    image: Samples,
    mask: Bytes,
    filler: Filler,
    options: FillOptions = _DEFAULTS,
    *,
    on_window: OnWindow | None = None,
) -> Filled:
    """Fills what `mask` selects in `image` with `filler`.

    `image` is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32, where
    floats have 1.0 as white. `mask` is (H, W) uint8: 0 keep, 255 fill, between: blend. Neither is changed. Pixels with
    mask 0 and all alpha come back bit-identical.

    `on_window(done, total)` is called before the first window and after each batch of windows; what it raises ends the
    work and is passed on.

    Raises EmptyMask, MaskCoversAll (also if all that is not selected is transparent), MaskSizeMismatch,
    UnsupportedImage, and BadModel if the filler returns something that is no picture.
    """
    _check(image, mask)
    mask = np.ascontiguousarray(mask)
    plan = plan_windows(mask, filler.window, filler.size_multiple, options.grow)
    out = np.array(image, order="C")
    total, done, filled = len(plan.windows), 0, 0
    if on_window:
        on_window(done, total)
    for batch in plan.batches(filler.window**2):
        looks = [view(image, mask, plan.windows[index], options.grow, options.transfer) for index in batch]
        seen = {index: look for index, look in zip(batch, looks, strict=True) if look is not None}
        for index, generated in zip(seen, _generated(filler, list(seen.values())), strict=True):
            paste(out, image, mask, plan, index, generated, seen[index].range, options.feather)
            check_unselected(out, image, mask, plan.windows[index].box)
        done, filled = done + len(batch), filled + len(seen)
        if on_window:
            on_window(done, total)
    if not filled:
        raise MaskCoversAll(
            "Everything around the selection is transparent, so there is nothing to take the fill from.",
            "Select less, or add a background below.",
        )
    return Filled(out, total)


def _generated(filler: Filler, views: list[View]) -> list[Floats]:
    """The fills (height, width, 3) of views of one size, their colour step against the picture removed."""
    if not views:
        return []
    images = np.empty((len(views), 3, *views[0].hole.shape), np.float32)
    holes = np.empty((len(views), 1, *views[0].hole.shape), np.float32)
    for index, seen in enumerate(views):
        images[index] = cv2.split(seen.pixels)
        images[index][:, seen.hole] = 0
        holes[index] = seen.hole
    fills = filler(images, holes)
    if fills.shape != images.shape or not np.isfinite(fills).all():
        raise BadModel(
            f"The model {filler.name} returned something that is no picture.",
            "Choose another model, or install it anew.",
        )
    return [_without_colour_step(seen, fill) for seen, fill in zip(views, fills, strict=True)]


def _without_colour_step(seen: View, planes: Floats) -> Floats:
    """`planes` (3, height, width) as (height, width, 3), corrected; zero away from the hole."""
    x, y, width, height = cv2.boundingRect(seen.hole.view(np.uint8))
    around = Box(x, y, x + width, y + height).grown(_INTERPOLATED).clipped(seen.hole.shape[1], seen.hole.shape[0])
    generated = cv2.merge([plane[around.slices] for plane in planes])
    ring = seen.ring[around.slices]
    difference = seen.pixels[around.slices][ring] - generated[ring]
    generated += colour_step(difference, ring, seen.outer[around.slices])
    result: Floats = np.zeros_like(seen.pixels)
    result[around.slices] = generated
    return result


def _check(image: Samples, mask: Bytes) -> None:
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype not in DEPTHS or image.ndim not in (2, 3) or not 1 <= channels <= 4:
        raise UnsupportedImage(
            f"A picture of {channels} channels of type {image.dtype} cannot be filled.",
            "Convert it to gray or RGB, with 8 or 16 bits or floating point.",
        )
    if mask.shape != image.shape[:2]:
        raise MaskSizeMismatch(
            f"The mask is {_size(mask)} pixels, the picture {_size(image)}.", "Both must be of one size."
        )
    if mask.dtype != np.uint8:
        raise UnsupportedImage(f"The mask is of type {mask.dtype}.", "A mask has one byte for each pixel.")
    selected = cv2.countNonZero(mask) if mask.size else 0
    if selected == 0:
        raise EmptyMask("Nothing is selected.", "Select what is to be filled.")
    if selected == mask.size:
        raise MaskCoversAll("The whole picture is selected, so there is nothing to take the fill from.", "Select less.")


def _size(array: NDArray[Any]) -> str:
    return " × ".join(str(extent) for extent in array.shape[1::-1])
