"""Filling of a picture's hole: plan windows, generate their fills, blend them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Samples, UInt8Array
from gan_inpaint.engine.blending import check_unselected, paste
from gan_inpaint.engine.coarse_to_fine import Generation
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.pixels import check_image
from gan_inpaint.engine.plan import Plan, plan_windows
from gan_inpaint.errors import EmptyMask, MaskCoversAll, MaskSizeMismatch, UnsupportedImage
from gan_inpaint.options import FillOptions

OnWindow = Callable[[int, int], None]
"""Called with the number of windows that are done, and of all."""

_DEFAULTS = FillOptions()


@dataclass(frozen=True, slots=True)
class Filled:
    """The filled picture, of the given picture's shape and dtype, and the number of windows that it took."""

    image: Samples
    windows: int


def fill(
    image: Samples,
    mask: UInt8Array,
    filler: Filler,
    options: FillOptions = _DEFAULTS,
    *,
    on_window: OnWindow | None = None,
) -> Filled:
    """Fill what `mask` selects in `image` with `filler`.

    `image` is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32, where
    floats have 1.0 as white. `mask` is (H, W) uint8: 0 keep, 255 fill, between: blend. Neither is changed. Pixels with
    mask 0 and all alpha come back bit-identical.

    `options.model` is not read: the caller has chosen the filler. `on_window(done, total)` is called before each run of
    the filler and after the last; what it raises ends the work and is passed on.

    Raises EmptyMask, MaskCoversAll (also if everything outside the mask is transparent), MaskSizeMismatch,
    UnsupportedImage, and BadModel if the filler returns something that is no picture.
    """
    check_hole(image, mask)
    mask = np.ascontiguousarray(mask)
    return fill_windows(image, mask, plan_for(mask, filler, options), filler, options, on_window)


def plan_for(mask: UInt8Array, filler: Filler, options: FillOptions) -> Plan:
    """Return the windows in which `filler` fills what `mask` (H, W), contiguous and not empty, selects."""
    return plan_windows(
        mask,
        filler.window,
        filler.size_multiple,
        options.dilate,
        guided=filler.guided,
        finest=options.quality != "fast",
    )


def fill_windows(
    image: Samples, mask: UInt8Array, plan: Plan, filler: Filler, options: FillOptions, on_window: OnWindow | None
) -> Filled:
    """Fill as `fill` does, with the plan for a mask that was checked."""
    out = np.array(image, order="C")
    total, done, filled = len(plan.windows), 0, 0

    def report() -> None:
        if on_window:
            on_window(done, total)

    generation = Generation(image, mask, filler, options, report)
    for batch in plan.batches(filler.window**2):
        for index, generated in zip(batch, generation.fills([plan.windows[index] for index in batch]), strict=True):
            if generated is not None:
                seen, picture = generated
                paste(out, image, mask, plan, index, picture, seen.range, options.feather)
                check_unselected(out, image, mask, plan.windows[index].box)
                filled += 1
            done += 1
    report()
    if not filled:
        raise MaskCoversAll(
            "Everything around the selection is transparent, so there is nothing to take the fill from.",
            "Select less, or add a background below.",
        )
    return Filled(out, total)


def check_hole(image: Samples, mask: UInt8Array) -> None:
    """Raise what `fill` raises for a wrong picture, a wrong mask or nothing to do."""
    check_image(image)
    if mask.shape != image.shape[:2]:
        raise MaskSizeMismatch(
            f"The mask is {_size(mask)} pixels, the picture {_size(image)}.", "Both must be of one size."
        )
    if mask.dtype != np.uint8:
        raise UnsupportedImage(f"The mask is of type {mask.dtype}.", "A mask has one byte for each pixel.")
    selected = cv2.countNonZero(mask) if mask.size else 0
    if selected == 0:
        raise EmptyMask("Nothing is selected.", "Select what should be filled.")
    if selected == mask.size:
        raise MaskCoversAll("The whole picture is selected, so there is nothing to take the fill from.", "Select less.")


def _size(array: NDArray[Any]) -> str:
    return " × ".join(str(extent) for extent in array.shape[1::-1])
