"""The membrane: what it continues, and what it takes out of a fill."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gan_inpaint.engine.membrane import colour_correction, solve_laplace


def rings(size: int, around: int, dilate: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square hole in the middle: the mask, the ring around it, and the outer two pixels of that."""
    mask = np.zeros((size, size), np.uint8)
    mask[around:-around, around:-around] = 1
    distance = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    ring = (distance > 0) & (distance <= dilate)
    return mask > 0, ring, ring & (distance > dilate - 2)


@pytest.mark.parametrize("size", [16, 61, 200])
def test_a_constant_difference_is_continued_as_it_is(size: int) -> None:
    mask, ring, outer = rings(size, size // 4)
    difference = np.full((int(ring.sum()), 3), (0.3, -0.2, 0.5), np.float32)
    assert np.allclose(colour_correction(difference, ring, outer)[mask], (0.3, -0.2, 0.5), atol=1e-5)


def test_a_linear_difference_is_continued_linearly() -> None:
    mask, ring, outer = rings(256, 64)
    ramp = np.linspace(-0.5, 0.5, 256, dtype=np.float32)[None, :, None] * np.ones((256, 1, 3), np.float32)
    assert np.abs(colour_correction(ramp[ring], ring, outer) - ramp)[mask].max() < 0.02


def test_a_remainder_of_the_object_beside_the_mask_does_not_tint_the_fill() -> None:
    mask, ring, outer = rings(128, 32)
    difference = np.zeros((128, 128, 3), np.float32)
    beside = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~mask
    difference[beside] = 0.8
    assert np.abs(colour_correction(difference[ring], ring, outer)[mask]).max() < 0.01


def test_without_a_ring_nothing_is_corrected() -> None:
    nothing = np.zeros((40, 30), np.bool_)
    assert not colour_correction(np.zeros((0, 3), np.float32), nothing, nothing).any()


def test_the_membrane_stays_within_what_it_is_hung_from() -> None:
    numbers = np.random.default_rng(3)
    known = numbers.random((64, 50)) < 0.05
    values = np.where(known[..., None], numbers.uniform(-1, 1, (64, 50, 3)), 0).astype(np.float32)
    result = solve_laplace(values, known)
    assert np.array_equal(result[known], values[known])
    assert result.min() >= values[known].min() - 1e-6
    assert result.max() <= values[known].max() + 1e-6
