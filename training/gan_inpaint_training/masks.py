"""Random holes for training and evaluation: strokes, boxes, blobs and scratches.

Every kind is a function of a random generator and a size, and returns a (size, size) uint8 mask, 255 = hole. Sizes in
the functions are shares of the side, so a kind looks alike at any resolution; the strokes follow the thin, medium and
wide sets of LaMa (Suvorov et al. 2022, appendix), scaled.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
LARGEST_HOLE = 0.5


def thin_strokes(random: np.random.Generator, size: int) -> Mask:
    return _strokes(random, size, count=(2, 16), width=(0.015, 0.05), length=(0.1, 0.4))


def medium_strokes(random: np.random.Generator, size: int) -> Mask:
    return _strokes(random, size, count=(2, 6), width=(0.05, 0.16), length=(0.1, 0.5))


def wide_strokes(random: np.random.Generator, size: int) -> Mask:
    return _strokes(random, size, count=(1, 4), width=(0.16, 0.36), length=(0.1, 0.6))


def boxes(random: np.random.Generator, size: int) -> Mask:
    """One to three boxes of 0.15 to 0.5 of the side."""
    mask = np.zeros((size, size), np.uint8)
    for _ in range(random.integers(1, 4)):
        width, height = (random.uniform(0.15, 0.5, 2) * size).astype(int)
        x, y = random.integers(0, size - width + 1), random.integers(0, size - height + 1)
        mask[y : y + height, x : x + width] = 255
    return mask


def blobs(random: np.random.Generator, size: int) -> Mask:
    """Shapes like objects: overlapping ellipses around one centre."""
    mask = np.zeros((size, size), np.uint8)
    centre = random.uniform(0.2, 0.8, 2)
    for _ in range(random.integers(2, 6)):
        at = tuple(((centre + random.normal(0, 0.08, 2)) * size).astype(int).tolist())
        axes = tuple((random.uniform(0.05, 0.24, 2) * size).astype(int).tolist())
        cv2.ellipse(mask, at, axes, random.uniform(0, 180), 0, 360, 255, -1)
    return mask


def scratches(random: np.random.Generator, size: int) -> Mask:
    """Film damage: long lines of one to four pixels, mostly along the transport direction, hairs, and dust."""
    mask = np.zeros((size, size), np.uint8)
    for _ in range(random.integers(1, 6)):
        x, lean = random.uniform(0, size), random.normal(0, 0.08) * size
        start, stop = np.sort(random.uniform(-0.3, 1.3, 2)) * size
        rows = np.linspace(start, stop, 8)
        columns = x + lean * np.linspace(0, 1, 8) + np.cumsum(random.normal(0, 0.004 * size, 8))
        line = np.stack([columns, rows], 1)
        if random.random() < 0.25:
            line = line[:, ::-1]
        _polyline(mask, line, random.integers(1, 5))
    for _ in range(random.integers(0, 4)):
        heading, step = random.uniform(0, 2 * np.pi), 0.03 * size
        headings = heading + np.cumsum(random.normal(0, 0.5, 10))
        hair = random.uniform(0, size, 2) + np.cumsum(step * np.stack([np.cos(headings), np.sin(headings)], 1), 0)
        _polyline(mask, hair, random.integers(1, 3))
    for _ in range(random.integers(0, 20)):
        at = tuple(random.integers(0, size, 2).tolist())
        cv2.circle(mask, at, int(random.integers(0, 4)), 255, -1)
    return mask


KINDS: dict[str, Callable[[np.random.Generator, int], Mask]] = {
    "thin-strokes": thin_strokes,
    "medium-strokes": medium_strokes,
    "wide-strokes": wide_strokes,
    "boxes": boxes,
    "blobs": blobs,
    "scratches": scratches,
}


def draw(random: np.random.Generator, size: int, mixture: dict[str, float]) -> Mask:
    """A mask of a kind drawn from `mixture` (kind → weight), with a hole of at least one pixel and at most half."""
    kinds = list(mixture)
    weights = np.array([mixture[kind] for kind in kinds])
    while True:
        mask = KINDS[kinds[random.choice(len(kinds), p=weights / weights.sum())]](random, size)
        if 0 < (mask > 0).mean() <= LARGEST_HOLE:
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
    mask = np.zeros((size, size), np.uint8)
    for _ in range(random.integers(count[0], count[1] + 1)):
        vertices = int(random.integers(3, 8))
        step = random.uniform(*length) * size / 3
        headings = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.7, vertices))
        steps = step * np.stack([np.cos(headings), np.sin(headings)], 1)
        _polyline(mask, random.uniform(0, size, 2) + np.cumsum(steps, 0), max(1, random.uniform(*width) * size))
    return mask


def _polyline(mask: Mask, points: NDArray[np.floating], thickness: float) -> None:
    cv2.polylines(mask, [points.round().astype(np.int32)], False, 255, max(1, round(thickness)))
