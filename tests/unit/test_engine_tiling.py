"""Uniform tiles: few, equal, complete, and no larger than a network takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint.engine.tiling import cross_fading_tiles, equal_tiles, fill_tiled, rounded_up


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 64), st.sampled_from([1, 8, 48]), st.integers(0, 1))
def test_equal_tiles_cover_an_extent_and_are_as_few_and_small_as_possible(
    extent: int, largest: int, multiple: int, overlaps: int
) -> None:
    largest *= multiple
    overlap = overlaps * (largest // 16)
    count, side = equal_tiles(extent, largest, multiple, overlap)
    assert count * (side - overlap) + overlap >= extent
    assert side <= largest and side % multiple == 0
    assert count == 1 or (count - 1) * (largest - overlap) + overlap < extent
    assert side == multiple or count * (side - multiple - overlap) + overlap < extent


@settings(deadline=None)
@given(st.integers(1, 400), st.sampled_from([64, 256, 512]), st.sampled_from([1, 8]))
def test_cross_fading_tiles_begin_and_end_with_the_extent_and_overlap(extent: int, largest: int, multiple: int) -> None:
    extent = extent * multiple
    tiles = cross_fading_tiles(extent, largest, multiple)
    assert tiles.starts[0] == 0
    assert tiles.starts[-1] + tiles.side == max(extent, tiles.side)
    for before, after in zip(tiles.starts[:-1], tiles.starts[1:], strict=True):
        assert before + tiles.side - after >= tiles.overlap - 1  # starts are rounded


@pytest.mark.parametrize("size", [(64, 64), (200, 328)])
def test_what_is_wanted_is_run_with_its_context_and_nothing_else(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).random((*size, 3), np.float32)
    wanted = np.zeros(size, np.bool_)
    wanted[10:30, 12:50] = True
    shapes: list[tuple[int, ...]] = []

    def run(part: np.ndarray, hole: np.ndarray) -> np.ndarray:
        assert hole.shape == part.shape[:2]
        shapes.append(hole.shape)
        return part

    filled = fill_tiled(picture, wanted, wanted, 128, 8, 16, run)
    assert filled[wanted] == pytest.approx(picture[wanted], abs=1e-4)
    assert shapes == [(48, 64)] if size == (64, 64) else all(max(shape) <= 128 for shape in shapes)
    assert not filled[60:, 100:].any()


def test_rounding_up_gives_a_multiple() -> None:
    assert [rounded_up(value, 8) for value in (0, 1, 8, 9)] == [0, 8, 8, 16]
