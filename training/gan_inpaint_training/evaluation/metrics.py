"""Metrics of a fill against the truth: over the whole picture, inside the hole and across its border.

Pictures are (H, W, 3) uint8 of at least 7 pixels a side, holes (H, W) bool, neither empty nor the whole picture. A fill
equals the truth outside the hole. No metric needs a pretrained network.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

from gan_inpaint_training.evaluation.wasserstein import swd

Picture = NDArray[np.uint8]
Hole = NDArray[np.bool_]
Metric = Callable[[Picture, Picture, Hole], float]

SSIM_WINDOW = 7  # pixels, scikit-image's default
BEST_PSNR = 100.0  # dB


def psnr(fill: Picture, truth: Picture, where: Hole) -> float:
    """Return the peak signal-to-noise ratio of the pixels `where` in dB, at most 100, so that an exact fill does not
    dominate a mean."""
    with np.errstate(divide="ignore"):
        return min(BEST_PSNR, float(peak_signal_noise_ratio(truth[where], fill[where], data_range=255)))


def mse(fill: Picture, truth: Picture, where: Hole) -> float:
    """Return the mean squared error of the pixels `where`, in squared 8-bit levels."""
    return float(mean_squared_error(truth[where], fill[where]))


def l1(fill: Picture, truth: Picture, where: Hole) -> float:
    """Return the mean absolute error of the pixels `where`, in 8-bit levels."""
    return float(np.abs(fill[where].astype(np.float64) - truth[where]).mean())


def ssim_map(fill: Picture, truth: Picture) -> NDArray[np.float64]:
    """Return the structural similarity (Wang et al. 2004, equation 13) around each pixel, (H, W, 3), by scikit-image.

    A flat window of 7 × 7, unbiased (co)variances, K1 = 0.01, K2 = 0.03.
    """
    similarity: NDArray[np.float64]
    _, similarity = structural_similarity(truth, fill, win_size=SSIM_WINDOW, channel_axis=2, data_range=255, full=True)
    return similarity


def ssim(fill: Picture, truth: Picture, where: Hole) -> float:
    """Return the mean of the similarity map over the pixels `where`."""
    return float(ssim_map(fill, truth)[where].mean())


def ssim_whole(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Return the mean of the similarity map over the pixels whose window is inside the picture, as is usual."""
    return ssim(fill, truth, _framed(hole.shape, SSIM_WINDOW // 2))


def sharpness(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Return the Laplacian's energy in the hole as a share of the truth's: 1 as sharp as the truth, 0 fully blurred."""
    return _laplacian_energy(fill, hole) / max(_laplacian_energy(truth, hole), 1e-6)


def seam(fill: Picture, truth: Picture, hole: Hole) -> float:
    """Return the gradient across the hole's border as a share of the truth's; above 1 there is a new edge."""
    return _gradient_across(fill, hole) / max(_gradient_across(truth, hole), 1e-6)


METRICS: dict[str, Metric] = {
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
"""By name; those without `_whole` measure only the hole or its border."""


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
