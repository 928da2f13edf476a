"""Filling of a picture's hole: plan windows, generate their fills, blend them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, Samples, UInt8Array
from gan_inpaint.engine.blending import check_unselected, paste
from gan_inpaint.engine.coarse_to_fine import Generation
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.pixels import check_image
from gan_inpaint.engine.plan import Plan, plan_windows
from gan_inpaint.engine.sources import EVERYWHERE, Sources
from gan_inpaint.engine.transparency import opaque_after
from gan_inpaint.errors import EmptyMask, MaskCoversAll, MaskSizeMismatch, NoSource, UnsupportedImage
from gan_inpaint.options import FillOptions

OnWindow = Callable[[int, int], None]
"""Called with the number of windows that are done, and of all."""

_DEFAULTS = FillOptions()


@dataclass(frozen=True, slots=True)
class Filled:
    """The filled picture, of the given picture's shape and dtype, and the number of windows that it took.

    `without_sources` counts those of them that need texture and had nothing to copy it from.
    """

    image: Samples
    windows: int
    without_sources: int = 0


def fill(
    image: Samples,
    mask: UInt8Array,
    filler: Filler,
    options: FillOptions = _DEFAULTS,
    *,
    sources: Sources = EVERYWHERE,
    on_window: OnWindow | None = None,
) -> Filled:
    """Fill what `mask` selects in `image` with `filler`.

    `image` is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32, where
    floats have 1.0 as white. `mask` is (H, W) uint8: 0 keep, 255 fill, between: blend. Neither is changed. Pixels with
    mask 0 come back bit-identical. Transparent pixels are unknown; those that are selected become opaque as far as they
    are, with their soft rim. All other alpha comes back bit-identical, too.

    `options.model` is not read: the caller has chosen the filler. `sources` limits what the fill is taken from; its
    masks have the size of `mask`. `on_window(done, total)` is called before each run of the filler and after the last;
    what it raises ends the work and is passed on.

    Raises EmptyMask, MaskCoversAll (also if everything outside the mask is transparent), MaskSizeMismatch,
    UnsupportedImage, NoSource if all that surrounds a hole must be avoided, and BadModel if the filler returns
    something that is no picture.
    """
    check_hole(image, mask)
    check_sources(image, sources)
    mask = np.ascontiguousarray(mask)
    plan, opens = plan_for(mask, filler, options), opaque_after(image, mask)
    return fill_windows(image, mask, plan, filler, options, on_window, sources, opens)


def plan_for(mask: UInt8Array, filler: Filler, options: FillOptions) -> Plan:
    """Return the windows in which `filler` fills what `mask` (H, W), contiguous and not empty, selects."""
    return plan_windows(
        mask,
        filler.window,
        filler.size_multiple,
        options.dilate,
        guided=filler.guided,
        detailed=filler.detail > 0,
        finest=options.quality != "fast",
    )


def fill_windows(
    image: Samples,
    mask: UInt8Array,
    plan: Plan,
    filler: Filler,
    options: FillOptions,
    on_window: OnWindow | None,
    sources: Sources = EVERYWHERE,
    opens: BoolArray | None = None,
) -> Filled:
    """Fill as `fill` does, with the plan for a mask that was checked. Alpha rises only where `opens` (H, W)."""
    out = np.array(image, order="C")
    total, done, filled = len(plan.windows), 0, 0

    def report() -> None:
        if on_window:
            on_window(done, total)

    generation = Generation(image, mask, filler, options, report, sources)
    for batch in plan.batches(filler.window**2):
        for index, generated in zip(batch, generation.fills([plan.windows[index] for index in batch]), strict=True):
            if generated is not None:
                seen, picture = generated
                paste(out, image, mask, plan, index, picture, seen.range, options.feather, opens)
                check_unselected(out, image, mask, plan.windows[index].box)
                filled += 1
            elif sources.avoid is not None:
                raise NoSource(
                    "Nothing is left around the selection to take the fill from: all of the rest must be avoided.",
                    "Avoid less of the picture.",
                )
            done += 1
    report()
    if not filled:
        raise MaskCoversAll(
            "Everything around the selection is transparent, so there is nothing to take the fill from.",
            "Select less, or add a background below.",
        )
    return Filled(out, total, generation.without_sources)


def check_hole(image: Samples, mask: UInt8Array) -> None:
    """Raise what `fill` raises for a wrong picture, a wrong mask or nothing to do."""
    check_mask(image, mask)
    if cv2.countNonZero(mask) == mask.size:
        raise MaskCoversAll("The whole picture is selected, so there is nothing to take the fill from.", "Select less.")


def check_mask(image: Samples, mask: UInt8Array) -> None:
    """Raise UnsupportedImage or MaskSizeMismatch for a wrong picture or mask, EmptyMask if nothing is selected."""
    check_image(image)
    _check_mask(image, mask)
    if not mask.any():
        raise EmptyMask("Nothing is selected.", "Select what should be filled.")


def check_sources(image: Samples, sources: Sources) -> None:
    """Raise what `fill` raises for masks of another size or type, and for an empty sampling area."""
    for mask in (sources.avoid, sources.sample):
        if mask is not None:
            _check_mask(image, mask)
    if sources.sample is not None and not sources.sample.any():
        raise NoSource("The sampling area is empty, so there is nothing to copy from.", "Mark where to copy from.")


def _check_mask(image: Samples, mask: UInt8Array) -> None:
    if mask.shape != image.shape[:2]:
        raise MaskSizeMismatch(
            f"The mask is {_size(mask)} pixels, the picture {_size(image)}.", "Both must be of one size."
        )
    if mask.dtype != np.uint8:
        raise UnsupportedImage(f"The mask is of type {mask.dtype}.", "A mask has one byte for each pixel.")


def _size(array: NDArray[Any]) -> str:
    return " × ".join(str(extent) for extent in array.shape[1::-1])
