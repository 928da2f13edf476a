"""How a detector is measured: what counts as found and as wrong, the threshold, and the validation set."""

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
import torch

from gan_inpaint.detection import find_damage, select
from gan_inpaint.models.loading import load_detector
from gan_inpaint.models.store import ModelStore
from gan_inpaint_export import from_run
from gan_inpaint_training import checkpoint, detector
from gan_inpaint_training.config import settings_of
from gan_inpaint_training.detector.metrics import THRESHOLDS, Tally, best_threshold, damage_map, tally
from gan_inpaint_training.detector.validation import CLEAN, DEGRADED, MIXED


@pytest.fixture
def network() -> detector.Detector:
    torch.manual_seed(3)
    network = detector.Detector((4, 4, 4, 4), 1, 5)
    with torch.no_grad():
        network.head.bias.fill_(-1.0)
        network.lines.after.weight.normal_()
        network.local.weight.normal_(std=0.5)
    return network.eval()


def label_of(light: list[int], dark: list[int], uncertain: list[int]) -> np.ndarray:
    label = np.zeros((3, 1, 40), np.uint8)
    for channel, columns in enumerate((light, dark, uncertain)):
        label[channel, 0, columns] = 255
    return label


def test_two_pixels_beside_the_damage_are_near_enough_and_three_are_not() -> None:
    label = label_of([10], [30], [20])
    mask = np.zeros((1, 40), np.uint8)
    mask[0, [12, 20, 33]] = 255
    assert tally(mask, label) == Tally(pixels=40, selected=2, right=1, damaged=2, found=1)


def test_f1_precision_and_recall_follow_their_definitions() -> None:
    counted = Tally(100, 4, 3, 10, 5) + Tally(100, 4, 3, 10, 1)
    assert (counted.precision, counted.recall) == (0.75, 0.3)
    assert counted.f1 == pytest.approx(2 * 0.75 * 0.3 / 1.05)
    assert counted.flagged == 0.04


def test_the_threshold_is_the_best_of_those_that_leave_clean_photographs_alone() -> None:
    clean = {threshold: Tally(100_000, round(100 * (1 - threshold)), 0, 0, 0) for threshold in THRESHOLDS}
    mixed = {threshold: Tally(100, 10, 10, 100, round(100 * (1 - threshold))) for threshold in THRESHOLDS}
    best = best_threshold(clean, mixed)
    assert clean[best].flagged <= 0.0005
    assert all(clean[threshold].flagged > 0.0005 for threshold in THRESHOLDS if threshold < best)
    noisy = {threshold: Tally(100, 99, 0, 0, 0) for threshold in THRESHOLDS} | {THRESHOLDS[-1]: Tally(100, 9, 0, 0, 0)}
    assert best_threshold(noisy, mixed) == THRESHOLDS[-1]


def test_a_photograph_has_a_clean_a_degraded_a_mixed_case_and_one_of_one_kind(photographs: Path) -> None:
    for path in photographs.iterdir():
        cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (150, 130)))
    cases = list(detector.Cases([str(photographs)], []))
    again = list(detector.Cases([str(photographs)], []))
    assert len(cases) == len(detector.Cases([str(photographs)], [])) == 24
    assert [case.kind for case in cases[:4]] == [CLEAN, DEGRADED, "transport", MIXED]
    assert {case.kind for case in cases} >= {"scratch", "hair", "fold", "dust", "stain"}
    for case, same in zip(cases, again, strict=True):
        assert case.picture.shape == (130, 150, 3) and case.label.shape == (3, 130, 150)
        assert np.array_equal(case.picture, same.picture) and np.array_equal(case.label, same.label)
        assert case.kind not in (CLEAN, DEGRADED) or not case.label[:2].any()
    assert np.mean([case.label[:2].any() for case in cases if case.kind not in (CLEAN, DEGRADED)]) > 0.8


def test_a_perfect_detector_has_perfect_metrics(photographs: Path) -> None:
    cases = list(detector.Cases([str(photographs)], []))
    known = {case.picture.tobytes(): case.label for case in cases}

    def find(picture: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(known[picture.tobytes()][:2].transpose(1, 2, 0))

    _, metrics = detector.measured(find, cases, lambda found, threshold: found.max(2))
    assert metrics["f1"] == metrics["precision"] == metrics["recall"] == 1
    assert metrics["flagged_clean"] == metrics["flagged_degraded"] == 0
    assert {value for name, value in metrics.items() if name.startswith("recall_")} == {1}


def test_an_exported_detector_finds_what_the_trained_one_finds(
    network: detector.Detector, photographs: Path, tmp_path: Path
) -> None:
    overrides = [
        "network={widths: [4, 4, 4, 4], blocks: 1, line: 5}",
        "data.damage=[]",
        "damage={dust: 1.0}",
        "window=640",
    ]
    config = detector.configured(settings_of("scratches", overrides))
    state = {"config": msgspec.to_builtins(config), "ema": network.state_dict(), "images_seen": 42}
    checkpoint.save(tmp_path, state)
    report = from_run(tmp_path, tmp_path / "tiny.onnx", [str(photographs)])
    assert len(report.parities) == 3 and max(parity.difference for parity in report.parities) <= 1e-4
    store = ModelStore(tmp_path, tmp_path / "none")
    manifest = store.get("tiny").manifest
    assert (manifest.reach, manifest.images_seen, manifest.title) == (network.reach(), 42, config.title)
    assert manifest.threshold in THRESHOLDS
    assert {"f1", "flagged_clean", "recall_dust", "recall_transport"} <= manifest.metrics.keys()
    picture = np.random.default_rng(0).integers(0, 256, (90, 110, 3), np.uint8)
    found = find_damage(picture.astype(np.float32) / 255, load_detector(store.get("tiny"), 1))
    expected = damage_map(network, picture)
    assert np.abs(found.astype(int) - expected).max() <= 1 and expected.std() > 5
    assert select(found, manifest.threshold).mask.shape == (90, 110)
