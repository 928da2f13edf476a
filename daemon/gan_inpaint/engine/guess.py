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

_LEVELS = 7
_MEMBRANE_SWEEPS, _PLATE_SWEEPS = 2, 10
_STEP, _MOMENTUM = np.float32(1 / 32), np.float32(0.75)

_MEMBRANE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32) / 4
_PLATE = np.array(
    [[0, 0, 1, 0, 0], [0, 2, -8, 2, 0], [1, -8, 20, -8, 1], [0, 2, -8, 2, 0], [0, 0, 1, 0, 0]], np.float32
)


def first_guess(picture: Floats, hole: Flags) -> Floats:
    """`picture` (H, W, 3) in [-1, 1] with its `hole` (H, W), not empty, filled smoothly; zeros if nothing is known."""
    shown = picture.copy()
    shown[hole] = 0
    levels = [(_halved(shown), _halved((~hole).astype(np.float32)))]
    for _ in range(_LEVELS - 2):
        colour, known = levels[-1]
        levels.append((_halved(colour), _halved(known)))
    colour, known = levels[-1]
    mean = colour.mean((0, 1)) / max(float(known.mean()), 1e-6)
    filled: Floats = colour + (1 - known)[..., None] * mean
    for colour, known in reversed(levels[:-1]):
        free = (1 - known)[..., None]
        filled = _relaxed(colour + free * _enlarged(filled, known.shape), free)
    shown[hole] = _enlarged(filled, hole.shape)[hole]
    box = _around(hole)
    relaxed = _relaxed(shown[box.slices], hole[box.slices][..., None].astype(np.float32))
    shown[box.slices] = np.clip(relaxed, -1, 1)
    return shown


def _relaxed(surface: Floats, free: Floats) -> Floats:
    """`surface` (H, W, 3) after the sweeps of one level; `free` (H, W, 1): how much of each cell is unknown."""
    for _ in range(_MEMBRANE_SWEEPS):
        surface = surface + free * cv2.filter2D(surface, -1, _MEMBRANE, borderType=cv2.BORDER_REPLICATE)
    motion = np.zeros_like(surface)
    for _ in range(_PLATE_SWEEPS):
        motion *= _MOMENTUM
        motion -= _STEP * cv2.filter2D(surface, -1, _PLATE, borderType=cv2.BORDER_REPLICATE)
        surface = surface + free * motion
    return surface


def _around(hole: Flags) -> Box:
    """The box of the hole and of the pixels on which its relaxation depends."""
    return bounds(hole).grown(len(_PLATE) // 2).clipped(hole.shape[1], hole.shape[0])


def _enlarged(picture: Floats, shape: tuple[int, ...]) -> Floats:
    enlarged: Floats = cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(*shape, -1)
    return enlarged


def _halved(plane: Floats) -> Floats:
    """Means over 2 × 2 cells; a cell that the edge cuts off is a mean of what there is of it."""
    down, right = plane.shape[0] % 2, plane.shape[1] % 2
    padded = cv2.copyMakeBorder(plane, 0, down, 0, right, cv2.BORDER_REPLICATE) if down or right else plane
    size = (padded.shape[1] // 2, padded.shape[0] // 2)
    halved: Floats = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
    return halved
