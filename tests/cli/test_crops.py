"""What is sent to the daemon holds every hole and its surroundings, and is worth sending."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_inpaint.cli import crops
from gan_inpaint.engine.box import Box

HUGE = 2**26

boxes = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    st.integers(0, 300), st.integers(0, 300), st.integers(1, 80), st.integers(1, 80),
)  # fmt: skip


def mask_of(width: int, height: int, holes: list[Box]) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    for hole in holes:
        mask[hole.slices] = 200
    return mask


def kept_in_place(crop: crops.Crop) -> tuple[slice, slice]:
    rows, columns = crop.kept
    return (
        slice(rows.start + crop.sent.top, rows.stop + crop.sent.top),
        slice(columns.start + crop.sent.left, columns.stop + crop.sent.left),
    )


@given(st.lists(boxes, min_size=1, max_size=8), st.integers(1, 400), st.integers(1, 400), st.integers(400, 40_000))
def test_every_hole_is_answered_for_once_by_crops_within_the_limit(
    holes: list[Box], width: int, height: int, limit: int
) -> None:
    mask = mask_of(width, height, holes)
    mask[height // 2, width // 2] = 255
    answered = np.zeros(mask.shape, int)
    for crop in crops.crops(mask, limit):
        assert crop.sent.contains(crop.core)
        assert Box(0, 0, width, height).contains(crop.sent)
        assert crop.core.slices == kept_in_place(crop)
        answered[crop.core.slices] += 1
    assert (answered[mask > 0] == 1).all()
    assert answered.max() == 1


def test_a_crop_holds_the_surroundings_that_the_protocol_asks_for() -> None:
    hole = Box(480, 480, 680, 560)
    (crop,) = crops.crops(mask_of(2000, 2000, [hole]), HUGE)
    assert crop.sent == crop.core == hole.expanded(100)


def test_holes_of_a_small_photograph_go_together() -> None:
    specks = [Box(x, y, x + 8, y + 8) for x, y in itertools.product(range(0, 2000, 400), repeat=2)]
    assert len(list(crops.crops(mask_of(2000, 2000, specks), HUGE))) == 1


def test_far_holes_of_a_large_photograph_go_one_by_one() -> None:
    corners = [Box(0, 0, 8, 8), Box(7992, 5992, 8000, 6000)]
    sent = [crop.sent for crop in crops.crops(mask_of(8000, 6000, corners), HUGE)]
    assert sent == [Box(0, 0, 72, 72), Box(7928, 5928, 8000, 6000)]


def test_a_hole_beyond_the_limit_is_cut_into_overlapping_strips() -> None:
    scratch = Box(990, 0, 1000, 8000)
    parts = list(crops.crops(mask_of(2000, 8000, [scratch]), 2_000_000))
    assert len(parts) > 1
    assert all(crop.sent.width * crop.sent.height <= 2_000_000 for crop in parts)
    for above, below in itertools.pairwise(parts):
        assert above.core.bottom == below.core.top
        assert above.sent.bottom > below.core.top and below.sent.top < above.core.bottom


@pytest.mark.timeout(20)
def test_thousands_of_specks_are_grouped_quickly() -> None:
    random = np.random.default_rng(0)
    mask = np.zeros((12_000, 12_000), np.uint8)
    mask[tuple(random.integers(0, 12_000, (2, 5_000)))] = 255
    assert sum(crop.core.width * crop.core.height for crop in crops.crops(mask, HUGE)) <= mask.size
