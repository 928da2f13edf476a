"""Layers of damage: how much of the photograph each hides, and with what."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Opacity = NDArray[np.float32]
SUBPIXEL = 4
"""Binary digits of a coordinate after the point, as OpenCV draws."""


@dataclass(frozen=True, slots=True)
class Layer:
    """`opacity` (H, W) float32 in [0, 1]; `light`: whether what hides the photograph is light or dark."""

    opacity: Opacity
    light: bool


def is_light(random: np.random.Generator) -> bool:
    """Draw whether damage is light: half of it is, since either the negative or the print was harmed."""
    return bool(random.random() < 0.5)


def faint(random: np.random.Generator, least: float) -> float:
    """Return an opacity from `least` to 1, log-uniform: there is as much faint damage as strong."""
    return log_uniform(random, least, 1.0)


def log_uniform(random: np.random.Generator, low: float, high: float) -> float:
    """Return a number between `low` and `high` whose logarithm is uniform."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def smooth_noise(random: np.random.Generator, size: int, grain: float) -> Opacity:
    """Return noise (size, size) float32 in [0, 1] that changes over about `grain` pixels."""
    cells = max(2, round(size / grain) + 1)
    coarse = random.random((cells, cells), np.float32)
    return np.clip(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), 0, 1)


def smooth_run(random: np.random.Generator, size: int, step: float) -> NDArray[np.float64]:
    """Return `size` numbers in [0, 1] that change over about `step` of them."""
    knots = max(2, round(size / step) + 1)
    return np.interp(np.linspace(0, knots - 1, size), np.arange(knots), random.random(knots))


def stroke(
    opacity: Opacity,
    points: NDArray[np.float64],
    thickness: NDArray[np.int64],
    strength: NDArray[np.float64],
    *,
    jagged: bool = False,
) -> None:
    """Draw the segments between `points` (n, 2), x and y in pixels, into `opacity`.

    Each has a `thickness` in pixels and a `strength` in [0, 1]. `jagged` segments consist of whole pixels.
    """
    ends = (points * (1 << SUBPIXEL)).round().astype(int).tolist()
    canvas, kind = np.zeros(opacity.shape, np.uint8), cv2.LINE_8 if jagged else cv2.LINE_AA
    for start, stop, wide, strong in zip(ends[:-1], ends[1:], thickness.tolist(), strength.tolist(), strict=True):
        cv2.line(canvas, start, stop, round(255 * strong), wide, kind, SUBPIXEL)
    np.maximum(opacity, canvas.astype(np.float32) / 255, out=opacity)


def wander(random: np.random.Generator, size: int, count: int, step: float, bend: float) -> NDArray[np.float64]:
    """Return a path (count, 2) in steps of `step` pixels; its heading changes by about `bend` radians at each."""
    headings = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, bend, count))
    way = np.cumsum(step * np.stack([np.cos(headings), np.sin(headings)], 1), 0)
    return way - way[int(random.integers(count))] + random.uniform(0, size, 2)
