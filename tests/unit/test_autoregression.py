"""Filling by the picture's own statistics."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gan_inpaint.engine.autoregression import CORE, SIDE, interpolate
from gan_inpaint.engine.prefill import prefill

MIDDLE = SIDE // 2
INNER = slice((SIDE - CORE) // 2, (SIDE + CORE) // 2)


def waves(count: int, channels: int = 3) -> np.ndarray:
    """(n, 26, 26, C): a regular weave, differently turned in each window."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    turns = np.linspace(0, 3, count)[:, None, None]
    planes = [0.5 * np.sin(x * (0.9 + 0.1 * turns) + y * np.cos(turns)) for _ in range(channels)]
    return np.stack(planes, 3).astype(np.float32)


def slit(width: int) -> np.ndarray:
    hole = np.zeros((SIDE, SIDE), np.bool_)
    hole[:, MIDDLE - 1 : MIDDLE - 1 + width] = True
    return hole


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_weave_is_continued_where_a_smooth_prefill_is_not(width: int, channels: int) -> None:
    truth, hole = waves(90, channels), slit(width)
    smooth = np.stack([prefill(picture, hole).reshape(picture.shape) for picture in truth])
    holes = np.repeat(hole[None], len(truth), 0)
    filled = interpolate(smooth, holes)
    inside = hole[INNER, INNER]
    wanted = truth[:, INNER, INNER][:, inside]
    error = np.abs(filled[:, inside] - wanted).mean()
    assert error < 0.5 * np.abs(smooth[:, INNER, INNER][:, inside] - wanted).mean() + 1e-3
    assert (filled[:, ~inside] == truth[:, INNER, INNER][:, ~inside]).all()


def test_what_is_flat_stays_flat_and_noise_makes_nothing_wild() -> None:
    hole = slit(4)[None]
    assert np.abs(interpolate(np.full((1, SIDE, SIDE, 3), 0.25, np.float32), hole) - 0.25).max() < 1e-5
    noise = np.random.default_rng(0).uniform(-1, 1, (40, SIDE, SIDE, 3)).astype(np.float32)
    holes = np.repeat(hole, 40, 0)
    filled = interpolate(noise, holes)
    assert np.isfinite(filled).all() and np.abs(filled).max() <= 1


def test_only_what_is_wanted_is_filled_anew() -> None:
    picture, hole = waves(1), np.zeros((1, SIDE, SIDE), np.bool_)
    hole[:, 6:18, 6:18] = True
    picture[hole] = 0
    wanted = hole & (np.arange(SIDE) < MIDDLE)
    filled = interpolate(picture, wanted)[0]
    inside = picture[0, INNER, INNER]
    assert (filled[:, MIDDLE - INNER.start :] == inside[:, MIDDLE - INNER.start :]).all()
    assert (filled[:, : MIDDLE - INNER.start] != inside[:, : MIDDLE - INNER.start]).any()


def test_a_window_of_which_all_is_missing_keeps_its_smooth_fill() -> None:
    pictures, holes = np.full((1, SIDE, SIDE, 3), -0.5, np.float32), np.ones((1, SIDE, SIDE), np.bool_)
    assert np.abs(interpolate(pictures, holes) + 0.5).max() < 1e-5


def test_the_windows_do_not_depend_on_each_other() -> None:
    pictures = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 1, (SIDE * 80, SIDE, 3)), (0, 0), 1)
    pictures = pictures.reshape(80, SIDE, SIDE, 3).astype(np.float32)
    holes = np.stack([slit(1 + number % 5) for number in range(80)])
    together = interpolate(pictures, holes)
    for number in (0, 41, 79):
        some = slice(number, number + 1)
        alone = interpolate(pictures[some], holes[some])
        assert np.abs(alone[0] - together[number]).max() < 1e-4
