from pathlib import Path

import cv2
import numpy as np
import pytest

from gan_inpaint_training import evaluate, masks, metrics
from gan_inpaint_training.generators.dmfb import DMFBGenerator


@pytest.fixture
def large_photographs(tmp_path: Path) -> Path:
    """Two pictures of 300×280 with smooth colour and a little texture."""
    random = np.random.default_rng(3)
    for number in range(2):
        smooth = cv2.resize(random.integers(0, 256, (5, 5, 3), np.uint8), (300, 280), interpolation=cv2.INTER_CUBIC)
        grain = random.integers(-6, 7, smooth.shape)
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.clip(smooth.astype(int) + grain, 0, 255).astype(np.uint8))
    return tmp_path


def test_the_scores_of_a_generator_stand_beside_those_of_the_baselines(large_photographs: Path) -> None:
    scores = evaluate.scores(DMFBGenerator(8, 1).eval(), [str(large_photographs)])
    assert len(scores) == len(masks.KINDS) * 3 * 3
    for kind in masks.KINDS:
        assert scores[f"{kind} psnr generator"] > scores[f"{kind} psnr mean"] + 1
        assert scores[f"{kind} sharpness generator"] < 0.7


def test_psnr_of_the_hole_agrees_with_scikit_image() -> None:
    from skimage.metrics import peak_signal_noise_ratio

    random = np.random.default_rng(0)
    truth, fill = (random.integers(0, 256, (40, 50, 3), np.uint8) for _ in range(2))
    everywhere = np.ones((40, 50), bool)
    assert metrics.psnr(fill, truth, everywhere) == pytest.approx(peak_signal_noise_ratio(truth, fill))


def test_a_perfect_fill_is_as_sharp_as_the_truth_and_has_its_seam() -> None:
    truth = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    hole = np.zeros((40, 50), bool)
    hole[10:20, 10:30] = True
    assert metrics.sharpness(truth, truth, hole) == pytest.approx(1)
    assert metrics.seam(truth, truth, hole) == pytest.approx(1)


def test_a_colour_step_raises_the_seam_and_blur_lowers_the_sharpness() -> None:
    truth = np.random.default_rng(1).integers(100, 120, (40, 50, 3), np.uint8)
    hole = np.zeros((40, 50), bool)
    hole[10:20, 10:30] = True
    stepped, flat = truth.copy(), truth.copy()
    stepped[hole] += 60
    flat[hole] = 110
    assert metrics.seam(stepped, truth, hole) > 3
    assert metrics.sharpness(flat, truth, hole) < 0.3
