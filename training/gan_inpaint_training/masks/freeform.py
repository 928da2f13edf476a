"""Strokes and blobs, as a person paints them over an object.

As in LaMa (Suvorov et al. 2022) there are thin, medium and wide strokes; the numbers, shares of the side, are ours.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint_training.masks.canvas import Mask, blank, polyline


def thin_strokes(random: np.random.Generator, size: int) -> Mask:
    """2 to 16 strokes, 0.015 to 0.05 of the side thick."""
    return _strokes(random, size, count=(2, 16), width=(0.015, 0.05), length=(0.1, 0.4))


def medium_strokes(random: np.random.Generator, size: int) -> Mask:
    """2 to 6 strokes, 0.05 to 0.16 of the side thick."""
    return _strokes(random, size, count=(2, 6), width=(0.05, 0.16), length=(0.1, 0.5))


def wide_strokes(random: np.random.Generator, size: int) -> Mask:
    """1 to 4 strokes, 0.16 to 0.36 of the side thick."""
    return _strokes(random, size, count=(1, 4), width=(0.16, 0.36), length=(0.1, 0.6))


def blobs(random: np.random.Generator, size: int) -> Mask:
    """Shapes like objects: two to five ellipses scattered around one centre."""
    mask = blank(size)
    centre = random.uniform(0.2, 0.8, 2)
    for _ in range(random.integers(2, 6)):
        at = tuple(((centre + random.normal(0, 0.08, 2)) * size).astype(int).tolist())
        axes = tuple((random.uniform(0.05, 0.24, 2) * size).astype(int).tolist())
        cv2.ellipse(mask, at, axes, random.uniform(0, 180), 0, 360, 255, -1)
    return mask


def _strokes(
    random: np.random.Generator,
    size: int,
    *,
    count: tuple[int, int],
    width: tuple[float, float],
    length: tuple[float, float],
) -> Mask:
    """Free-form strokes (Yu et al. 2019, algorithm 1): polylines whose heading wanders."""
    mask = blank(size)
    for _ in range(random.integers(count[0], count[1] + 1)):
        vertices = int(random.integers(3, 8))
        step = random.uniform(*length) * size / 3
        headings = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.7, vertices))
        steps = step * np.stack([np.cos(headings), np.sin(headings)], 1)
        polyline(mask, random.uniform(0, size, 2) + np.cumsum(steps, 0), max(1, random.uniform(*width) * size))
    return mask
