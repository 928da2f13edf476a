"""Damage of prints: what is drawn, what is labelled, and how crops of prints are cut."""

from pathlib import Path

import numpy as np
import pytest

from gan_inpaint_training.config import settings_of
from gan_inpaint_training.damage.labels import DEEP
from gan_inpaint_training.damage.print import KINDS, Cover, Print, damaged_print
from gan_inpaint_training.damage.print.cracks import traced
from gan_inpaint_training.damage.print.crops import cut, labelled
from gan_inpaint_training.data import DataError, Pictures, sources
from gan_inpaint_training.detector import configured, damaged_crops
from gan_inpaint_training.settings import ConfigError

SIZE = 128


@pytest.fixture
def sheet() -> Print:
    """A print that fills the crop."""
    white, black = np.full(3, 240.0), np.zeros(3)
    return Print(SIZE, 300.0, -6.0, -5.0, 294.0, 195.0, white, black)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_marks_the_print_now_and_then_and_in_its_range(kind: str, sheet: Print) -> None:
    gray, changed = np.full((SIZE, SIZE, 3), 120, np.float32), 0
    for seed in range(12):
        random = np.random.default_rng(seed)
        for mark in KINDS[kind](random, sheet):
            assert mark.hides.shape == (SIZE, SIZE) and mark.hides.min() >= 0 and mark.hides.max() <= 1.001
            marked = mark.on(random, gray)
            assert marked.shape == gray.shape and np.isfinite(marked).all()
            changed += bool((np.abs(marked - gray) > 4).any())
    assert changed >= 3


def test_cracks_follow_the_lines_of_real_ones(sheet: Print) -> None:
    line = np.zeros((60, 90), np.uint8)
    line[30] = 255
    for seed in range(8):
        marks = traced(np.random.default_rng(seed), sheet, [line])
        hidden = np.max([mark.hides for mark in marks], axis=0)
        if (hidden > 0.5).sum() > 100:
            rows, columns = np.nonzero(hidden > 0.5)
            spread = np.linalg.eigvalsh(np.cov(rows, columns))
            assert spread[1] > 20 * spread[0]  # straight, as the line was
            return
    raise AssertionError("no crack was drawn")


def test_the_label_is_what_is_covered_and_seen_without_the_depth_of_losses() -> None:
    change, hidden = np.zeros((SIZE, SIZE, 3), np.float32), np.zeros((SIZE, SIZE), np.float32)
    change[20:100, 20:100], hidden[20:100, 20:100] = 60, 1
    change[110:114], hidden[110:114] = -30, 0.8
    change[118:120], hidden[118:120] = 5, 1  # covered, and hardly seen
    light, dark, unsure = labelled(change, hidden) > 0
    assert light[20 : 20 + DEEP, 20:100].all() and not light[60, 60] and unsure[60, 60]
    assert light[20 + DEEP - 1, 60] and not light[20 + DEEP + 2, 60]
    assert dark[110:114].all() and not (light & dark).any() and not (unsure & (light | dark)).any()
    assert not (light | dark)[118:120].any() and unsure[118:120].all()
    assert not (light | dark | unsure)[4:16, 4:120].any()


def test_without_damage_nothing_is_labelled(sheet: Print) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    for seed in range(20):
        seen, label = damaged_print(np.random.default_rng(seed), picture, sheet, [])
        assert seen.shape == picture.shape and seen.dtype == np.uint8 and not label.any()


def test_damage_ends_at_the_edge_of_the_print() -> None:
    half = Print(SIZE, 300.0, SIZE / 2, -10.0, 400.0, 190.0, np.full(3, 255.0), np.zeros(3))
    everywhere = Cover(np.ones((SIZE, SIZE), np.float32), np.full(3, 255.0))
    picture = np.full((SIZE, SIZE, 3), 60, np.uint8)
    _, label = damaged_print(np.random.default_rng(3), picture, half, [lambda random, sheet: [everywhere]])
    assert not label[:2, :, : SIZE // 2 - 8].any() and label[0, :, SIZE // 2 + 4 : SIZE // 2 + DEEP - 2].all()


@pytest.mark.parametrize("shape", [(90, 130), (700, 500), (2000, 3000)])
def test_crops_of_prints_have_their_size_and_know_where_the_print_ends(shape: tuple[int, int]) -> None:
    picture, outside = np.full((*shape, 3), 200, np.uint8), 0
    for seed in range(60):
        crop, sheet = cut(np.random.default_rng(seed), picture, SIZE)
        assert crop.shape == (SIZE, SIZE, 3) and 280 <= sheet.long <= 2600
        assert sheet.right - sheet.left <= sheet.long + 1 and sheet.bottom - sheet.top <= sheet.long + 1
        beyond = sheet.inside == 0
        outside += bool(beyond.any())
        inner = sheet.inside.astype(bool)
        inner[1:-1, 1:-1] &= inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
        at_paper = np.abs(crop.astype(int) - sheet.paper).max(2) <= 1
        assert ((crop[inner] == 200).all(1) | at_paper[inner]).mean() > 0.98
    assert 0 < outside < 60


def test_crops_of_prints_and_films_are_mixed_and_functions_of_their_number(photographs: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "cracks.npz", one=np.eye(50, dtype=np.uint8) * 255)
    overrides = ["data.crop=64", "easy=0", "damage={dust: 1.0}", "data.damage=[]", "data.max_reduction=1"]
    overrides += [f"data.shards=[{photographs}]", f"prints.cracks=[{tmp_path / 'cracks.npz'}]"]
    overrides += [f"prints.scenes=[{photographs}]", "prints.taught=[]"]
    config = configured(settings_of("scratches", overrides))
    pictures = Pictures(sources.members(photographs), 64, None, 64)
    crops, again = damaged_crops(pictures, config), damaged_crops(pictures, config)
    labels = []
    for number in range(40):
        (seen, label), (same, labelled_again) = crops[number], again[number]
        assert np.array_equal(seen, same) and np.array_equal(label, labelled_again)
        assert seen.shape == (3, 64, 64) and label.shape == (3, 64, 64)
        labels.append(bool(label[:2].any()))
    assert 8 < sum(labels) < 38


def test_what_prints_need_is_named(tmp_path: Path, photographs: Path) -> None:
    with pytest.raises(ConfigError, match=r"prints\.damage\.mildew: there is no such kind of damage"):
        configured(settings_of("scratches", ["prints.damage={mildew: 1}"]))
    with pytest.raises(ConfigError, match=r"traced-crack needs centre lines"):
        configured(settings_of("scratches", ["prints.cracks=[]"]))
    (tmp_path / "cracks.npz").write_bytes(b"nothing of the kind")
    overrides = ["damage={dust: 1.0}", "data.damage=[]", "prints.scenes=[]", f"prints.cracks=[{tmp_path}/cracks.npz]"]
    config = configured(settings_of("scratches", overrides))
    with pytest.raises(DataError, match="cannot be read"):
        damaged_crops(Pictures(sources.members(photographs), 32, None, 64), config)
