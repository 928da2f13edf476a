"""Exemplar completion: holes are filled with copies of what is around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint.engine.arrays import shifted
from gan_inpaint.engine.exemplar import complete
from gan_inpaint.engine.exemplar.completion import LARGEST_CELL, cell_of
from gan_inpaint.engine.finishing import DEEP, deep_parts
from gan_inpaint.engine.patches import spread


def _hole(shape: tuple[int, int], top: int, left: int, height: int, width: int) -> np.ndarray:
    hole = np.zeros(shape, bool)
    hole[top : top + height, left : left + width] = True
    return hole


def _smoothly_filled(truth: np.ndarray, hole: np.ndarray) -> np.ndarray:
    picture = truth.copy()
    picture[hole] = truth[~hole].mean(0)
    return picture


def test_a_texture_that_repeats_itself_is_continued_nearly_as_it_was() -> None:
    rows, columns = np.mgrid[:192, :192]
    waves = np.sin(2 * np.pi * columns / 16) * np.sin(2 * np.pi * rows / 16)
    truth = np.repeat(0.6 * waves[..., None], 3, 2).astype(np.float32)
    hole = _hole((192, 192), 70, 64, 52, 60)
    picture = _smoothly_filled(truth, hole)
    assert complete(picture, hole, ~hole)
    assert np.abs(picture - truth)[hole].mean() < 0.05 < np.abs(truth[hole]).mean()


def test_two_textures_are_each_continued_where_the_smooth_fill_has_their_colour() -> None:
    random = np.random.default_rng(0)
    truth = np.empty((200, 240, 3), np.float32)
    truth[:100] = -0.6 + 0.05 * random.standard_normal((100, 240, 1))
    truth[100:] = 0.4 + 0.3 * random.standard_normal((100, 240, 1))
    truth = np.clip(truth, -1, 1)
    hole = _hole((200, 240), 60, 90, 80, 60)
    picture = truth.copy()
    picture[60:100, 90:150], picture[100:140, 90:150] = -0.6, 0.4
    assert complete(picture, hole, ~hole)
    upper, lower = picture[64:94, 94:146], picture[106:136, 94:146]
    assert abs(upper.mean() + 0.6) < 0.05 and abs(lower.mean() - 0.4) < 0.08
    assert upper.std() < 0.1 and 0.2 < lower.std() < 0.4


@settings(max_examples=25, deadline=None)
@given(
    st.integers(24, 90),
    st.integers(24, 90),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 50),
    st.integers(0, 5),
)
def test_what_is_known_stays_and_the_rest_is_finite_and_in_range(
    height: int, width: int, top: int, left: int, side: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    truth = random.uniform(-1, 1, (height, width, 3)).astype(np.float32)
    hole = _hole((height, width), top % height, left % width, side, side)
    picture = _smoothly_filled(truth, hole) if not hole.all() else truth.copy()
    before = picture.copy()
    known = ~hole & (random.random((height, width)) < 0.98)
    done = complete(picture, hole, known)
    assert np.array_equal(picture[~hole], before[~hole])
    assert np.isfinite(picture).all() and np.abs(picture).max() <= 1
    assert done or np.array_equal(picture, before)


@pytest.mark.parametrize("shape", [(3, 3), (7, 40), (8, 8), (40, 9)])
def test_tiny_pictures_are_left_or_completed_without_an_error(shape: tuple[int, int]) -> None:
    picture, hole = np.zeros((*shape, 3), np.float32), np.zeros(shape, bool)
    hole[1, 1] = True
    complete(picture, hole, ~hole)
    assert np.isfinite(picture).all()


def test_without_enough_to_copy_from_nothing_changes() -> None:
    picture = np.random.default_rng(0).uniform(-1, 1, (64, 64, 3)).astype(np.float32)
    hole = np.ones((64, 64), bool)
    hole[:, :20] = False
    before = picture.copy()
    assert not complete(picture, hole, ~hole)
    assert not complete(picture, _hole((64, 64), 20, 20, 20, 20), np.zeros((64, 64), bool))
    assert np.array_equal(picture, before)


def test_cells_grow_with_the_hole_and_very_large_holes_are_left() -> None:
    assert cell_of(_hole((64, 64), 0, 0, 30, 30)) == 4
    large = np.ones((1000, 1000), bool)
    assert cell_of(large) > LARGEST_CELL
    assert not complete(np.zeros((1000, 1000, 3), np.float32), large, ~large)


def test_moving_a_plane_and_moving_it_back_is_a_cut() -> None:
    plane = np.arange(1, 31, dtype=np.float32).reshape(5, 6)
    there = shifted(plane, 2, -1, 0.0)
    assert there[0, 1] == plane[2, 0] and (there[3:] == 0).all() and (there[:, 0] == 0).all()
    assert (shifted(plane, 9, 0, -1.0) == -1).all()


def test_few_cells_are_spread_over_all() -> None:
    cells = np.ones((50, 50), bool)
    at = spread(cells, 200)
    assert 150 <= len(at) <= 200 and np.abs(at.mean(0) - 24.5).max() < 3
    assert len(spread(cells, 5000)) == 2500


def test_deep_parts_are_whole_components_and_far_ones_are_apart() -> None:
    hole = _hole((300, 300), 10, 10, 3, 60) | _hole((300, 300), 40, 40, 40, 40) | _hole((300, 300), 240, 240, 50, 50)
    hole[60, 5:40] = True  # a wire that leads into a deep part
    one, other = deep_parts(hole)
    assert one[60, 5:40].all() and one[40:80, 40:80].all() and np.count_nonzero(one) == 1600 + 35
    assert other[240:290, 240:290].all() and np.count_nonzero(other) == 2500
    assert deep_parts(_hole((90, 90), 10, 10, round(2 * DEEP) - 4, 60)) == []


def test_a_long_hole_across_a_large_picture_is_left_for_the_sake_of_memory() -> None:
    hole = np.zeros((2400, 2400), bool)
    rows = np.arange(2400)
    for width in range(30):
        hole[rows, np.minimum(rows + width, 2399)] = True
    assert not complete(np.zeros((2400, 2400, 3), np.float32), hole, ~hole)
