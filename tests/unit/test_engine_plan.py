"""The plan of windows: inside the image, complete, without overlap, and cheap."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint.engine.box import Box
from gan_inpaint.engine.plan import Plan, plan_windows

NATIVE = 512


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """Masks up to 1500 pixels a side with rectangles, lines and single pixels, never empty."""
    height, width = draw(st.integers(1, 1500)), draw(st.integers(1, 1500))
    mask = np.zeros((height, width), np.uint8)
    point = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    for start, end in draw(st.lists(st.tuples(point, point), max_size=4)):
        cv2.line(mask, start, end, 255, draw(st.integers(1, 30)))
    for start, end in draw(st.lists(st.tuples(point, point), max_size=2)):
        cv2.rectangle(mask, start, end, 1, -1)
    for x, y in draw(st.lists(point, min_size=1, max_size=20)):
        mask[y, x] = draw(st.integers(1, 255))
    return mask


def answers(plan: Plan, shape: tuple[int, int]) -> np.ndarray:
    """How many windows answer for each pixel."""
    count = np.zeros(shape, int)
    for index, window in enumerate(plan.windows):
        count[window.core.slices] += plan.owned(index, window.core)
    return count


def network_pixels(plan: Plan) -> int:
    return sum(window.width * window.height for window in plan.windows)


@settings(deadline=None, max_examples=60)
@given(masks(), st.sampled_from([(64, 8), (256, 1), (512, 8), (512, 48), (1024, 32)]), st.integers(0, 256))
def test_every_hole_pixel_is_answered_for_by_exactly_one_window_inside_the_image(
    mask: np.ndarray, sizes: tuple[int, int], dilate: int
) -> None:
    multiple = sizes[1]
    native = -(-sizes[0] // multiple) * multiple
    plan = plan_windows(mask, native, multiple, dilate)
    assert (answers(plan, mask.shape)[mask > 0] == 1).all()
    for window in plan.windows:
        assert Box(0, 0, mask.shape[1], mask.shape[0]).contains(window.box)
        assert window.box.contains(window.core)
        assert window.width % multiple == window.height % multiple == 0
        assert max(window.width, window.height) <= native
        assert window.content[0] <= window.width
        assert window.content[1] <= window.height
        assert 0 < window.scale <= 1


@settings(deadline=None, max_examples=60)
@given(masks(), st.sampled_from([32, 48, 128, 200, 512]), st.integers(0, 256))
def test_a_filler_of_one_size_is_only_shown_windows_of_it(mask: np.ndarray, side: int, dilate: int) -> None:
    plan = plan_windows(mask, side, side, dilate)
    assert (answers(plan, mask.shape)[mask > 0] == 1).all()
    for window in plan.windows:
        assert (window.width, window.height) == (side, side)
        assert Box(0, 0, mask.shape[1], mask.shape[0]).contains(window.box)
        assert window.box.contains(window.core)
        assert 0 < window.scale <= 1


def test_a_hole_larger_than_the_only_window_is_shown_in_it_reduced_with_a_quarter_of_context() -> None:
    mask = np.zeros((1000, 1200), np.uint8)
    mask[300:600, 400:700] = 255
    (window,) = plan_windows(mask, 32, 32, 2).windows
    assert window.content == (32, 32)
    assert window.scale == pytest.approx(32 / 456, rel=0.02)
    assert window.box.contains(Box(400, 300, 700, 600).expanded(70))


def test_a_picture_smaller_than_the_only_window_is_extended() -> None:
    mask = np.zeros((40, 50), np.uint8)
    mask[10:20, 10:20] = 255
    (window,) = plan_windows(mask, 128, 128, 2).windows
    assert (window.width, window.height, window.content) == (128, 128, (50, 40))


@settings(deadline=None, max_examples=40)
@given(masks(), st.integers(0, 32))
def test_a_window_at_full_scale_sees_context_wherever_the_image_has_some(mask: np.ndarray, dilate: int) -> None:
    height, width = mask.shape
    for window in plan_windows(mask, NATIVE, 8, dilate).windows:
        if window.scale == 1:
            assert window.box.contains(window.core.expanded(dilate + 64).clipped(width, height))


def test_the_image_is_extended_only_where_it_is_smaller_than_the_window() -> None:
    mask = np.zeros((100, 900), np.uint8)
    mask[40:60, 880:] = 255
    (window,) = plan_windows(mask, NATIVE, 8, 4).windows
    assert window.content == (window.width, 100)
    assert window.height == 128
    assert window.box == Box(900 - window.width, 0, 900, 100)


@pytest.mark.parametrize("where", [(0, 0), (3999, 5999), (2000, 3000)])
def test_a_single_pixel_costs_one_small_window(where: tuple[int, int]) -> None:
    mask = np.zeros((4000, 6000), np.uint8)
    mask[where] = 1
    (window,) = plan_windows(mask, NATIVE, 8, 4).windows
    assert (window.width, window.height, window.scale) == (192, 192, 1.0)


def test_a_hole_of_a_third_of_the_native_window_is_filled_at_full_scale() -> None:
    mask = np.zeros((4000, 6000), np.uint8)
    mask[1003:1283, 2005:2285] = 255
    (window,) = plan_windows(mask, NATIVE, 8, 4).windows
    assert (window.width, window.height, window.scale) == (512, 512, 1.0)


@pytest.mark.parametrize(("side", "around"), [(600, 200), (1800, 512), (2100, 64)])
def test_a_large_hole_of_a_guided_filler_sees_what_it_can_be_copied_from_unless_that_is_too_much(
    side: int, around: int
) -> None:
    mask = np.zeros((4000, 6000), np.uint8)
    mask[1000 : 1000 + side, 2000 : 2000 + side] = 255
    (window,) = plan_windows(mask, NATIVE, 8, 2, guided=True).windows
    assert window.scale == 1
    left = window.core.left - window.box.left
    assert around <= left <= around + 20


def test_a_hole_larger_than_the_native_window_is_one_window_at_a_reduced_scale() -> None:
    mask = np.zeros((3000, 3000), np.uint8)
    mask[1000:2000, 1000:2000] = 255
    (window,) = plan_windows(mask, NATIVE, 8, 4).windows
    assert window.scale == pytest.approx(512 / 1512, rel=0.02)
    assert window.box.contains(Box(1000, 1000, 2000, 2000).expanded(250))


def test_a_wire_across_the_photograph_keeps_its_full_scale() -> None:
    mask = np.zeros((4000, 6000), np.uint8)
    cv2.line(mask, (10, 10), (5900, 3900), 255, 6)
    plan = plan_windows(mask, NATIVE, 8, 4)
    assert {window.scale for window in plan.windows} == {1.0}
    assert network_pixels(plan) < 0.2 * mask.size


def test_a_wire_keeps_its_full_scale_though_it_touches_something_large() -> None:
    mask = np.zeros((4000, 6000), np.uint8)
    cv2.line(mask, (10, 10), (5900, 3900), 255, 6)
    cv2.circle(mask, (3000, 1980), 400, 255, -1)
    reduced = [window for window in plan_windows(mask, NATIVE, 8, 4).windows if window.scale < 1]
    assert len(reduced) == 1
    assert max(reduced[0].box.width, reduced[0].box.height) < 1800


def test_300_specks_in_a_photograph_are_few_small_windows_in_few_batches() -> None:
    numbers = np.random.default_rng(7)
    mask = np.zeros((4000, 6000), np.uint8)
    for x, y, radius in zip(
        numbers.integers(0, 6000, 300), numbers.integers(0, 4000, 300), numbers.integers(1, 9, 300), strict=True
    ):
        cv2.circle(mask, (int(x), int(y)), int(radius), 255, -1)
    plan = plan_windows(mask, NATIVE, 8, 4)
    assert len(plan.windows) < 280
    assert len(list(plan.batches(NATIVE**2))) < 60
    assert network_pixels(plan) < 0.5 * mask.size


def test_300_specks_close_together_share_windows() -> None:
    numbers = np.random.default_rng(7)
    mask = np.zeros((4000, 6000), np.uint8)
    mask[numbers.integers(1000, 2000, 300), numbers.integers(1000, 2000, 300)] = 255
    plan = plan_windows(mask, NATIVE, 8, 4)
    assert len(plan.windows) <= 20
    assert network_pixels(plan) < 3_000_000


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(1, 2000))
def test_batches_hold_every_window_once_and_no_more_pixels_than_allowed(limit_side: int) -> None:
    mask = np.zeros((2000, 2000), np.uint8)
    mask[50::300, 50::300] = 255
    mask[300:500, 300:500] = 255
    plan = plan_windows(mask, NATIVE, 8, 4)
    batches = list(plan.batches(limit_side**2))
    assert sorted(index for batch in batches for index in batch) == list(range(len(plan.windows)))
    for batch in batches:
        sizes = {(plan.windows[index].width, plan.windows[index].height) for index in batch}
        assert len(sizes) == 1
        assert len(batch) == 1 or sum(w * h for w, h in sizes) * len(batch) <= limit_side**2


def test_a_window_without_a_coarser_level_is_in_no_batch_with_one_that_has_some() -> None:
    mask = np.zeros((1500, 1500), np.uint8)
    mask[:136, :136] = mask[900:1000, 900:1000] = 255
    plan = plan_windows(mask, NATIVE, 8, 4, guided=True)
    assert {(window.width, window.coarser is None) for window in plan.windows} == {(256, True), (256, False)}
    for batch in plan.batches(NATIVE**2):
        assert len({plan.windows[index].coarser is None for index in batch}) == 1
