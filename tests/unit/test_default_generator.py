"""The generator that ships: it is the file that was published, and it does what its card says."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from gan_inpaint import engine
from gan_inpaint.models import loading
from gan_inpaint.models.loading import OnnxFiller
from gan_inpaint.models.manifest import sha256_of
from gan_inpaint.models.store import WEIGHTS, ModelStore

EXAMPLES = Path(__file__).parents[2] / "examples"
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> OnnxFiller:
    return loading.load(ModelStore(tmp_path_factory.mktemp("models")).get("default"), threads=2)


def test_the_default_generator_is_intact_and_small(tmp_path: Path) -> None:
    entry = ModelStore(tmp_path).get("default")
    assert entry.path is not None and entry.path.parent == WEIGHTS
    assert sha256_of(entry.path) == entry.sha256
    assert entry.path.stat().st_size <= 16 * MEBIBYTE


def test_its_manifest_says_what_it_saw_and_under_which_terms(generator: OnnxFiller) -> None:
    manifest = generator.model.manifest
    assert manifest.images_seen >= 40_000
    assert "ImageNet" in manifest.training_data and "research" in manifest.licence
    for kind in ("scratches", "thin-strokes", "medium-strokes", "wide-strokes", "boxes", "blobs"):
        psnr = {filler: manifest.metrics[f"{kind} psnr {filler}"] for filler in ("generator", "mean")}
        assert psnr["generator"] > psnr["mean"] + 2


def test_a_scratched_portrait_is_repaired_far_better_than_by_a_mean_fill(generator: OnnxFiller) -> None:
    truth = data.astronaut()
    damaged, mask = _example("astronaut")
    hole = mask > 0
    repaired = engine.fill(damaged, mask, generator).image
    mean = damaged.copy()
    mean[hole] = damaged[~hole].mean(0)
    assert _psnr(repaired, truth, hole) > _psnr(mean, truth, hole) + 6


def test_an_object_disappears_into_the_sky_behind_it(generator: OnnxFiller) -> None:
    photograph, mask = _example("rocket")
    filled = engine.fill(photograph, mask, generator).image
    rows = slice(190, 320)
    sky = np.concatenate([photograph[rows, 410:430], photograph[rows, 480:500]], axis=1)
    mast = filled[rows, 446:462]
    assert np.abs(mast.mean((0, 1)) - sky.mean((0, 1))).max() < 6
    assert _roughness(mast) < _roughness(photograph[rows, 446:462]) / 3


def _example(name: str) -> tuple[np.ndarray, np.ndarray]:
    photograph = cv2.imread(str(EXAMPLES / f"{name}.png"))
    mask = cv2.imread(str(EXAMPLES / f"{name}-mask.png"), cv2.IMREAD_GRAYSCALE)
    assert photograph is not None and mask is not None
    return np.ascontiguousarray(photograph[..., ::-1]), mask


def _psnr(picture: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((picture[hole].astype(float) - truth[hole]) ** 2).mean()))


def _roughness(picture: np.ndarray) -> float:
    """Mean difference between neighbours in a row: the struts of the mast have much of it, the sky has little."""
    return float(np.abs(np.diff(picture.astype(float), axis=1)).mean())
