"""The filler without a network."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from gan_inpaint.engine import Filler, fill
from gan_inpaint.models.classical import ClassicalFiller, has_frequency_selective_reconstruction


def stripes(height: int, width: int) -> np.ndarray:
    """Diagonal stripes (1, 3, H, W) in [-1, 1]."""
    y, x = np.mgrid[:height, :width]
    wave = np.sin((x + y) / 6).astype(np.float32)
    return np.stack([wave, 0.5 * wave, -wave])[None]


def error(image: np.ndarray, hole: np.ndarray) -> float:
    filled = ClassicalFiller()(image * (1 - hole), hole)
    assert filled.shape == image.shape
    assert filled.dtype == np.float32
    assert np.array_equal(np.where(hole > 0, 0, filled), image * (1 - hole))
    return float(np.abs(filled - image)[np.broadcast_to(hole > 0, image.shape)].mean())


def test_a_scratch_through_stripes_is_filled_with_stripes() -> None:
    hole = np.zeros((1, 1, 96, 130), np.float32)
    cv2.line(hole[0, 0], (5, 90), (120, 3), 1, 4)
    assert error(stripes(96, 130), hole) < 0.06


def test_without_the_contrib_modules_navier_stokes_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2, "xphoto", raising=False)
    assert not has_frequency_selective_reconstruction()
    hole = np.zeros((1, 1, 96, 130), np.float32)
    cv2.line(hole[0, 0], (5, 90), (120, 3), 1, 4)
    assert error(stripes(96, 130), hole) < 0.3


@pytest.mark.parametrize("size", [(1, 2), (7, 9), (16, 17), (40, 100)])
def test_sizes_that_are_no_whole_blocks_are_filled_to_the_last_pixel(size: tuple[int, int]) -> None:
    image = np.full((2, 3, *size), -0.75, np.float32)
    hole = np.zeros((2, 1, *size), np.float32)
    hole[..., -1] = 1
    assert error(image, hole) < 0.01


def test_thick_and_thin_holes_of_one_window_are_both_filled() -> None:
    y, x = np.mgrid[:192, :192]
    ramp = (x / 192 - y / 300).astype(np.float32)
    image = np.stack([ramp, -ramp, ramp / 2])[None]
    hole = np.zeros((1, 1, 192, 192), np.float32)
    hole[..., 30:110, 30:110] = 1
    hole[..., 150:153, 10:180] = 1
    hole[..., 120:140, 120:140] = 1
    assert error(image, hole) < 0.12


def test_a_window_without_a_hole_or_without_anything_known_stays_as_it_is() -> None:
    image = stripes(32, 32)
    for hole in (np.zeros((1, 1, 32, 32), np.float32), np.ones((1, 1, 32, 32), np.float32)):
        assert np.array_equal(ClassicalFiller()(image, hole), image)


def test_the_engine_fills_a_photograph_with_it() -> None:
    filler: Filler = ClassicalFiller()
    y, x = np.mgrid[:150, :220]
    image = np.stack([x, y, x // 2 + y // 3], axis=2).astype(np.uint8)
    mask = np.zeros((150, 220), np.uint8)
    mask[60:90, 100:140] = 255
    filled = fill(image, mask, filler).image
    assert np.abs(filled.astype(int) - image)[mask > 0].mean() < 6


def test_specks_all_over_a_picture_cost_no_more_than_their_number() -> None:
    """The reconstruction works on whole blocks of pixels, nearly all of which have a speck."""
    random = np.random.default_rng(0)
    image = random.uniform(-1, 1, (1, 3, 256, 256)).astype(np.float32)
    holes = (random.random((1, 1, 256, 256)) < 0.01).astype(np.float32)
    begun = time.process_time()
    filled = ClassicalFiller()(image, holes)
    assert time.process_time() - begun < 1.5
    assert (filled[:, :, holes[0, 0] == 0] == image[:, :, holes[0, 0] == 0]).all()
