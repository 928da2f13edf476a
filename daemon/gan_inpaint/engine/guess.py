"""A first guess for a hole: push–pull interpolation (Gortler et al., "The Lumigraph", 1996, section 3.4)."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats

_LEVELS = 7


def push_pull(picture: Floats, hole: Flags) -> Floats:
    """`picture` (H, W, 3) with its `hole` (H, W) filled smoothly from all sides; a picture that is all hole with zeros.

    Push: averages of the known pixels over ever larger cells. Pull: from the coarsest level down, a cell that is known
    only in part is completed from the coarser one. The same as what generators are trained with.
    """
    shown = picture.copy()
    shown[hole] = 0
    levels = [(_halved(shown), _halved((~hole).astype(np.float32)))]
    for _ in range(_LEVELS - 2):
        colour, weight = levels[-1]
        levels.append((_halved(colour), _halved(weight)))
    colour, weight = levels[-1]
    mean = colour.mean((0, 1)) / max(float(weight.mean()), 1e-6)
    filled: Floats = colour + (1 - weight)[..., None] * mean
    for colour, weight in reversed(levels[:-1]):
        filled = colour + (1 - weight)[..., None] * _enlarged(filled, weight.shape)
    shown[hole] = _enlarged(filled, hole.shape)[hole]
    return shown


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
