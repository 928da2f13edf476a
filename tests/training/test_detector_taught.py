"""Pictures that a detector labels for the next one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from gan_inpaint_training.data import DataError
from gan_inpaint_training.detector.taught import (
    LARGEST,
    SUFFIX,
    TaughtPicture,
    encoded,
    taught_crop,
    taught_pictures,
    teach,
)

THRESHOLD = 0.4


def _scratched(width: int = 300, height: int = 200) -> np.ndarray:
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[:, 100:108] = 240
    picture[150:158] = 10
    return picture


def _finds_extremes(picture: np.ndarray) -> np.ndarray:
    gray = picture.mean(axis=2)
    return np.dstack([gray > 200, gray < 40]).astype(np.uint8) * 230


def _stored(folder: Path, taught: TaughtPicture) -> Path:
    picture, label = encoded(taught)
    (folder / "one.png").write_bytes(picture)
    (folder / f"one{SUFFIX}").write_bytes(label)
    return folder


def test_the_teacher_labels_light_and_dark_damage_where_it_is() -> None:
    taught = teach(_scratched(), _finds_extremes, THRESHOLD)
    light, dark, unsure = (taught.label[..., channel] == 255 for channel in range(3))
    assert light[20:140, 101:107].all() and not light[:, :95].any() and not light[:, 113:].any()
    assert dark[151:157, 120:].all() and not dark[:145].any()
    assert not (unsure & (light | dark)).any()


def test_what_the_teacher_doubts_does_not_count() -> None:
    def doubts(picture: np.ndarray) -> np.ndarray:
        return np.full((*picture.shape[:2], 2), round(255 * 0.8 * THRESHOLD), np.uint8)

    label = teach(_scratched(), doubts, THRESHOLD).label
    assert not label[..., :2].any() and (label[..., 2] == 255).all()


def test_a_large_picture_is_reduced() -> None:
    taught = teach(np.zeros((600, 2 * LARGEST, 3), np.uint8), _finds_extremes, THRESHOLD)
    assert taught.picture.shape == taught.label.shape == (300, LARGEST, 3)


def test_what_is_stored_is_read_again(tmp_path: Path) -> None:
    taught = teach(_scratched(), _finds_extremes, THRESHOLD)
    (read,) = taught_pictures(_stored(tmp_path, taught), 128)
    assert np.array_equal(read.picture, taught.picture) and np.array_equal(read.label, taught.label)


def test_crops_follow_their_seed_and_their_labels_follow_the_damage() -> None:
    taught = teach(_scratched(), _finds_extremes, THRESHOLD)
    found = 0
    for seed in range(40):
        picture, label = taught_crop(np.random.default_rng(seed), taught, 128)
        again = taught_crop(np.random.default_rng(seed), taught, 128)
        assert np.array_equal(picture, again[0]) and np.array_equal(label, again[1])
        assert picture.shape == (128, 128, 3) and picture.dtype == np.uint8 and label.shape == (3, 128, 128)
        assert not (label[0] & label[1]).any()
        if label[0].any() and not label[1].any():
            found += 1
            shades = picture.mean(axis=2)
            assert shades[label[0] > 0].mean() > shades[label.max(axis=0) == 0].mean() + 20
    assert found > 5


@pytest.mark.parametrize("fault", ["no label", "no picture", "another size", "too small"])
def test_a_folder_without_pictures_with_labels_is_named(tmp_path: Path, fault: str) -> None:
    folder = _stored(tmp_path, teach(_scratched(), _finds_extremes, THRESHOLD))
    if fault == "no label":
        (folder / f"one{SUFFIX}").unlink()
    elif fault == "no picture":
        (folder / "one.png").unlink()
    elif fault == "another size":
        cv2.imwrite(str(folder / "one.png"), np.zeros((90, 90, 3), np.uint8))
    with pytest.raises(DataError, match=str(tmp_path)):
        taught_pictures(folder, 4000 if fault == "too small" else 128)
