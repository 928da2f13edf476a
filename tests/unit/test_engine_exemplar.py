"""Exemplar completion: holes are filled with copies of what is around them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint.engine.arrays import shifted
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.exemplar import complete
from gan_inpaint.engine.exemplar.alignment import aligned
from gan_inpaint.engine.exemplar.completion import LARGEST_CELL, LARGEST_FINAL_CELL, cells_of
from gan_inpaint.engine.exemplar.grid import grid_of
from gan_inpaint.engine.exemplar.labelling import finer_labels
from gan_inpaint.engine.exemplar.lines import line_offsets
from gan_inpaint.engine.finishing import DEEP, deep_parts
from gan_inpaint.engine.interruption import always
from gan_inpaint.engine.patches import spread
from gan_inpaint.errors import Cancelled


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
    assert cells_of(_hole((64, 64), 0, 0, 30, 30)) == [4]
    large = np.ones((1500, 2000), bool)
    cells = cells_of(large)
    assert cells[0] <= LARGEST_CELL and cells[-1] <= LARGEST_FINAL_CELL and cells[0] == 2 * cells[-1]
    larger = np.ones((2100, 2100), bool)
    assert not complete(np.zeros((2100, 2100, 3), np.float32), larger, ~larger)


def test_a_seam_moves_within_a_cell_to_where_the_copies_meet_the_picture() -> None:
    picture = np.zeros((64, 96, 3), np.float32)
    picture[:, 46:] = 1  # an edge through the hole, in the middle of a cell of 4 pixels
    hole = _hole((64, 96), 24, 36, 16, 24)
    grid = grid_of(picture, hole, ~hole, 2)
    halves = np.full((32, 48), -1)
    halves[12:20, 18:24], halves[12:20, 24:30] = 0, 1  # the dark from the left, the light from the right

    labels = finer_labels(grid, np.array([[0, -14], [0, 14]], np.intp), halves, always)

    assert (labels[~grid.hole] == -1).all()
    assert (labels[12:20, 18:23] == 0).all() and (labels[12:20, 23:30] == 1).all()


def _with_remainder(value: float, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Fine grain around a hole, and what an object has left beside it: a bar as `value` below the hole."""
    picture = np.float32(0.3) + np.random.default_rng(0).normal(0, 0.02, (160, 160, 1)).astype(np.float32)
    picture = np.repeat(picture, 3, 2)
    hole = _hole((160, 160), 50, 50, 60, 60)
    picture[110 : 110 + width, 50:110] = value
    return picture, hole


def test_a_large_step_beside_the_hole_stays_an_edge() -> None:
    picture, hole = _with_remainder(-0.9, 4)
    picture[hole] = 0.3
    assert complete(picture, hole, ~hole)
    assert np.abs(picture[50:95, 50:110].mean(axis=(1, 2)) - 0.3).max() < 0.03, "no haze reaches into the hole"


def test_a_small_step_is_spread_over_the_hole() -> None:
    slope = np.linspace(-0.1, 0.1, 160, dtype=np.float32)[:, None, None]
    picture, hole = _with_remainder(0.3, 0)
    picture += slope
    truth = picture.copy()
    picture[hole] = (0.3 + np.broadcast_to(slope, picture.shape))[hole]
    assert complete(picture, hole, ~hole)
    edge = np.abs(picture[hole.any(axis=1)][[0, -1], 50:110] - picture[[49, 110], 50:110]).mean()
    assert edge < 1.5 * np.abs(np.diff(truth, axis=0)).mean(), "no seam"


def test_copies_may_come_from_what_resembles_the_surroundings_only() -> None:
    """The smooth fill resembles a small patch of another kind; around the hole there is nothing but stripes."""
    truth = np.full((160, 240, 3), 0.5, np.float32)
    truth[:, ::8] = truth[:, 1::8] = -0.5
    truth[10:40, 200:230] = -0.8
    hole = _hole((160, 240), 60, 80, 50, 60)
    picture = truth.copy()
    picture[hole] = -0.8
    assert complete(picture, hole, ~hole)
    assert np.abs(picture - truth)[hole].mean() < 0.2


