"""Made damage: what is labelled is what was changed, and light damage is lighter."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from gan_inpaint_training import data
from gan_inpaint_training.config import settings_of
from gan_inpaint_training.damage.degradation import UNDEGRADED
from gan_inpaint_training.damage.film.composition import VISIBLE, damaged, labelled
from gan_inpaint_training.damage.film.kinds import KINDS
from gan_inpaint_training.damage.hard_negatives import with_hard_negative
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.data import DataError
from gan_inpaint_training.detector import FILM, DamagedCrops, DetectorConfig, configured, for_training, held_out
from gan_inpaint_training.detector.crops import Mixture, strengthened

SIZE = 96


@pytest.fixture
def film_damage(tmp_path: Path) -> Path:
    """Forty opacities with a line each."""
    folder = tmp_path / "film-damage"
    folder.mkdir()
    random = np.random.default_rng(1)
    for number in range(40):
        alpha = np.zeros((60, 60), np.uint8)
        start, stop = random.integers(0, 60, (2, 2)).tolist()
        cv2.line(alpha, start, stop, 255, 2)
        cv2.imwrite(str(folder / f"hair_{number}.png"), alpha)
    return folder


@pytest.fixture
def config(photographs: Path, film_damage: Path) -> DetectorConfig:
    folders = [f"data.shards=[{photographs.as_posix()}]", f"data.damage=[{film_damage.as_posix()}]"]
    return configured(settings_of("scratches", [*folders, "data.crop=64", "easy=0", "prints=null"]))


@pytest.fixture
def crops(config: DetectorConfig) -> DamagedCrops:
    return DamagedCrops(data.read(config.data), config, for_training(config.data.damage))


@pytest.mark.parametrize("kind", [FILM, *KINDS])
def test_every_kind_hides_a_part_of_the_picture_and_leaves_most(kind: str, film_damage: Path) -> None:
    mixture = Mixture({kind: 1.0}, for_training([str(film_damage)]))
    shares, lights = [], set()
    for seed in range(20):
        layers = mixture.draw(np.random.default_rng(seed), 2 * SIZE)
        for layer in layers:
            assert layer.opacity.shape == (2 * SIZE, 2 * SIZE) and layer.opacity.dtype == np.float32
            assert layer.opacity.min() >= 0 and layer.opacity.max() <= 1
        lights |= {layer.light for layer in layers}
        shares.append(np.mean(np.max([layer.opacity for layer in layers], 0) > 0.1))
    assert lights == {True, False}
    assert 0 < np.mean(shares) < 0.3


@pytest.mark.parametrize("light", [True, False])
def test_what_was_changed_is_labelled_by_the_sign_of_the_change(light: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan_inpaint_training.damage.degradation.before", lambda random: UNDEGRADED)
    monkeypatch.setattr("gan_inpaint_training.damage.degradation.after", lambda random: UNDEGRADED)
    picture = np.random.default_rng(0).integers(110, 140, (SIZE, SIZE, 3), np.uint8)
    opacity = np.zeros((SIZE, SIZE), np.float32)
    opacity[20:30, 40:50] = 0.5
    seen, label = damaged(np.random.default_rng(1), picture, [Layer(opacity, light)])
    change = seen.astype(int).sum(2) - picture.astype(int).sum(2)
    wanted, other = label[0 if light else 1] > 0, label[1 if light else 0] > 0
    assert np.array_equal(wanted, opacity > 0) and not other.any()
    assert ((change > 0) if light else (change < 0))[wanted].all() and not change[~wanted].any()
    ring = cv2.dilate(opacity, np.ones((3, 3))) > opacity
    assert np.array_equal(label[2] > 0, ring)


def test_what_can_hardly_be_seen_is_neither_damage_nor_none() -> None:
    change = np.zeros((1, 5, 3), np.float32)
    change[0, :, 1] = (0, 1, VISIBLE / 2, -VISIBLE, VISIBLE + 1)
    label = labelled(change, np.float32([[0, 0, 0, 1, 1]]), np.full((1, 5), VISIBLE, np.float32))
    assert (label[:, 0] > 0).tolist() == [
        [False, False, False, False, True],
        [False, False, False, True, False],
        [False, False, True, False, False],
    ]


def test_damage_of_the_photographs_own_colour_is_not_to_be_found() -> None:
    white = np.full((SIZE, SIZE, 3), 255, np.uint8)
    opacity = np.zeros((SIZE, SIZE), np.float32)
    opacity[:, 48] = 1
    for seed in range(5):
        label = damaged(np.random.default_rng(seed), white, [Layer(opacity, True)])[1]
        assert not label[:2].any() and label[2, :, 48].all()


def test_a_third_of_the_crops_is_clean_whatever_else_is_drawn_on_them(crops: DamagedCrops) -> None:
    clean = [not crops[number][1][:2].any() for number in range(150)]
    assert 0.25 < np.mean(clean) < 0.5  # some damage cannot be seen


def test_a_crop_is_a_function_of_its_number(crops: DamagedCrops) -> None:
    for number in (0, 7):
        first, again = crops[number], crops[number]
        assert first[0].equal(again[0]) and first[1].equal(again[1])
    assert not crops[0][0].equal(crops[7][0])


def test_the_first_crops_have_plain_damage() -> None:
    layer = Layer(np.float32([[0, 0.05], [0.1, 0.2]]), True)
    strongest = [strengthened(layer, share).opacity.max() for share in (0, 0.5, 1)]
    assert strongest == pytest.approx([1, 0.2**0.5, 0.2])


def test_what_belongs_to_the_scene_is_drawn_on_the_picture_and_is_no_damage() -> None:
    picture = np.full((SIZE, SIZE, 3), 128, np.uint8)
    for seed in range(12):
        drawn = with_hard_negative(np.random.default_rng(seed), picture)
        assert drawn.shape == picture.shape and drawn.dtype == np.uint8
        assert (drawn != picture).any()


def test_a_tenth_of_the_film_damage_is_kept_for_validation(film_damage: Path) -> None:
    trained, kept = for_training([str(film_damage)]), held_out([str(film_damage)])
    assert len(trained) + len(kept) == 40 and 1 <= len(kept) <= 10
    assert not any(np.array_equal(one, other) for one in trained for other in kept)


def test_no_held_out_damage_is_an_empty_list_and_a_missing_folder_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none"):
        held_out([str(tmp_path / "none")])
