"""The product for other Python programs."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.detector import scratched_page, write_detector

import gan_inpaint
from gan_inpaint import interface
from gan_inpaint.errors import BadModel, BadRequest, EmptyMask, NoDetector, UnknownModel
from gan_inpaint.models.entry import SCRATCHES
from gan_inpaint.models.store import WEIGHTS, ModelStore

PAGE, DAMAGE = scratched_page()


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A detector that finds what stands out, added by the user."""
    monkeypatch.setenv("GAN_INPAINT_MODELS_DIR", str(tmp_path / "models"))
    ModelStore(tmp_path / "models").add(write_detector(tmp_path / "tiny.onnx"))
    return "tiny"


def test_damage_is_found_selected_and_repaired() -> None:
    before = PAGE.tobytes()
    damage_map = gan_inpaint.detect(PAGE, "tiny")
    assert (damage_map.shape, damage_map.dtype) == ((*PAGE.shape, 2), np.uint8)
    mask = gan_inpaint.select(damage_map, detector="tiny")
    assert mask[DAMAGE].all() and not mask[:, 60:90].any()
    repaired = gan_inpaint.repair(PAGE, mask)
    assert (repaired[mask == 0] == PAGE[mask == 0]).all()
    assert np.abs(repaired - np.linspace(80, 140, 160))[DAMAGE].max() < 8
    assert PAGE.tobytes() == before


def test_more_is_selected_at_a_higher_sensitivity_and_of_more_tones() -> None:
    damage_map = gan_inpaint.detect(PAGE, "tiny")
    counts = [
        np.count_nonzero(gan_inpaint.select(damage_map, sensitivity, tone, 0, detector="tiny"))
        for sensitivity, tone in ((0.1, "light"), (0.9, "light"), (0.9, "both"))
    ]
    assert 0 < counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("model", ["default", "classical", "auto"])
def test_a_hole_is_filled_by_any_model(model: str) -> None:
    mask = np.where(DAMAGE, 255, 0).astype(np.uint8)
    filled = gan_inpaint.fill(PAGE.astype(np.uint16) * 257, mask, model, dilate=0)
    assert filled.dtype == np.uint16
    assert (filled[mask == 0] == PAGE[mask == 0] * np.uint16(257)).all()
    assert np.abs(filled / 257 - np.linspace(80, 140, 160))[DAMAGE].max() < 8
    with pytest.raises(EmptyMask):
        gan_inpaint.fill(PAGE, mask * 0, model)


def test_what_is_missing_or_wrong_is_said_with_a_sentence() -> None:
    damage_map = np.zeros((4, 4, 2), np.uint8)
    with pytest.raises(UnknownModel):
        gan_inpaint.detect(PAGE, "nobody")
    with pytest.raises(BadModel, match="not a detector"):
        gan_inpaint.detect(PAGE, "classical")
    with pytest.raises(BadModel, match="not a detector"):
        gan_inpaint.select(damage_map, detector="default")
    with pytest.raises(BadModel, match="does not fill"):
        gan_inpaint.fill(PAGE, np.where(DAMAGE, 255, 0).astype(np.uint8), "tiny")
    with pytest.raises(BadRequest):
        gan_inpaint.select(damage_map, 2.0, detector="tiny")


def test_without_the_detector_that_ships_its_name_is_no_detector(tmp_path: Path) -> None:
    with pytest.raises(NoDetector) as refusal:
        ModelStore(tmp_path / "none", tmp_path / "none").get(SCRATCHES)
    assert refusal.value.code == "no_detector"
    assert refusal.value.hint


def test_the_examples_in_the_documentation_run() -> None:
    results = doctest.testmod(interface)
    assert (results.failed, results.attempted > 8) == (0, True)


def test_the_package_is_cheap_to_import_and_tells_what_it_offers() -> None:
    program = """
import sys, gan_inpaint
assert not {"numpy", "cv2", "onnxruntime", "msgspec"} & sys.modules.keys()
assert {"detect", "select", "fill", "repair"} <= set(gan_inpaint.__all__)
assert not hasattr(gan_inpaint, "teleport")
print(gan_inpaint.select.__name__)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(WEIGHTS.parents[1]), *sys.path])}
    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert result.stdout == "select\n", result.stderr
