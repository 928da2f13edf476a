"""Figures of a fill against the truth: over the whole picture, inside the hole and across its border.

Pictures are (H, W, 3) uint8 of at least 7 pixels a side, holes (H, W) bool, neither empty nor everything. A fill equals
the truth outside the hole. Nothing here needs a pretrained network.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.evaluation.wasserstein import swd

Picture = NDArray[np.uint8]
Hole = NDArray[np.bool_]
Figure = Callable[[Picture, Picture, Hole], float]

SSIM_WINDOW = 7
_BEST_PSNR = 100.0


def psnr(fill: Picture, truth: Picture, where: Hole) -> float:
    """Peak signal-to-noise ratio of the pixels `where`, in dB, at most 100: one exact fill must not rule a mean."""
    return min(_BEST_PSNR, float(10 * np.log10(255**2 / max(mse(fill, truth, where), 1e-10))))


def mse(fill: Picture, truth: Picture, where: Hole) -> float:
    """Mean squared error of the pixels `where`, in squared 8-bit levels."""
    return float(((fill[where].astype(np.float64) - truth[where]) ** 2).mean())


def l1(fill: Picture, truth: Picture, where: Hole) -> float:
    """Mean absolute error of the pixels `where`, in 8-bit levels."""
    return float(np.abs(fill[where].astype(np.float64) - truth[where]).mean())


def ssim_map(fill: Picture, truth: Picture) -> NDArray[np.float64]:
    """Structural similarity (Wang et al. 2004, equation 13) around each pixel, (H, W, 3).

    The variant is scikit-image's standard one: a flat window of 7 × 7, unbiased (co)variances, K1 = 0.01, K2 = 0.03.
    """
    x, y = fill.astype(np.float64), truth.astype(np.float64)
    unbiased = SSIM_WINDOW**2 / (SSIM_WINDOW**2 - 1)
    mean_x, mean_y = _local_mean(x), _local_mean(y)
    variances = unbiased * (_local_mean(x * x) - mean_x**2 + _local_mean(y * y) - mean_y**2)
    covariance = unbiased * (_local_mean(x * y) - mean_x * mean_y)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    similarity: NDArray[np.float64] = luminance * (2 * covariance + c2) / (variances + c2)
    return similarity


def ssim(fill: Picture, truth: Picture, where: Hole) -> float:
    """Mean of the similarity map over the pixels `where`."""
    return float(ssim_map(fill, truth)[where].mean())


def ssim_whole(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Mean of the similarity map over the pixels whose window lies in the picture, as is usual."""
    return ssim(fill, truth, _framed(hole.shape, SSIM_WINDOW // 2))


def sharpness(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Energy of the Laplacian in the hole, as a share of the truth's: 1 as sharp as the truth, 0 blurred away."""
    return _laplacian_energy(fill, hole) / max(_laplacian_energy(truth, hole), 1e-6)


def seam(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Gradient across the hole's border, as a share of the truth's: above 1 an edge shows where none was."""
    return _gradient_across(fill, hole) / max(_gradient_across(truth, hole), 1e-6)


FIGURES: dict[str, Figure] = {
    "psnr": psnr,
    "ssim": ssim,
    "mse": mse,
    "l1": l1,
    "sharpness": sharpness,
    "seam": seam,
    "swd": swd,
    "psnr_whole": lambda fill, truth, hole: psnr(fill, truth, np.ones_like(hole)),
    "ssim_whole": ssim_whole,
    "mse_whole": lambda fill, truth, hole: mse(fill, truth, np.ones_like(hole)),
    "l1_whole": lambda fill, truth, hole: l1(fill, truth, np.ones_like(hole)),
}
"""By name; those that do not end in `_whole` look at the hole alone, or at its border."""


def _local_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = cv2.blur(values, (SSIM_WINDOW, SSIM_WINDOW), borderType=cv2.BORDER_REFLECT)
    return mean


def _framed(shape: tuple[int, ...], margin: int) -> Hole:
    inner = np.zeros(shape, bool)
    inner[margin : shape[0] - margin, margin : shape[1] - margin] = True
    return inner


def _laplacian_energy(picture: Picture, hole: Hole) -> float:
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float((cv2.Laplacian(gray, cv2.CV_32F)[hole] ** 2).mean())


def _gradient_across(picture: Picture, hole: Hole) -> float:
    values, total, count = picture.astype(np.float32), 0.0, 0
    for axis in (0, 1):
        crosses = np.diff(hole.astype(np.int8), axis=axis) != 0
        total += float(np.abs(np.diff(values, axis=axis))[crosses].sum())
        count += int(crosses.sum())
    return total / max(count, 1)
