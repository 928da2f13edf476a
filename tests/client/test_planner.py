"""Which crops of a picture are sent: those that hold a hole and its surroundings, and no more than that."""

from __future__ import annotations

import itertools
import random

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_inpaint_client import Box, component_boxes, context_window, crops, strips
from gan_inpaint_client.planner import merged

LIMIT = 2**26
SIZE = (12_000, 8_000)
SPECKS = [Box(100, 100, 50, 50), Box(SIZE[0] - 200, SIZE[1] - 200, 50, 50)]

boxes = st.builds(Box, st.integers(0, 6_000), st.integers(0, 6_000), st.integers(1, 900), st.integers(1, 900))


def inside(outer: Box, inner: Box) -> bool:
    """Whether one box lies in another."""
    right, bottom = outer.x + outer.width, outer.y + outer.height
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= right
        and inner.y + inner.height <= bottom
    )


def meet(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def pixels(box: Box) -> int:
    return box.width * box.height


def test_two_specks_in_the_corners_of_96_megapixels_cost_two_small_crops() -> None:
    sent = [crop.sent for crop in crops(SPECKS, *SIZE, LIMIT)]
    assert sent == [context_window(speck, *SIZE) for speck in SPECKS]


def test_specks_beside_each_other_are_one_request() -> None:
    row = [Box(1_000 + 200 * number, 4_000, 8, 8) for number in range(20)]
    assert len(list(crops([*row, *SPECKS], *SIZE, LIMIT))) == 3


def test_holes_outside_the_picture_count_for_nothing() -> None:
    assert not list(crops([Box(-90, -90, 50, 50), Box(*SIZE, 9, 9)], *SIZE, LIMIT))


@given(st.lists(boxes, max_size=12))
def test_merged_boxes_hold_all_and_stay_apart(some: list[Box]) -> None:
    apart = merged(some)
    assert all(any(inside(large, box) for large in apart) for box in some)
    assert not [pair for pair in itertools.combinations(apart, 2) if meet(*pair)]


@given(boxes, st.integers(2_000, 900_000))
def test_strips_cover_an_area_once_and_stay_within_the_limit(area: Box, limit: int) -> None:
    parts = list(strips(area, limit))
    assert all(pixels(part.sent) <= limit and inside(part.sent, part.core) for part in parts)
    assert all(inside(area, part.sent) for part in parts)
    assert sum(pixels(part.core) for part in parts) == pixels(area)
    assert not [pair for pair in itertools.combinations(parts, 2) if meet(pair[0].core, pair[1].core)]


@pytest.mark.parametrize("area", [Box(7, 9, 300_000, 600), Box(7, 9, 600, 300_000), Box(7, 9, 20_000, 20_000)])
def test_neighbouring_strips_see_beyond_their_seam(area: Box) -> None:
    for one, other in itertools.pairwise(strips(area, LIMIT)):
        shared = [
            min(a + b, c + d) - max(a, c)
            for a, b, c, d in zip(one.sent[:2], one.sent[2:], other.sent[:2], other.sent[2:], strict=True)
        ]
        assert min(shared) >= 512


@given(
    st.lists(
        st.builds(Box, st.integers(0, 90), st.integers(0, 190), st.integers(1, 60), st.integers(1, 60)), max_size=6
    )
)
def test_components_hold_every_pixel_and_end_where_it_ends(holes: list[Box]) -> None:
    mask = np.zeros((256, 152), np.uint8)
    for x, y, width, height in holes:
        mask[y : y + height, x : x + width] = 1 + x
    found = component_boxes(mask.tobytes(), 152)
    around = np.zeros_like(mask)
    for x, y, width, height in found:
        around[y : y + height, x : x + width] = 1
        part = mask[y : y + height, x : x + width]
        assert part[0].any() and part[-1].any() and part[:, 0].any() and part[:, -1].any()
    assert (around[mask > 0] == 1).all()


def test_what_is_far_apart_is_found_as_different_components() -> None:
    mask = np.zeros((900, 1_000), np.uint8)
    expected = [Box(10, 10, 5, 7), Box(500, 11, 30, 3), Box(40, 800, 900, 90)]
    for x, y, width, height in expected:
        mask[y : y + height, x : x + width] = 255
    assert component_boxes(mask.tobytes(), 1_000) == expected


def test_a_bent_scratch_is_one_component() -> None:
    mask = np.zeros((2_000, 2_000), np.uint8)
    corners = np.array([[100, 1_900], [120, 100], [1_900, 140], [1_880, 1_910]], np.int32)
    cv2.polylines(mask, [corners], False, 255, 3)
    (found,) = component_boxes(mask.tobytes(), 2_000)
    x, y, width, height = cv2.boundingRect(mask)
    assert found == Box(x, y, width, height)


@pytest.mark.timeout(20)
def test_96_megapixels_of_dust_are_planned_quickly() -> None:
    mask = bytearray(SIZE[0] * SIZE[1])
    generator = random.Random(1)
    for _ in range(20_000):
        mask[generator.randrange(len(mask))] = 255
    parts = list(crops(component_boxes(bytes(mask), SIZE[0]), *SIZE, LIMIT))
    assert sum(pixels(part.sent) for part in parts) < 1.1 * len(mask)
