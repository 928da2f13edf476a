"""Composition of a hole from copies: they are blended in the gradient domain, and large steps stay edges.

Pérez, Gangnet and Blake, "Poisson Image Editing", 2003. Where copies do not go together, or not with what is known
beside the hole, the picture has an edge that they lack, such as a remainder of the removed object. Spread over the
hole, that step would be a haze.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray
from gan_inpaint.engine.bands import smoothed
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.interruption import GoOn
from gan_inpaint.engine.poisson import solve_poisson, solve_roughly

SCREEN = 0.0002
"""How strongly the low frequencies of the result are pulled to the smooth fill, relative to its gradients."""
EDGE = 0.5
"""Length of a step between colours in [-1, 1] of which half stays an edge."""
ALONG = 4.0
"""Deviation, in pixels, over which steps are averaged along a seam: those of texture cancel out."""
SOFT = 0.05
"""Screen with which an edge is softened: it fades within about 1 / sqrt(SOFT) pixels."""


def compose(
    picture: Float32Array, hole: BoolArray, offsets: IntArray, cell: int, deviation: float, go_on: GoOn
) -> None:
    """Copy what each pixel's offset points to into the `hole` (H, W) of `picture` (H, W, 3), and blend it; in place.

    `offsets` (rows, columns, 2): down and across, in pixels, for each `cell`. The hole contains the smooth fill, whose
    frequencies below `deviation`, in pixels, the result follows.
    """
    height, width = hole.shape
    box = bounding_box(hole).expanded(1).clipped(width, height)
    inside = hole[box.slices]
    down, across = _per_pixel(offsets, cell, box)
    copies = {step: _sampled(picture, box, down, across, step) for step in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))}
    smooth = picture[box.slices]
    copied = np.where(inside[..., None], copies[0, 0], smooth)
    spread, kept = _divergences(copies, copied, inside)
    pull = smoothed(smooth - copied, deviation)
    correction = solve_poisson(spread - np.float32(SCREEN) * pull, inside, SCREEN, go_on)
    correction += solve_roughly(kept, inside, SOFT, go_on)
    smooth[inside] = np.clip(copied + correction, -1, 1)[inside]


def _per_pixel(offsets: IntArray, cell: int, box: Box) -> tuple[Float32Array, Float32Array]:
    """Return the offsets of each pixel of `box`, down and across."""
    rows, columns = np.arange(box.top, box.bottom) // cell, np.arange(box.left, box.right) // cell
    every = offsets[rows[:, None], columns].astype(np.float32)
    return np.ascontiguousarray(every[..., 0]), np.ascontiguousarray(every[..., 1])


def _sampled(
    picture: Float32Array, box: Box, down: Float32Array, across: Float32Array, step: tuple[int, int]
) -> Float32Array:
    """Return what the offsets of the pixels of `box` point to, `step` pixels (down, across) beside it."""
    height, width = picture.shape[:2]
    rows = np.arange(box.top, box.bottom, dtype=np.float32)[:, None] + down + step[0]
    columns = np.arange(box.left, box.right, dtype=np.float32) + across + step[1]
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    sampled: Float32Array = cv2.remap(picture, columns, rows, cv2.INTER_NEAREST)
    return sampled


def _divergences(
    copies: dict[tuple[int, int], Float32Array], copied: Float32Array, inside: BoolArray
) -> tuple[Float32Array, Float32Array]:
    """Return the divergence of the copies' gradients less that of what is `copied`: where two offsets meet, a step.

    There the mean of both gradients is wanted, and between the hole and what is known the copy's. The first has the
    part of the steps to spread over the hole, the other the part that stays an edge.
    """
    here = copies[0, 0]
    right, left = copies[0, 1] - here, here - copies[0, -1]
    lower, upper = copies[1, 0] - here, here - copies[-1, 0]
    spread, kept = np.zeros_like(here), np.zeros_like(here)
    for axis, after, before in ((1, right, left), (0, lower, upper)):
        one, other = _neighbours(axis, inside.ndim)
        both = inside[one] & inside[other]
        wanted = np.where(both[..., None], 0.5 * (after[one] + before[other]), 0)
        wanted += np.where((inside[one] & ~inside[other])[..., None], after[one], 0)
        wanted += np.where((~inside[one] & inside[other])[..., None], before[other], 0)
        step = np.where((inside[one] | inside[other])[..., None], wanted - (copied[other] - copied[one]), 0)
        gentle = step * _share_to_spread(step)
        for divergence, part in ((spread, gentle), (kept, step - gentle)):
            divergence[one] += part
            divergence[other] -= part
    return spread, kept


def _share_to_spread(step: Float32Array) -> Float32Array:
    """Return the share (h, w, 1) of each `step` (h, w, 3) that is no edge: the smaller, the longer its mean nearby."""
    seam = (step != 0).any(axis=2).astype(np.float32)
    near = np.maximum(cv2.GaussianBlur(seam, (0, 0), ALONG), np.float32(1e-6))[..., None]
    mean = cv2.GaussianBlur(step, (0, 0), ALONG) / near
    length = np.einsum("ijk,ijk->ij", mean, mean)[..., None] / np.float32(EDGE**2)
    share: Float32Array = 1 / (1 + length * length)
    return share


def _neighbours(axis: int, axes: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the indices of all pixels but the last, and but the first, along `axis`."""
    one, other = [slice(None)] * axes, [slice(None)] * axes
    one[axis], other[axis] = slice(None, -1), slice(1, None)
    return tuple(one), tuple(other)
