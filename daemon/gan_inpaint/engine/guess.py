"""A first guess for a hole: the surface of least bending through the known pixels, coarse to fine.

The same as what guided generators are trained with: push–pull (Gortler et al., "The Lumigraph", 1996, section 3.4), at
each level relaxed towards a membrane and then a thin plate (Terzopoulos, "Multilevel Computational Processes for
Visual Surface Reconstruction", 1983). Where a hole is thin the plate continues slopes and edges.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats
from gan_inpaint.engine.box import Box, bounds
from gan_inpaint.engine.pyramid import enlarged, halved

_LEVELS = 7
_MEMBRANE_SWEEPS, _PLATE_SWEEPS = 2, 10
_PIXELS = 1 << 16
_RIM = 4
"""Pixels around a hole that count as its rim."""
_MOST = 42
"""Pictures taken at once: OpenCV's arrays have up to 128 channels."""
_MOMENTUM = 0.75

_MEMBRANE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32) / np.float32(4)
_PLATE = np.array(
    [[0, 0, 1, 0, 0], [0, 2, -8, 2, 0], [1, -8, 20, -8, 1], [0, 2, -8, 2, 0], [0, 0, 1, 0, 0]], np.float32
)
_PLATE /= -32


def first_guess(picture: Floats, hole: Flags) -> Floats:
    """`picture` (H, W, 3) in [-1, 1] with its `hole` (H, W), not empty, filled smoothly; zeros if nothing is known."""
    return _guessed(picture, hole[..., None])


def keep_in_range(guess: Floats, hole: Flags) -> None:
    """Brings what `guess` (H, W, 3) has in its `hole` (H, W) into the range of the hole's rim; in place.

    In a large hole a plate bends beyond what is around it: gray into a white sky.
    """
    square = np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)
    rim = guess[(cv2.dilate(hole.view(np.uint8), square) > 0) & ~hole]
    if len(rim):
        np.clip(guess, rim.min(axis=0), rim.max(axis=0), out=guess, where=hole[..., None])


def first_guesses(pictures: Floats, holes: Flags) -> Floats:
    """The surfaces for N pictures (H, W, N, 3) with small holes (H, W, N) at once, which is many times as fast."""
    height, width, count = holes.shape
    step = min(_MOST, max(1, _PIXELS // (height * width)))
    guesses = [
        _guessed(pictures[:, :, start : start + step].reshape(height, width, -1), np.repeat(some, 3, axis=2))
        for start in range(0, count, step)
        for some in [holes[:, :, start : start + step]]
    ]
    return np.concatenate(guesses, axis=2).reshape(height, width, count, 3)


def _guessed(picture: Floats, hole: Flags) -> Floats:
    """`picture` (H, W, C) with `hole`, (H, W, C) or (H, W, 1), filled; each of its channels by itself."""
    known = (~hole).astype(np.float32)
    shown = picture * known
    levels = [_coarser(shown, known)]
    for _ in range(_LEVELS - 2):
        levels.append(_coarser(*levels[-1]))
    colour, part = levels[-1]
    means = colour.mean((0, 1)) / np.maximum(part.mean((0, 1)), np.float32(1e-6))
    filled: Floats = colour + (1 - part) * means
    for colour, part in reversed(levels[:-1]):
        free = 1 - part
        filled = _relaxed(colour + free * enlarged(filled, free.shape), free)
    box = _around(np.logical_or.reduce(hole, axis=2))
    free = 1 - known[box.slices]
    rough = shown[box.slices] + free * enlarged(filled, hole.shape)[box.slices]
    relaxed = np.clip(_relaxed(rough, free), -1, 1)
    np.copyto(shown[box.slices], relaxed, where=hole[box.slices])
    return shown


def _coarser(colour: Floats, part: Floats) -> tuple[Floats, Floats]:
    """The next level of `colour` (H, W, C), weighted by what `part` of each cell is known.

    A cell of which half is known is as good as known. Else the scattered known pixels of a dense blot would hardly
    count against a guess from far away.
    """
    colour, part = halved(colour), halved(part)
    weight: Floats = np.minimum(2 * part, np.float32(1))
    colour *= weight / np.maximum(part, np.float32(1e-6))
    return colour, weight


def _relaxed(surface: Floats, free: Floats) -> Floats:
    """`surface` (H, W, C) after the sweeps of one level, which change it; `free`: how much of each cell is unknown."""
    free = np.ascontiguousarray(np.broadcast_to(free, surface.shape))
    for _ in range(_MEMBRANE_SWEEPS):
        cv2.accumulateProduct(free, _filtered(surface, _MEMBRANE), surface)
    motion = np.zeros_like(surface)
    for _ in range(_PLATE_SWEEPS):
        cv2.scaleAdd(motion, _MOMENTUM, _filtered(surface, _PLATE), motion)
        cv2.accumulateProduct(free, motion, surface)
    return surface


def _filtered(surface: Floats, kernel: Floats) -> Floats:
    filtered: Floats = cv2.filter2D(surface, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return filtered.reshape(surface.shape)


def _around(hole: Flags) -> Box:
    """The box of the hole and of the pixels on which its relaxation depends."""
    return bounds(hole).grown(len(_PLATE) // 2).clipped(hole.shape[1], hole.shape[0])
