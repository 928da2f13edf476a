"""Perceptual metrics: nothing for the truth, more for a smear than for texture."""

import cv2
import numpy as np
import pytest

from gan_inpaint_training.evaluation.perceptual import BLOCKS, Perceptual
from gan_inpaint_training.features import EfficientNetLite0


@pytest.fixture(scope="module")
def features() -> EfficientNetLite0:
    return EfficientNetLite0(BLOCKS)


def _textures(count: int) -> tuple[list[np.ndarray], np.ndarray]:
    random = np.random.default_rng(0)
    pictures = []
    for _ in range(count):
        noise = cv2.GaussianBlur(random.standard_normal((128, 128, 3)).astype(np.float32), (0, 0), 2)
        pictures.append(np.clip(128 + 250 * noise, 0, 255).astype(np.uint8))
    hole = np.zeros((128, 128), bool)
    hole[32:96, 32:96] = True
    return pictures, hole


def _scored(
    features: EfficientNetLite0, fills: list[np.ndarray], truths: list[np.ndarray], hole: np.ndarray
) -> Perceptual:
    scored = Perceptual(features)
    for fill, truth in zip(fills, truths, strict=True):
        scored.add(np.where(hole[..., None], fill, truth), truth, hole)
    return scored


def test_the_truth_has_no_distance(features: EfficientNetLite0) -> None:
    truths, hole = _textures(3)
    scored = _scored(features, truths, truths, hole)
    assert scored.pd == pytest.approx(0, abs=1e-6) and scored.fsw == pytest.approx(0, abs=1e-6)


def test_other_texture_of_the_same_kind_looks_more_real_than_a_smear(features: EfficientNetLite0) -> None:
    truths, hole = _textures(6)
    others = truths[1:] + truths[:1]
    smears = [np.full_like(truth, truth.mean((0, 1)).astype(np.uint8)) for truth in truths]
    texture, smear = (_scored(features, fills, truths, hole) for fills in (others, smears))
    assert texture.fsw < 0.5 * smear.fsw
    assert 0 < texture.pd < smear.pd


def test_a_hole_smaller_than_a_cell_of_features_is_measured(features: EfficientNetLite0) -> None:
    (truth,), _ = _textures(1)
    hole = np.zeros((128, 128), bool)
    hole[40:43, 50:53] = True
    scored = _scored(features, [255 - truth], [truth], hole)
    assert scored.pd > 0 and np.isfinite(scored.fsw)
