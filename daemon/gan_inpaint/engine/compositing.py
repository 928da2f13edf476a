"""Writing a fill into the image: only where the mask is above 0, and proven afterwards."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Bytes, Floats, Samples
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.pixels import Range, colours, light, quantised
from gan_inpaint.engine.plan import Plan, Window

_STRIP = 1 << 20
"""Pixels blended at a time: what a hole of any size needs in memory stays small."""


def paste(
    out: Samples, image: Samples, mask: Bytes, plan: Plan, index: int, fill: Floats, limits: Range, feather: int
) -> None:
    """Blends `fill` (height, width, 3), in [-1, 1], of window `index` into `out`, a copy of `image` (H, W[, 1..4]).

    The weight of the fill is the mask's value, lowered within `feather` pixels of the mask's edge. Alpha is kept.
    """
    window = plan.windows[index]
    for strip in window.core.strips(_STRIP):
        selected = (mask[strip.slices] > 0) & plan.owned(index, strip)
        weight = blend_weight(mask, strip, feather)
        values = limits.light(shown(fill, window, strip, (strip.width, strip.height), cv2.INTER_CUBIC))
        target = colours(out)[strip.slices]
        if target.ndim == 2:
            values = values.mean(axis=2)
        else:
            selected, weight = selected[..., None], weight[..., None]
        if (weight < 1)[selected].any():
            values = blended(light(colours(image)[strip.slices]), values, weight)
        np.copyto(target, quantised(values, out.dtype), where=selected)


def check_unselected(out: Samples, image: Samples, mask: Bytes, box: Box) -> None:
    """Raises AssertionError if any byte of `out` and `image` differs in `box` where the mask is 0."""
    for strip in box.strips(_STRIP):
        changed = _bits(out[strip.slices]) != _bits(image[strip.slices])
        kept = mask[strip.slices] == 0
        changed &= kept if changed.ndim == 2 else kept[..., None]
        if changed.any():
            raise AssertionError("A pixel outside the selection was changed.")


def blend_weight(mask: Bytes, box: Box, feather: int) -> Floats:
    """The weight of the fill (box.height, box.width) in [0, 1]: the mask, ramped up over `feather` pixels inwards."""
    if feather == 0:
        return light(mask[box.slices])
    height, width = mask.shape
    around = box.grown(feather + 1).clipped(width, height)  # the image's edge is no edge of the mask
    values = mask[around.slices]
    weight = light(values)
    if not values.all():
        distance = cv2.distanceTransform((values > 0).view(np.uint8), cv2.DIST_L2, 5)
        weight *= np.minimum(distance / np.float32(feather + 1), np.float32(1))
    x, y = box.left - around.left, box.top - around.top
    return weight[y : y + box.height, x : x + box.width]


def blended(original: Floats, generated: Floats, weight: Floats) -> Floats:
    """The weighted mean; the fill alone where the original is no number."""
    finite = np.isfinite(original)
    if not finite.all():
        original = np.where(finite, original, generated)
    blended: Floats = original * (1 - weight) + generated * weight
    return blended


def shown(fill: Floats, window: Window, box: Box, size: tuple[int, int], interpolation: int) -> Floats:
    """What `fill` (height, width, 3) of a window shows of `box` of the image, at `size` (width, height) pixels."""
    x, y = box.left - window.box.left, box.top - window.box.top
    width, height = window.content
    across, down = width / window.box.width, height / window.box.height
    if across == down == 1 and size == (box.width, box.height):
        return fill[y : y + box.height, x : x + box.width]
    step_x, step_y = box.width / size[0] * across, box.height / size[1] * down
    # Pixel centres lie at halves.
    to_fill = np.array([[step_x, 0, x * across + 0.5 * (step_x - 1)], [0, step_y, y * down + 0.5 * (step_y - 1)]])
    resampled: Floats = cv2.warpAffine(
        fill[:height, :width],
        to_fill,
        size,
        flags=interpolation | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return resampled


def _bits(samples: Samples) -> NDArray[np.unsignedinteger[Any]]:
    """The same memory as unsigned integers, so that NaN equals NaN and 0 does not equal -0."""
    return samples.view(np.dtype(f"u{samples.dtype.itemsize}"))
