"""The defect planner: many thin defects in few small windows, each pixel filled once, and nothing else changed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.test_engine_coarse_to_fine import Recorder, ramp
from tests.unit.test_engine_fill import WHITE, pictures
from tests.unit.test_engine_plan import masks

from gan_inpaint.defects import fill as fill_holes
from gan_inpaint.defects import repair
from gan_inpaint.defects.cover import MARGIN, SIDES, cover
from gan_inpaint.defects.thickness import CELL, divide
from gan_inpaint.engine import fill
from gan_inpaint.errors import Cancelled, EmptyMask, MaskCoversAll, MaskSizeMismatch
from gan_inpaint.options import FillOptions


def scratches(height: int = 700, width: int = 900, *, wide: bool = False) -> np.ndarray:
    """Lines and specks; `wide` ones are thin, but wider than what is filled without the filler."""
    mask = np.zeros((height, width), np.uint8)
    cv2.line(mask, (30, 10), (60, height - 20), 255, 11 if wide else 3)
    cv2.line(mask, (100, 500), (width - 1, 300), 255, 12 if wide else 6)
    for x, y in np.random.default_rng(4).integers(0, (width, height), (60, 2)).tolist():
        cv2.circle(mask, (x, y), 6 if wide else 2, 255, -1)
    return mask


@settings(deadline=None, max_examples=150)
@given(pictures(), st.sampled_from(["srgb", "linear"]))
def test_pixels_outside_the_mask_and_all_alpha_are_bit_identical(
    picture: tuple[np.ndarray, np.ndarray], transfer: Any
) -> None:
    image, mask = picture
    before = image.tobytes(), mask.tobytes()
    if not mask.any() or mask.all():
        with pytest.raises(MaskCoversAll if mask.any() else EmptyMask):
            repair(image, mask, Recorder(512))
        return
    bits = np.dtype(f"u{image.dtype.itemsize}")
    try:
        repaired = repair(image, mask, Recorder(512), transfer=transfer).image
    except MaskCoversAll:
        planes = image.reshape(*mask.shape, -1)
        finite = np.isfinite(planes[..., : 1 if planes.shape[2] < 3 else 3]).all(axis=2)
        visible = planes[..., -1] != 0 if planes.shape[2] in (2, 4) else True
        assert not (finite & visible & (mask == 0)).any()
        return
    assert (image.tobytes(), mask.tobytes()) == before
    assert (repaired.shape, repaired.dtype) == (image.shape, image.dtype)
    assert np.array_equal(repaired.view(bits)[mask == 0], image.view(bits)[mask == 0])
    if image.ndim == 3 and image.shape[2] in (2, 4):
        assert np.array_equal(repaired.view(bits)[..., -1], image.view(bits)[..., -1])


@settings(deadline=None, max_examples=60)
@given(masks())
def test_every_pixel_of_a_mask_is_thin_or_thick_and_has_one_window_that_sees_around_it(mask: np.ndarray) -> None:
    thin, thick = divide(mask)
    windows = cover(thin)
    height, width = mask.shape
    owners = np.kron(windows.owners, np.ones((CELL, CELL), int))[:height, :width]
    hole = mask > 0
    if thick is not None:
        assert not (thick & ~hole).any()
        hole = hole & ~thick
    assert (owners[hole] >= 0).all()
    assert (thin == (windows.owners >= 0)).all()
    for number, (side, corner) in enumerate(zip(windows.sides.tolist(), windows.corners.tolist(), strict=True)):
        rows, columns = np.nonzero(windows.owners == number)
        for places, start in ((rows, corner[0]), (columns, corner[1])):
            assert side in SIDES
            assert places.min() * CELL >= start
            assert (places.max() + 1) * CELL <= start + side - 2 * MARGIN


@pytest.mark.parametrize("width", [1, 4, 8, 12])
def test_lines_of_any_length_and_direction_are_thin(width: int) -> None:
    mask = np.zeros((600, 700), np.uint8)
    for end in ((690, 20), (690, 580), (10, 580), (300, 590)):
        cv2.line(mask, (10, 10), end, 255, width)
    mask[:40] = 0  # where they meet they are one thick thing
    mask[:, :60] = 0
    thin, thick = divide(mask)
    assert thick is None
    assert thin.any()


def test_a_blot_is_thick_and_the_scratch_that_it_sits_on_stays_thin() -> None:
    mask = np.zeros((400, 600), np.uint8)
    cv2.line(mask, (10, 200), (590, 210), 255, 4)
    cv2.circle(mask, (300, 205), 40, 255, -1)
    thin, thick = divide(mask)
    assert thick is not None
    disc = np.zeros_like(mask)
    cv2.circle(disc, (300, 205), 38, 255, -1)
    assert thick[disc > 0].all()
    assert not thick[:, :240].any() and not thick[:, 360:].any()
    assert thin[:, 2:28].any(axis=0).all()


def test_nothing_is_run_twice_and_a_photograph_costs_no_more_than_its_defects() -> None:
    costs = []
    for side in (1500, 3000):
        mask = np.zeros((side, side), np.uint8)
        mask[:700, :900] = scratches(wide=True)
        filler = Recorder(512)
        repair(np.full((side, side, 3), 90, np.uint8), mask, filler)
        costs.append(filler.pixels)
        usual = Recorder(512)
        fill(np.full((side, side, 3), 90, np.uint8), mask, usual)
        assert 3 * filler.pixels < usual.pixels
    assert costs[0] == costs[1]


def test_windows_are_of_few_sizes_in_batches() -> None:
    filler = Recorder(512)
    repaired = repair(np.full((700, 900, 3), 90, np.uint8), scratches(wide=True), filler)
    assert {shape[2:] for shape in filler.shapes} <= {(side, side) for side in SIDES}
    assert 0 < sum(shape[0] for shape in filler.shapes) <= repaired.windows
    assert len(filler.shapes) < repaired.windows / 5


def test_the_narrowest_defects_need_no_filler() -> None:
    filler = Recorder(512)
    assert repair(np.full((700, 900, 3), 90, np.uint8), scratches(), filler).windows > 50
    assert filler.shapes == []


@pytest.mark.parametrize("dtype", WHITE)
@pytest.mark.parametrize("layout", [(), (1,), (2,), (3,), (4,)])
def test_a_slope_is_continued_at_every_depth(dtype: type, layout: tuple[int, ...]) -> None:
    truth = ramp(700, 900)[..., 0]
    truth = truth[..., None].repeat(layout[0], 2) if layout else truth
    truth = (truth * WHITE[dtype]).astype(dtype)
    mask = scratches()
    damaged = truth.copy()
    colours = damaged[..., :-1] if layout in ((2,), (4,)) else damaged
    colours[mask > 0] = WHITE[dtype]
    if layout in ((2,), (4,)):
        damaged[..., -1] = truth[..., -1] = WHITE[dtype]
    repaired = repair(damaged, mask, Recorder(512)).image
    assert np.abs(repaired.astype(np.float64) - truth).max() <= 0.012 * WHITE[dtype]


def test_values_beyond_white_survive() -> None:
    truth = ramp(300, 300) * 12 - 2
    mask = scratches(300, 300)
    damaged = np.where(mask[..., None] > 0, np.float32(-2), truth)
    for transfer in ("srgb", "linear"):
        assert np.abs(repair(damaged, mask, Recorder(512), transfer=transfer).image - truth).max() < 0.6


def test_a_half_selected_pixel_is_blended() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    mask = np.zeros((100, 100), np.uint8)
    image[:] = 200
    image[50, 20:40] = 0
    mask[50, 20:30], mask[50, 30:40] = 255, 51
    repaired = repair(image, mask, Recorder()).image.astype(int)
    assert np.abs(repaired[50, 20:30] - 200).max() <= 1
    assert np.abs(repaired[50, 30:40] - 200 * 51 / 255).max() <= 1


def test_what_is_thick_is_filled_from_a_picture_without_scratches() -> None:
    image = np.full((400, 600, 3), 90, np.uint8)
    mask = np.zeros((400, 600), np.uint8)
    cv2.circle(mask, (300, 200), 50, 255, -1)
    cv2.line(mask, (200, 10), (420, 390), 255, 5)
    image[mask > 0] = 255
    filler = Recorder(512)
    repaired = repair(image, mask, filler)
    assert (repaired.image == 90).all()
    assert max(max(shape[2:]) for shape in filler.shapes) > SIDES[-1]


def test_a_picture_smaller_than_a_window_is_repaired() -> None:
    image = np.full((9, 13), 77, np.uint8)
    mask = np.zeros_like(image)
    mask[4], mask[:, 12] = 255, 255
    image[mask > 0] = 255
    assert (repair(image, mask, Recorder()).image == 77).all()


def test_the_last_row_of_a_picture_smaller_than_a_window_goes_on_from_the_row_before_it() -> None:
    image = np.repeat(np.arange(20, 220, 10, dtype=np.uint8)[:, None], 300, axis=1)
    mask = np.zeros_like(image)
    mask[-1] = 255
    last = repair(np.where(mask > 0, 0, image).astype(np.uint8), mask, Recorder(512)).image[-1]
    assert np.abs(last.astype(int) - image[-1]).max() <= 15


def test_what_is_filled_does_not_depend_on_the_number_of_threads() -> None:
    mask = scratches(wide=True)
    image = np.random.default_rng(2).integers(0, 256, (*mask.shape, 3), np.uint8)
    one, three = (repair(image, mask, Recorder(512), threads=threads).image for threads in (1, 3))
    assert np.array_equal(one, three)


def test_a_window_that_knows_nothing_is_left_to_a_larger_one() -> None:
    image = np.full((300, 300, 4), 90, np.uint8)
    image[:130, :, 3] = 0
    image[130:, :, 3] = 255
    mask = np.zeros((300, 300), np.uint8)
    mask[100, 100:140] = 255
    repaired = repair(image, mask, Recorder(512))
    assert (repaired.image[100, 100:140, :3] == 90).all()


def test_where_nothing_is_known_around_a_part_the_others_are_repaired_all_the_same() -> None:
    image = np.full((900, 300, 4), 90, np.uint8)
    image[:700, :, 3], image[700:, :, 3] = 0, 255
    mask = np.zeros((900, 300), np.uint8)
    mask[100, 100:140] = mask[850, 100:140] = 255
    image[mask > 0, 0] = 255
    repaired = repair(image, mask, Recorder(512)).image
    assert (repaired[850, 100:140, 0] == 90).all()
    assert (repaired[100, 100:140, 0] == 255).all()


def test_a_filler_that_is_not_guided_fills_the_usual_way() -> None:
    class Zero(Recorder):
        guided = False

    image, mask = np.full((700, 900), 90, np.uint8), scratches()
    fillers = [Zero(256), Zero(256)]
    repaired, filled = repair(image, mask, fillers[0]), fill(image, mask, fillers[1], FillOptions(dilate=0))
    assert repaired.windows == filled.windows
    assert [shape[2:] for shape in fillers[0].shapes] == [shape[2:] for shape in fillers[1].shapes]


def test_progress_goes_to_the_last_window_and_what_it_raises_ends_the_work() -> None:
    mask = scratches(wide=True)
    cv2.circle(mask, (450, 200), 60, 255, -1)
    image = np.full((700, 900, 3), 90, np.uint8)
    reports: list[tuple[int, int]] = []
    repaired = repair(image, mask, Recorder(512), on_window=lambda done, total: reports.append((done, total)))
    assert {total for _, total in reports} == {repaired.windows}
    assert reports[0][0] == 0 and reports[-1] == (repaired.windows, repaired.windows)
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)
    filler = Recorder(512)

    def cancel(done: int, total: int) -> None:
        if done:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        repair(image, mask, filler, on_window=cancel)
    assert len(filler.shapes) <= 1


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(MaskSizeMismatch):
        repair(np.zeros((4, 6), np.uint8), np.ones((6, 4), np.uint8), Recorder())


def test_a_fill_gives_thin_holes_the_way_of_a_repair_and_grain_and_thick_ones_their_own() -> None:
    random = np.random.default_rng(3)
    image = random.integers(90, 150, (160, 160, 3), np.uint8)
    image[:, :80] = cv2.GaussianBlur(image[:, :80], (0, 0), 3)  # calm ground: nothing to be added there
    mask = np.zeros((160, 160), np.uint8)
    mask[20:24, 10:150] = 255
    mask[90:140, 90:140] = 255
    mask[112:116, 20:90] = 255  # an arm of the thick hole
    filler = Recorder(512)

    exact = FillOptions(dilate=0)
    filled = fill_holes(image, mask, filler, exact).image
    thick = np.where(np.arange(160)[:, None] > 60, mask, 0).astype(np.uint8)
    repaired = repair(image, mask - thick, filler).image

    assert np.array_equal(filled[mask == 0], image[mask == 0])
    calm, rough = (
        np.abs(filled.astype(int) - repaired)[20:24, side].mean() for side in (slice(10, 70), slice(90, 150))
    )
    assert rough > 2 > calm  # grain, as much as is around
    assert np.array_equal(filled, fill(np.where(thick[..., None] > 0, image, filled), thick, filler, exact).image)


def test_a_tight_selection_of_a_soft_wire_leaves_little_of_it() -> None:
    wire = np.zeros((96, 96), np.float32)
    wire[46:50] = 1
    wire = cv2.GaussianBlur(wire, (0, 0), 0.9)
    image = (200 - 180 * wire).astype(np.uint8)
    mask = np.where(wire > 0.5, np.uint8(255), np.uint8(0))
    filler = Recorder(512)

    exact, usual = (fill_holes(image, mask, filler, FillOptions(dilate=by)).image[mask > 0].mean() for by in (0, 2))

    assert exact < 170 < 185 < usual


def test_a_thin_fill_fades_in_over_the_feather() -> None:
    image, mask = np.full((64, 64), 200, np.uint8), np.zeros((64, 64), np.uint8)
    image[28:36] = 0
    mask[28:36] = 255
    filler = Recorder(512)

    plain, soft = (fill_holes(image, mask, filler, FillOptions(feather=feather)).image[:, 32] for feather in (0, 3))

    assert (plain[28:36] > 190).all()
    assert (np.diff(soft[28:32].astype(int)) > 20).all() and soft[28] < 70
