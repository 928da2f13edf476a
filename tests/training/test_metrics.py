"""The metrics of a fill are those of the field, and have the properties that they promise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

from gan_inpaint_training.evaluation.metrics import METRICS, Hole, Picture, ssim_map
from gan_inpaint_training.evaluation.wasserstein import swd


@pytest.fixture
def truth() -> Picture:
    """Smooth colour with grain, 96×80."""
    random = np.random.default_rng(1)
    smooth = cv2.resize(random.integers(60, 190, (5, 6, 3), np.uint8), (96, 80), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + random.normal(0, 8, smooth.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def hole(truth: Picture) -> Hole:
    hole = np.zeros(truth.shape[:2], bool)
    hole[20:50, 25:60] = True
    return hole


@pytest.fixture
def noisy(truth: Picture, hole: Hole) -> Picture:
    noise = np.random.default_rng(2).normal(0, 20, truth.shape)
    return np.where(hole[..., None], np.clip(truth + noise, 0, 255), truth).astype(np.uint8)


def blurred(truth: Picture, hole: Hole) -> Picture:
    return np.where(hole[..., None], cv2.GaussianBlur(truth, (0, 0), 4), truth)


def test_psnr_agrees_with_scikit_image(noisy: Picture, truth: Picture, hole: Hole) -> None:
    whole = METRICS["psnr_whole"](noisy, truth, hole)
    assert whole == pytest.approx(peak_signal_noise_ratio(truth, noisy), abs=1e-9)
    inside = peak_signal_noise_ratio(truth[20:50, 25:60], noisy[20:50, 25:60])
    assert METRICS["psnr"](noisy, truth, hole) == pytest.approx(inside, abs=1e-9)


def test_ssim_agrees_with_scikit_image(noisy: Picture, truth: Picture, hole: Hole) -> None:
    mean, similarity = structural_similarity(truth, noisy, channel_axis=2, full=True)
    assert METRICS["ssim_whole"](noisy, truth, hole) == pytest.approx(mean, abs=1e-9)
    assert METRICS["ssim"](noisy, truth, hole) == pytest.approx(similarity[hole].mean(), abs=1e-9)
    np.testing.assert_allclose(ssim_map(noisy, truth), similarity, atol=1e-9)


def test_errors_are_in_8_bit_levels(noisy: Picture, truth: Picture, hole: Hole) -> None:
    difference = noisy.astype(float) - truth
    assert METRICS["mse_whole"](noisy, truth, hole) == pytest.approx(mean_squared_error(truth, noisy))
    assert METRICS["l1_whole"](noisy, truth, hole) == pytest.approx(np.abs(difference).mean())
    assert METRICS["mse"](noisy, truth, hole) == pytest.approx((difference[hole] ** 2).mean())
    assert METRICS["l1"](noisy, truth, hole) == pytest.approx(np.abs(difference[hole]).mean())


def test_the_truth_is_a_perfect_fill(truth: Picture, hole: Hole) -> None:
    reached = {name: measure(truth, truth, hole) for name, measure in METRICS.items()}
    assert [reached[name] for name in ("psnr", "psnr_whole")] == [100, 100]
    assert [reached[name] for name in ("mse", "l1", "mse_whole", "l1_whole", "swd")] == [0] * 5
    for name in ("ssim", "ssim_whole", "sharpness", "seam"):
        assert reached[name] == pytest.approx(1)


def test_blur_lowers_the_sharpness(truth: Picture, hole: Hole) -> None:
    assert METRICS["sharpness"](blurred(truth, hole), truth, hole) < 0.2


def test_a_colour_step_raises_the_seam(truth: Picture, hole: Hole) -> None:
    stepped = truth.copy()
    stepped[hole] += 50
    assert METRICS["seam"](stepped, truth, hole) > 3
    assert METRICS["sharpness"](stepped, truth, hole) < 4


def test_swd_forgives_the_place_of_texture_but_not_its_lack(truth: Picture, hole: Hole) -> None:
    elsewhere, smooth = truth.copy(), blurred(truth, hole)
    grain = truth.astype(np.int16) - cv2.GaussianBlur(truth, (0, 0), 4)
    elsewhere[20:50, 25:60] = np.clip(smooth[20:50, 25:60].astype(np.int16) + grain[40:70, 50:85], 0, 255)
    assert METRICS["psnr"](elsewhere, truth, hole) < METRICS["psnr"](smooth, truth, hole)
    assert swd(elsewhere, truth, hole) < 0.4 * swd(smooth, truth, hole)


def test_swd_of_sets_that_differ_by_noise_grows_with_it(truth: Picture, hole: Hole) -> None:
    random = np.random.default_rng(3)
    distances = []
    for strength in (5, 15, 45):
        noise = random.normal(0, strength, truth.shape)
        distances.append(swd(np.clip(truth + noise, 0, 255).astype(np.uint8), truth, hole))
    assert distances == sorted(distances) and distances[2] > 4 * distances[0]


def test_swd_is_the_same_number_for_the_same_input(noisy: Picture, truth: Picture, hole: Hole) -> None:
    assert swd(noisy, truth, hole) == swd(noisy.copy(), truth.copy(), hole.copy())


def test_swd_of_a_hole_of_one_pixel_is_a_number(noisy: Picture, truth: Picture) -> None:
    speck = np.zeros(truth.shape[:2], bool)
    speck[31, 31] = True
    assert 0 <= swd(noisy, truth, speck) < 100
