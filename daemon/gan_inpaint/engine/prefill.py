"""Prefill of a hole: the surface of least bending through the known pixels, coarse to fine.

Guided generators are trained with the same surface. It is push–pull (Gortler et al., "The Lumigraph", 1996, section
3.4), relaxed at each level towards a membrane and then a thin plate (Terzopoulos, "Multilevel Computational Processes
for Visual Surface Reconstruction", 1983). Across a thin hole the plate continues slopes and edges.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array
from gan_inpaint.engine.box import Box, bounding_box
from gan_inpaint.engine.pyramid import Level, enlarged, halved, push

_LEVELS = 7
"""Levels of the pyramid, the picture itself included."""
_MEMBRANE_SWEEPS = 2
_PLATE_SWEEPS = 10
_MOMENTUM = 0.75
"""Share of a plate sweep's motion that the next sweep keeps."""
_BAND = 4
"""Pixels around a hole that count as its boundary band."""
_BATCH_PIXELS = 1 << 16
"""Pixels relaxed at once, which stay in the processor's cache."""
_BATCH_PICTURES = 42
"""Pictures relaxed at once: three channels each, and OpenCV's arrays have up to 128."""

_MEMBRANE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32) / np.float32(4)
_PLATE = np.array(
    [[0, 0, 1, 0, 0], [0, 2, -8, 2, 0], [1, -8, 20, -8, 1], [0, 2, -8, 2, 0], [0, 0, 1, 0, 0]], np.float32
)
_PLATE /= -32


def prefill(picture: Float32Array, hole: BoolArray) -> Float32Array:
    """Return `picture` (H, W, 3) in [-1, 1] with its `hole` (H, W), not empty, filled smoothly.

    All is zero if no pixel is known.
    """
    return _prefilled(picture, hole[..., None])


def clamp_to_boundary_band(prefilled: Float32Array, hole: BoolArray) -> None:
    """Clamp `prefilled` (H, W, 3) in its `hole` (H, W) to the range of the known pixels beside it; in place.

    Across a large hole the plate overshoots that range: gray would bend into a white sky.
    """
    square = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
    band = prefilled[(cv2.dilate(hole.view(np.uint8), square) > 0) & ~hole]
    if len(band):
        np.clip(prefilled, band.min(axis=0), band.max(axis=0), out=prefilled, where=hole[..., None])


def prefill_many(pictures: Float32Array, holes: BoolArray) -> Float32Array:
    """Return `pictures` (H, W, N, 3) in [-1, 1] with their `holes` (H, W, N) filled smoothly.

    For small pictures this is many times as fast as `prefill` for each.
    """
    height, width, count = holes.shape
    step = min(_BATCH_PICTURES, max(1, _BATCH_PIXELS // (height * width)))
    prefilled = [
        _prefilled(pictures[:, :, start : start + step].reshape(height, width, -1), np.repeat(some, 3, axis=2))
        for start in range(0, count, step)
        for some in [holes[:, :, start : start + step]]
    ]
    return np.concatenate(prefilled, axis=2).reshape(height, width, count, 3)


def _prefilled(picture: Float32Array, hole: BoolArray) -> Float32Array:
    """Return `picture` (H, W, C) with `hole`, (H, W, C) or (H, W, 1), filled; each channel by itself."""
    known = (~hole).astype(np.float32)
    shown = picture * known
    levels = [_coarser((shown, known))]
    for _ in range(_LEVELS - 2):
        levels.append(_coarser(levels[-1]))
    colour, weight = levels.pop()
    means = colour.mean((0, 1)) / np.maximum(weight.mean((0, 1)), np.float32(1e-6))
    filled = push(levels, colour + (1 - weight) * means, _relaxed)
    box = _affected(np.logical_or.reduce(hole, axis=2))
    unknown = 1 - known[box.slices]
    rough = shown[box.slices] + unknown * enlarged(filled, hole.shape)[box.slices]
    relaxed = np.clip(_relaxed(rough, unknown), -1, 1)
    np.copyto(shown[box.slices], relaxed, where=hole[box.slices])
    return shown


def _coarser(level: Level) -> Level:
    """Return the next level, in which a cell counts as known when half of it is.

    Otherwise the few known pixels within a dense blot would hardly count beside values from far away.
    """
    colour, share = halved(level[0]), halved(level[1])
    weight: Float32Array = np.minimum(2 * share, np.float32(1))
    colour *= weight / np.maximum(share, np.float32(1e-6))
    return colour, weight


def _relaxed(surface: Float32Array, unknown: Float32Array) -> Float32Array:
    """Return `surface` (H, W, C), which is overwritten, after the sweeps of one level.

    `unknown` (H, W, C) or (H, W, 1) in [0, 1] is the share of each pixel that may move.
    """
    unknown = np.ascontiguousarray(np.broadcast_to(unknown, surface.shape))
    for _ in range(_MEMBRANE_SWEEPS):
        cv2.accumulateProduct(unknown, _filtered(surface, _MEMBRANE), surface)
    motion = np.zeros_like(surface)
    for _ in range(_PLATE_SWEEPS):
        cv2.scaleAdd(motion, _MOMENTUM, _filtered(surface, _PLATE), motion)
        cv2.accumulateProduct(unknown, motion, surface)
    return surface


def _filtered(surface: Float32Array, kernel: Float32Array) -> Float32Array:
    filtered: Float32Array = cv2.filter2D(surface, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return filtered.reshape(surface.shape)


def _affected(hole: BoolArray) -> Box:
    """Return the box of the hole (H, W) and of the pixels on which its relaxation depends."""
    return bounding_box(hole).expanded(len(_PLATE) // 2).clipped(hole.shape[1], hole.shape[0])