def test_an_answer_between_ends_the_work_at_once() -> None:
    truth = np.random.default_rng(0).uniform(-1, 1, (256, 256, 3)).astype(np.float32)
    hole = _hole((256, 256), 80, 80, 100, 100)
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1

    assert complete(truth.copy(), hole, ~hole, count)
    assert asked > 80  # no step of the work is a larger share of it than one of these

    def stop() -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        complete(truth, hole, ~hole, stop)


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
    everywhere = Box(0, 0, 300, 300)
    one, other = (_whole(part, box, hole.shape) for box, part in deep_parts(hole, everywhere))
    assert one[60, 5:40].all() and one[40:80, 40:80].all() and np.count_nonzero(one) == 1600 + 35
    assert other[240:290, 240:290].all() and np.count_nonzero(other) == 2500
    assert deep_parts(_hole((90, 90), 10, 10, round(2 * DEEP) - 4, 60), everywhere) == []
    ((_, only),) = deep_parts(hole, Box(250, 250, 300, 300))
    assert np.count_nonzero(only) == 2500, "the other does not reach into the core"


def test_a_small_deep_part_has_small_surroundings() -> None:
    hole = _hole((900, 900), 400, 400, 30, 40)
    ((box, _),) = deep_parts(hole, Box(0, 0, 900, 900))
    assert box.width <= 5 * 40 and box.height <= 5 * 40


def _whole(part: np.ndarray, box: Box, shape: tuple[int, ...]) -> np.ndarray:
    whole = np.zeros(shape, bool)
    whole[box.slices] = part
    return whole


def test_a_long_hole_across_a_large_picture_is_left_for_the_sake_of_memory() -> None:
    hole = np.zeros((2400, 2400), bool)
    rows = np.arange(2400)
    for width in range(30):
        hole[rows, np.minimum(rows + width, 2399)] = True
    assert not complete(np.zeros((2400, 2400, 3), np.float32), hole, ~hole)


@pytest.mark.parametrize(("period", "offset"), [(7, -56), (9, -54), (11, -55), (13, -52), (29, -58)])
def test_copies_meet_what_is_known_to_the_pixel(period: int, offset: int) -> None:
    stripes = np.where(np.arange(224) % period < 2, 0.8, -0.4)[None, :, None] * np.ones((160, 1, 3))
    grain = 0.02 * np.random.default_rng(1).standard_normal((160, 224, 1))
    truth = (stripes + grain).astype(np.float32)
    hole = _hole((160, 224), 0, 80, 160, 52)
    chosen = np.zeros((40, 56, 2), np.intp)
    chosen[:, 20:33, 1] = 4 * round((offset + 1) / 4)  # the best of whole cells

    moved = aligned(_smoothly_filled(truth, hole), hole, ~hole, chosen, 4, always)

    assert (moved[:, 20:33, 1] == offset).all()
    assert (moved[:, :20] == 0).all() and (moved[:, 33:] == 0).all()


def _slanted(height: int, width: int, slope: float, seed: int) -> np.ndarray:
    """A dark plane and a light one with grain; their edge goes through the middle, `slope` columns a row."""
    rows, columns = np.mgrid[:height, :width]
    light = (columns > width / 2 + slope * (rows - height / 2)).astype(np.float32)
    light = cv2.GaussianBlur(light, (0, 0), 1) * np.float32(0.8) - np.float32(0.4)
    grain = np.random.default_rng(seed).normal(0, 0.02, (height, width)).astype(np.float32)
    return np.repeat((light + grain)[..., None], 3, 2)


@pytest.mark.parametrize("slope", [0.35, -0.2, 0.6, 1.7])
def test_an_edge_at_a_slant_goes_on_straight_through_a_hole(slope: float) -> None:
    truth = _slanted(320, 320, slope, 0) + np.linspace(-0.3, 0.3, 320, dtype=np.float32)[:, None, None]
    hole = _hole((320, 320), 50, 60, 220, 200)
    picture = truth.copy()
    picture[hole] = cv2.GaussianBlur(truth, (0, 0), 40)[hole]
    assert complete(picture, hole, ~hole)
    wrong = np.abs(picture - truth).mean(axis=2)[hole] > 0.4
    assert wrong.mean() < 0.03


def test_a_short_line_is_laid_end_to_end() -> None:
    picture = _slanted(160, 160, 0.35, 1)
    hole = _hole((160, 160), 40, 50, 90, 60)
    picture[hole] = 0
    offsets = line_offsets(grid_of(picture, hole, ~hole, 4))
    steep = [(down, across) for down, across in offsets if abs(down) > 4 and abs(across / down - 0.35) < 0.15]
    assert len(steep) >= 2
