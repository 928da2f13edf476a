"""Blending a fill into the image, only where the mask is above 0, and the check of that promise."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.pixels import Range, alpha, colours, light, quantised
from gan_inpaint.engine.plan import Plan, Window
from gan_inpaint.engine.transparency import raised

_STRIP = 1 << 20
"""Pixels blended at a time; bounds the memory that a hole of any size needs."""


def paste(
    out: Samples,
    image: Samples,
    mask: UInt8Array,
    plan: Plan,
    index: int,
    fill: Float32Array,
    limits: Range,
    feather: int,
    opens: BoolArray | None = None,
) -> None:
    """Blend the fill of window `index` into `out`, a copy of `image` (H, W[, 1..4]); in place.

    `fill` (height, width, 3) is in [-1, 1] of the range `limits`. Its weight is the value of the mask, lowered within
    `feather` pixels of the mask's edge. Where `opens` (H, W), the fill goes below what is there, and alpha rises
    by the weight; all other alpha is kept.
    """
    window = plan.windows[index]
    for strip in window.core.strips(_STRIP):
        selected = (mask[strip.slices] > 0) & plan.owned(index, strip)
        weight = np.where(selected, blend_weight(mask, strip, feather), np.float32(1))
        values = limits.light(resampled(fill, window, strip, (strip.width, strip.height), cv2.INTER_CUBIC))
        if opens is not None:
            weight = _raise_alpha(out, image, strip, selected & opens[strip.slices], weight)
        target = colours(out)[strip.slices]
        samples = composited(values, colours(image)[strip.slices], weight)
        np.copyto(target, samples, where=selected if target.ndim == 2 else selected[..., None])


def _raise_alpha(out: Samples, image: Samples, box: Box, where: BoolArray, weight: Float32Array) -> Float32Array:
    """Raise the alpha of `box` in `out` by `weight` (height, width); return the weight of the fill's colour."""
    before, after = alpha(image), alpha(out)
    assert before is not None and after is not None, "only what has alpha opens"
    opacity = raised(before[box.slices], weight)
    share = np.where(where, weight / np.maximum(opacity, np.float32(1e-6)), weight)
    np.copyto(after[box.slices], quantised(opacity, image.dtype), where=where)
    return np.minimum(share, np.float32(1))


def composited(values: Float32Array, originals: Samples, weight: Float32Array) -> Samples:
    """Return `values` (…, 3) of light over an image's samples, `originals` (…) or (…, 3), as samples of their type.

    `weight` (…) in [0, 1] is that of the values. `values` may be overwritten. An original that is not a finite number
    counts as the value itself.
    """
    if originals.ndim == weight.ndim:
        values = values.mean(axis=-1)
    else:
        weight = weight[..., None]
    if (weight < 1).any():
        original = light(originals)
        original = np.where(np.isfinite(original), original, values)
        values = original * (1 - weight) + values * weight
    return quantised(values, originals.dtype)


def check_unselected(out: Samples, image: Samples, mask: UInt8Array, box: Box) -> None:
    """Raise AssertionError if any byte of `out` differs from `image` in `box` where the mask is 0."""
    for strip in box.strips(_STRIP):
        changed = _bits(out[strip.slices]) != _bits(image[strip.slices])
        kept = mask[strip.slices] == 0
        changed &= kept if changed.ndim == 2 else kept[..., None]
        if changed.any():
            raise AssertionError("A pixel outside the selection was changed.")


def blend_weight(mask: UInt8Array, box: Box, feather: int) -> Float32Array:
    """Return the weight of the fill in `box`, (height, width) in [0, 1].

    It is the value of the mask, ramped up over `feather` pixels inwards from the mask's edge.
    """
    if feather == 0:
        return light(mask[box.slices])
    height, width = mask.shape
    around = box.expanded(feather + 1).clipped(width, height)  # the image's edge is no edge of the mask
    values = mask[around.slices]
    weight = light(values)
    if not values.all():
        distance = cv2.distanceTransform((values > 0).view(np.uint8), cv2.DIST_L2, 5)
        weight *= np.minimum(distance / np.float32(feather + 1), np.float32(1))
    return weight[box.shifted(-around.left, -around.top).slices]


def feathered(mask: UInt8Array, feather: int) -> UInt8Array:
    """Return a mask (H, W) whose values are those of `blend_weight`, still above 0 where they were."""
    if feather == 0:
        return mask
    height, width = mask.shape
    weight = blend_weight(mask, Box(0, 0, width, height), feather)
    return np.where(mask > 0, np.maximum(np.rint(255 * weight), 1), 0).astype(np.uint8)


def resampled(fill: Float32Array, window: Window, box: Box, size: tuple[int, int], interpolation: int) -> Float32Array:
    """Return `box` of the image as `fill` (height, width, 3) of a window shows it, at `size` (width, height) pixels."""
    x, y = box.left - window.box.left, box.top - window.box.top
    width, height = window.content
    across, down = width / window.box.width, height / window.box.height
    if across == down == 1 and size == (box.width, box.height):
        return fill[y : y + box.height, x : x + box.width]
    step_x, step_y = box.width / size[0] * across, box.height / size[1] * down
    # The centre of pixel i is at i + 0.5.
    to_fill = np.array([[step_x, 0, x * across + 0.5 * (step_x - 1)], [0, step_y, y * down + 0.5 * (step_y - 1)]])
    result: Float32Array = cv2.warpAffine(
        fill[:height, :width],
        to_fill,
        size,
        flags=interpolation | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return result


def _bits(samples: Samples) -> NDArray[np.unsignedinteger[Any]]:
    """Return the same memory as unsigned integers: NaN then equals NaN, and 0 differs from -0."""
    return samples.view(np.dtype(f"u{samples.dtype.itemsize}"))
