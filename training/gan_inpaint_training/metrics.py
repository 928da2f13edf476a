"""Figures of a fill against the truth, inside the hole.

Pictures are (H, W, 3) uint8, holes (H, W) bool.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Hole = NDArray[np.bool_]


def psnr(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Peak signal-to-noise ratio of the hole's pixels in dB; higher is better."""
    error = (fill[hole].astype(np.float64) - truth[hole]) ** 2
    return float(10 * np.log10(255**2 / max(error.mean(), 1e-10)))


def sharpness(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Energy of the Laplacian in the hole, as a share of the truth's: 1 as sharp as the truth, 0 blurred away."""

    def energy(picture: Picture) -> float:
        gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return float((cv2.Laplacian(gray, cv2.CV_32F)[hole] ** 2).mean())

    return energy(fill) / max(energy(truth), 1e-6)


def seam(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Gradient across the hole's border, as a share of the truth's: above 1 an edge shows where none was."""

    def gradient(picture: Picture) -> float:
        values, total, count = picture.astype(np.float32), 0.0, 0
        for axis in (0, 1):
            crosses = np.diff(hole.astype(np.int8), axis=axis) != 0
            total += float(np.abs(np.diff(values, axis=axis))[crosses].sum())
            count += int(crosses.sum())
        return total / max(count, 1)

    return gradient(fill) / max(gradient(truth), 1e-6)
