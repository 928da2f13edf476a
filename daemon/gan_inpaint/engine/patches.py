"""Patches of a small picture: which ones are compared, how much they differ, and which offsets many of them share."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray

GOLDEN = 0.6180339887498949
"""Steps of the golden ratio have no period with which the rows of a grid could fall in step."""

Offset = tuple[int, int]


def spread(region: BoolArray, most: int) -> IntArray:
    """Return rows and columns (n, 2) of at most `most` true places of `region` (h, w), spread over all of them."""
    at = np.argwhere(region)
    return at[(np.arange(most) * GOLDEN % 1 * len(at)).astype(np.intp)] if len(at) > most else at


def patches(plane: Float32Array, at: IntArray, side: int) -> Float32Array:
    """Return the squares of an odd `side` around `at` (n, 2) in `plane` (h, w, C): (n, C · side²)."""
    reach = side // 2
    padded = cv2.copyMakeBorder(plane, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
    return windows[at[:, 0], at[:, 1]].reshape(len(at), -1)


def differences(wanted: Float32Array, given: Float32Array) -> Float32Array:
    """Return the squared difference of each of `wanted` (n, d) to each of `given` (m, d), but for a constant a row."""
    squares: Float32Array = np.einsum("ij,ij->i", given, given) - 2 * (wanted @ given.T)
    return squares


def frequent_offsets(votes: IntArray, shape: tuple[int, ...], deviation: float, apart: int, most: int) -> list[Offset]:
    """Return up to `most` offsets (down, across) that get the most of `votes` (…, 2) in a picture of `shape` (h, w).

    Their histogram is smoothed by `deviation` places, and of a square of `apart` places only the highest counts.
    """
    height, width = shape
    histogram = np.zeros((2 * height, 2 * width), np.float32)
    np.add.at(histogram, (votes[..., 0] + height, votes[..., 1] + width), 1)
    histogram = cv2.GaussianBlur(histogram, (0, 0), deviation)
    histogram[histogram < cv2.dilate(histogram, np.ones((apart, apart), np.uint8))] = 0
    rows, columns = np.nonzero(histogram)
    order = np.argsort(histogram[rows, columns], kind="stable")[::-1][:most]
    return list(zip((rows[order] - height).tolist(), (columns[order] - width).tolist(), strict=True))
