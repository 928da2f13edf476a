"""The generator for faces that ships with the product."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from gan_inpaint import engine, paths
from gan_inpaint.engine.filler import Filler
from gan_inpaint.models import loading
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.store import ModelStore
from gan_inpaint.options import FillOptions


@pytest.fixture(scope="module")
def entry() -> ModelEntry:
    return ModelStore(paths.models_dir()).get("faces")


@pytest.fixture(scope="module")
def faces(entry: ModelEntry) -> Filler:
    return loading.load(entry, 1)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """A face as the generator knows them, in the middle of 200 × 200 pixels."""
    return cv2.resize(data.astronaut()[70:170, 172:272], (200, 200), interpolation=cv2.INTER_CUBIC)


def psnr(fill: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(fill[hole].astype(float) - truth[hole]).mean()))


def test_it_is_small_and_says_what_it_is(entry: ModelEntry) -> None:
    assert entry.path is not None
    assert entry.path.stat().st_size <= 16 << 20
    assert entry.manifest.fixed
    assert "UTKFace" in entry.manifest.training_data
    assert "research" in entry.manifest.licence


def test_a_hidden_half_of_a_face_is_closer_to_it_than_what_its_rim_tells(portrait: np.ndarray, faces: Filler) -> None:
    mask = np.zeros(portrait.shape[:2], np.uint8)
    mask[50:150, 50:150] = 255
    filled = engine.fill(portrait, mask, faces, FillOptions(dilate=0)).image
    from_rim = cv2.inpaint(portrait, mask, 3, cv2.INPAINT_TELEA)
    assert psnr(filled, portrait, mask > 0) > psnr(from_rim, portrait, mask > 0) + 2
    assert np.array_equal(filled[mask == 0], portrait[mask == 0])


def test_a_face_in_a_large_photograph_is_filled_as_well(portrait: np.ndarray, faces: Filler) -> None:
    large = cv2.resize(portrait, (1200, 1200), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros(large.shape[:2], np.uint8)
    mask[300:900, 300:900] = 255
    filled = engine.fill(large, mask, faces, FillOptions(dilate=0)).image
    from_rim = cv2.inpaint(large, mask, 3, cv2.INPAINT_TELEA)
    assert psnr(filled, large, mask > 0) > psnr(from_rim, large, mask > 0) + 1
