"""Film damage as holes: drawn procedurally, or cut from pictures of real damage."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.masks.canvas import Mask, blank, polyline
from gan_inpaint_training.masks.freeform import thin_strokes

Alpha = NDArray[np.uint8]
OPAQUE = 0.3  # opacity from which damage is a hole; below it the photograph is visible


def scratches(random: np.random.Generator, size: int) -> Mask:
    """Long lines of one to four pixels, three in four of them upright, hairs, and dust."""
    mask = blank(size)
    for _ in range(random.integers(1, 6)):
        x, lean = random.uniform(0, size), random.normal(0, 0.08) * size
        start, stop = np.sort(random.uniform(-0.3, 1.3, 2)) * size
        rows = np.linspace(start, stop, 8)
        columns = x + lean * np.linspace(0, 1, 8) + np.cumsum(random.normal(0, 0.004 * size, 8))
        line = np.stack([columns, rows], 1)
        if random.random() < 0.25:
            line = line[:, ::-1]
        polyline(mask, line, int(random.integers(1, 5)))
    for _ in range(random.integers(0, 4)):
        heading, step = random.uniform(0, 2 * np.pi), 0.03 * size
        headings = heading + np.cumsum(random.normal(0, 0.5, 10))
        hair = random.uniform(0, size, 2) + np.cumsum(step * np.stack([np.cos(headings), np.sin(headings)], 1), 0)
        polyline(mask, hair, int(random.integers(1, 3)))
    for _ in range(random.integers(0, 20)):
        at = tuple(random.integers(0, size, 2).tolist())
        cv2.circle(mask, at, int(random.integers(0, 4)), 255, -1)
    return mask


def heavy_damage(random: np.random.Generator, size: int) -> Mask:
    """Two to seven layers, two thirds of them scratches and a third thin strokes: many hole pixels near known ones."""
    mask = scratches(random, size)
    for _ in range(random.integers(1, 7)):
        layer = scratches if random.random() < 2 / 3 else thin_strokes
        mask |= layer(random, size)
    return mask


def film_damage(random: np.random.Generator, size: int, alphas: Sequence[Alpha]) -> Mask:
    """One to four pieces of scanned damage on top of each other.

    `alphas` are (H, W) uint8, 255 = the damage hides the photograph. Of each a random square of 0.4 to 1 of its
    shorter side is cut, brought to `size`, turned by quarters and flipped. The mask may be empty.
    """
    opacity = blank(size)
    for _ in range(random.integers(1, 5)):
        alpha = alphas[int(random.integers(len(alphas)))]
        side = max(1, round(random.uniform(0.4, 1.0) * min(alpha.shape)))
        top, left = (int(random.integers(0, extent - side + 1)) for extent in alpha.shape)
        method = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
        piece = cv2.resize(alpha[top : top + side, left : left + side], (size, size), interpolation=method)
        piece = np.rot90(piece, int(random.integers(4)))
        opacity = np.maximum(opacity, piece[:, ::-1] if random.random() < 0.5 else piece)
    return np.where(opacity > OPAQUE * 255, 255, 0).astype(np.uint8)
