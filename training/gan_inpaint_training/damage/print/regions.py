"""Regions of a print: soft fields and blots."""

from __future__ import annotations

import numpy as np

from gan_inpaint_training.damage.layers import Opacity, smooth_noise
from gan_inpaint_training.damage.print.sheet import Point, Print


def soft_region(random: np.random.Generator, sheet: Print, share: float) -> Opacity:
    """Return a soft region (S, S) in [0, 1] around a random point, of about `share` of the crop."""
    size = sheet.size
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    at = sheet.any_point(random)
    distance = np.hypot(columns - at[0], (rows - at[1]) * random.uniform(0.6, 1.6)) / (share * size / 1.5)
    uneven = smooth_noise(random, size, size / 6) - 0.5
    return np.clip(2.5 * (1 - distance + uneven), 0, 1).astype(np.float32)


def blot(random: np.random.Generator, sheet: Print, at: Point, radius: float, edge: float) -> Opacity:
    """Return a blot of about `radius` pixels around `at` whose edge fades over `edge` pixels."""
    rows, columns = np.mgrid[: sheet.size, : sheet.size].astype(np.float32)
    distance = np.hypot(columns - at[0], (rows - at[1]) * random.uniform(0.5, 1.8)) / radius
    distance += random.uniform(0.3, 1.2) * (smooth_noise(random, sheet.size, radius) - 0.5)
    distance += random.uniform(0.05, 0.4) * (smooth_noise(random, sheet.size, radius / 4) - 0.5)
    return np.clip((1 - distance) * radius / edge + 0.5, 0, 1).astype(np.float32)
