"""Scoring a detector on real pictures with labels."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from gan_inpaint_training.data import DataError
from gan_inpaint_training.detector.labelled import at_flagged, contact_sheet, labelled_pictures, scored, summary

SIDE = 100


def _folder(path: Path) -> Path:
    label = np.zeros((SIDE, SIDE), np.uint8)
    label[50:52], label[70:75] = 255, 128
    picture = np.full((SIDE, SIDE, 3), 90, np.uint8)
    for name, mask in (("cracked", label), ("clean", np.zeros_like(label))):
        cv2.imwrite(str(path / f"{name}.png"), picture)
        cv2.imwrite(str(path / f"{name}_mask.png"), mask)
    return path


def test_what_lies_within_the_slack_is_right_and_what_is_not_scored_counts_nowhere(tmp_path: Path) -> None:
    _, cracked = labelled_pictures(_folder(tmp_path))
    found = np.zeros((SIDE, SIDE), np.uint8)
    found[52], found[70:75], found[20, :50] = 255, 255, 255
    score = scored(found, cracked.label)
    assert score.recall == 1.0 and score.precision == pytest.approx(100 / 150)
    assert score.flagged == pytest.approx(150 / (SIDE * SIDE - 500))
    nothing = scored(np.zeros_like(found), cracked.label)
    assert (nothing.precision, nothing.recall, nothing.f1) == (1.0, 0.0, 0.0)


def test_the_summary_takes_f1_of_damaged_and_flags_of_clean_pictures(tmp_path: Path) -> None:
    pictures = list(labelled_pictures(_folder(tmp_path)))
    assert [picture.clean for picture in pictures] == [True, False]
    everything = np.full((SIDE, SIDE), 255, np.uint8)
    scores = [scored(everything, picture.label) for picture in pictures]
    result = summary(pictures, scores)
    assert result.flagged == result.worst == 1.0 and result.recall == 1.0 and result.precision < 0.1


def test_the_lowest_threshold_within_each_share_is_taken(tmp_path: Path) -> None:
    pictures = list(labelled_pictures(_folder(tmp_path)))
    strength = [np.where(np.arange(SIDE * SIDE).reshape(SIDE, SIDE) < 50, 0.3, 0.0), (pictures[1].label == 255) * 0.5]

    def select(number: int, threshold: float) -> np.ndarray:
        return ((strength[number] >= threshold) * 255).astype(np.uint8)

    found = at_flagged(pictures, select, [0.1, 0.4, 0.9], [0.001, 0.01])
    assert found[0.001].f1 == 1.0 and found[0.001].flagged == 0.0
    assert found[0.01].flagged == pytest.approx(0.005)


def test_the_sheet_shows_picture_label_and_found(tmp_path: Path) -> None:
    pictures = list(labelled_pictures(_folder(tmp_path)))
    sheet = np.asarray(
        contact_sheet([(picture.picture, picture.label, [picture.label]) for picture in pictures], side=60)
    )
    assert sheet.shape == (120, 180, 3)
    assert (sheet[60:, 60:120] == (255, 40, 40)).all(2).any() and (sheet[60:, 60:120] == (90, 120, 255)).all(2).any()


def test_a_folder_without_labels_and_a_mask_of_another_size_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no picture NAME\.png"):
        list(labelled_pictures(tmp_path))
    _folder(tmp_path)
    cv2.imwrite(str(tmp_path / "clean_mask.png"), np.zeros((5, 5), np.uint8))
    with pytest.raises(DataError, match="another size"):
        list(labelled_pictures(tmp_path))
