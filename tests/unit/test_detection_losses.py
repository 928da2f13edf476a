"""The middle of a large loss is damage like its border; what cracks only surround is picture."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from tests.detector import detector_manifest, write_detector

from gan_inpaint.detection import find_damage, select
from gan_inpaint.detection.losses import with_middles
from gan_inpaint.engine.box import Box
from gan_inpaint.models import loading
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.manifest import sha256_of
from gan_inpaint.options import SelectOptions

SIDE = 240
THRESHOLD = 0.4
SURE, DOUBTFUL = 220, 60
LIGHT, DARK = 0, 1
PAPER, INK, PICTURE = 235, 10, 110

Draw = Callable[[np.ndarray, float], None]


def _print() -> np.ndarray:
    """A gray picture (SIDE, SIDE) with grain and a slope."""
    grain = np.random.default_rng(5).normal(0, 4, (SIDE, SIDE))
    return (PICTURE - 30 + np.linspace(0, 60, SIDE) + grain).clip(0, 255).astype(np.uint8)


def _view(picture: np.ndarray) -> Callable[[Box], np.ndarray]:
    colours = np.repeat(picture[None], 3, 0).astype(np.float32) / 127.5 - 1
    return lambda box: colours[(slice(None), *box.slices)]


def _loss(colour: int, centre: tuple[int, int] = (120, 110), open_at: float = 0) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a loss of that colour, and a mask of its border, of which the share `open_at` is missing."""
    picture, border = _print(), np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(picture, centre, (40, 28), 15, 0, 360, colour, -1)
    cv2.ellipse(border, centre, (38, 26), 15, 0, 360 * (1 - open_at), 255, 7)
    return picture, border > 0


def _map(sure: np.ndarray, doubtful: np.ndarray, channel: int) -> np.ndarray:
    damage_map = np.zeros((SIDE, SIDE, 2), np.uint8)
    damage_map[doubtful, channel] = DOUBTFUL
    damage_map[sure, channel] = SURE
    return damage_map


@pytest.mark.parametrize(("colour", "channel"), [(PAPER, LIGHT), (INK, DARK)])
@pytest.mark.parametrize("centre", [(120, 110), (20, 12)])
def test_a_loss_whose_border_is_found_is_found_as_a_whole(colour: int, channel: int, centre: tuple[int, int]) -> None:
    picture, border = _loss(colour, centre)
    damage_map = _map(border, np.zeros_like(border), channel)
    before = damage_map.copy()
    found = with_middles(damage_map, THRESHOLD, _view(picture))
    assert (found[picture == colour][:, channel] >= 255 * THRESHOLD).mean() > 0.98
    assert np.array_equal(found[picture != colour], damage_map[picture != colour])
    assert np.array_equal(damage_map, before)


def test_a_gap_in_the_border_is_bridged_where_the_detector_doubts() -> None:
    picture, border = _loss(PAPER, open_at=0.25)
    inside = picture == PAPER
    found = with_middles(_map(border, inside, LIGHT), THRESHOLD, _view(picture))[..., LIGHT]
    assert (found[inside] >= 255 * THRESHOLD).mean() > 0.98
    plain = _map(border, np.zeros_like(inside), LIGHT)
    assert np.array_equal(with_middles(plain, THRESHOLD, _view(picture)), plain)


def _craquelure() -> np.ndarray:
    cracks = np.zeros((SIDE, SIDE), np.uint8)
    for at in range(20, SIDE, 36):
        cv2.line(cracks, (at, 0), (at + 9, SIDE), 255, 3)
        cv2.line(cracks, (0, at), (SIDE, at - 7), 255, 3)
    return cracks > 0


def _crease() -> np.ndarray:
    loop = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(loop, (120, 110), (50, 35), 15, 0, 360, 255, 5)
    return loop > 0


@pytest.mark.parametrize("drawn", [_craquelure, _crease])
@pytest.mark.parametrize(("colour", "channel"), [(PAPER, LIGHT), (INK, DARK)])
@pytest.mark.parametrize("inside", [0, DOUBTFUL])
def test_what_cracks_surround_is_picture(
    drawn: Callable[[], np.ndarray], colour: int, channel: int, inside: int
) -> None:
    picture, cracks = _print(), drawn()
    picture[cracks] = colour
    damage_map = _map(cracks, np.full_like(cracks, inside > 0), channel)
    assert np.array_equal(with_middles(damage_map, THRESHOLD, _view(picture)), damage_map)


def test_the_lines_around_a_light_wall_do_not_make_it_a_loss() -> None:
    picture, border = _print(), np.zeros((SIDE, SIDE), np.uint8)
    picture[:] = 225 + np.random.default_rng(1).normal(0, 3, picture.shape)
    cv2.rectangle(border, (80, 70), (160, 150), 255, 4)
    picture[border > 0] = PAPER
    damage_map = _map(border > 0, np.zeros_like(border > 0), LIGHT)
    assert np.array_equal(with_middles(damage_map, THRESHOLD, _view(picture)), damage_map)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_search_finds_the_middle_of_a_loss(tmp_path, dtype: type) -> None:
    path = write_detector(tmp_path / "tiny.onnx", detector_manifest(threshold=0.2))
    detector = loading.load_detector(ModelEntry("tiny", path, sha256_of(path), loading.examine(path)), 1)
    picture = np.full((240, 320), 60, np.uint8)
    picture[40:80, 50:110] = 240
    deep = {"u": lambda: picture.astype(dtype) * dtype(np.iinfo(dtype).max // 255), "f": lambda: picture / dtype(255)}
    found = find_damage(deep[np.dtype(dtype).kind](), detector)
    mask = select(found, detector.threshold, SelectOptions(tone="light", dilate=0)).mask > 0
    assert np.array_equal(mask, picture == 240)
