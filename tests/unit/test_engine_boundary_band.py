"""The boundary band of a hole: better than a smooth fill, and nothing but the band."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gan_inpaint.engine.boundary_band import refine_boundary_band


def weave(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    plane = 0.4 * np.sin(0.9 * x + 0.5 * y) + 0.2 * np.sin(0.7 * y - 0.3 * x)
    return np.repeat(plane[..., None], 3, 2).astype(np.float32)


def blurred_in(truth: np.ndarray, hole: np.ndarray) -> np.ndarray:
    return np.where(hole[..., None], cv2.GaussianBlur(truth, (0, 0), 5), truth)


def depth(hole: np.ndarray) -> np.ndarray:
    return cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)


@pytest.mark.parametrize("size", [(90, 131), (17, 40)])
@pytest.mark.parametrize("corner", [(0, 0), (3, 2)])
def test_a_weave_goes_on_into_a_smooth_fill(size: tuple[int, int], corner: tuple[int, int]) -> None:
    truth, hole = weave(*size), np.zeros(size, np.bool_)
    top, left = corner
    hole[top : top + size[0] // 2, left : left + size[1] // 2] = True
    smooth = blurred_in(truth, hole)
    picture = smooth.copy()
    refine_boundary_band(picture, hole)
    near = depth(hole) == 1
    assert np.abs(picture - truth)[near].mean() < 0.5 * np.abs(smooth - truth)[near].mean()


def test_known_pixels_and_the_depth_of_the_hole_stay_as_they_are() -> None:
    hole = np.zeros((100, 100), np.bool_)
    hole[20:80, 20:80] = True
    smooth = blurred_in(weave(100, 100), hole)
    picture = smooth.copy()
    refine_boundary_band(picture, hole)
    kept = ~hole | (depth(hole) > 8)
    assert np.array_equal(picture[kept], smooth[kept])
    assert not np.array_equal(picture[~kept], smooth[~kept])


def test_more_windows_than_are_taken_at_once_are_all_filled() -> None:
    truth, hole = weave(360, 360), np.zeros((360, 360), np.bool_)
    hole[4:356:8] = True
    picture = blurred_in(truth, hole)
    refine_boundary_band(picture, hole)
    assert np.abs(picture - truth)[hole].mean() < 0.05


def test_flat_ground_stays_flat() -> None:
    picture = np.full((50, 50, 3), 0.25, np.float32)
    hole = np.zeros((50, 50), np.bool_)
    hole[10:40, 10:40] = True
    refine_boundary_band(picture, hole)
    assert np.abs(picture - 0.25).max() < 1e-5
