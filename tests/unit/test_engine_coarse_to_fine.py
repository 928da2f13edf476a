"""Coarse to fine: holes of any size with a guided filler, and what they cost."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.test_engine_plan import answers, masks

from gan_inpaint.engine import fill
from gan_inpaint.engine.plan import CONTEXT, REACH, plan_windows
from gan_inpaint.engine.prefill import prefill
from gan_inpaint.options import FillOptions


class Recorder:
    """A guided filler that leaves the prefill as it is, plus a bias; keeps what it was shown."""

    name = "recorder"
    guided = True
    detail = 0.0

    def __init__(self, window: int = 256, size_multiple: int = 8, bias: float = 0.0) -> None:
        self.window, self.size_multiple, self.bias = window, size_multiple, bias
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
        assert images.shape[2] % self.size_multiple == images.shape[3] % self.size_multiple == 0
        assert max(images.shape[2:]) <= self.window
        assert np.isfinite(images).all()
        self.shapes.append(images.shape)
        return np.clip(images + np.float32(self.bias), -1, 1)

    @property
    def pixels(self) -> int:
        return sum(shape[0] * shape[2] * shape[3] for shape in self.shapes)


def ramp(height: int, width: int) -> np.ndarray:
    """float32 (H, W, 3) in [0.1, 0.9], brighter to the lower right."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return cv2.merge([0.1 + 0.8 * (x / width + y / height) / 2] * 3)


def disc(height: int, width: int, radius: int) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    cv2.circle(mask, (width // 2, height // 2), radius, 255, -1)
    return mask


@settings(deadline=None, max_examples=40)
@given(masks(), st.sampled_from([(64, 8), (256, 1), (512, 8)]), st.integers(0, 64))
def test_each_level_shows_the_hole_at_half_the_scale_until_it_is_thin(
    mask: np.ndarray, sizes: tuple[int, int], dilate: int
) -> None:
    plan = plan_windows(mask, *sizes, dilate, guided=True)
    assert (answers(plan, mask.shape)[mask > 0] == 1).all()
    for window in plan.windows:
        level = window
        assert level.scale == 1
        while level.coarser is not None:
            assert level.coarser.scale == level.scale / 2
            assert level.coarser.box.contains(window.core)
            level = level.coarser
            assert level.width % sizes[1] == level.height % sizes[1] == 0


def test_a_thin_hole_has_one_level_and_a_thick_one_more() -> None:
    thin, thick = (plan_windows(disc(900, 900, radius), 512, 8, 2, guided=True).windows for radius in (16, 200))
    assert [window.coarser for window in thin] == [None]
    assert thick[0].coarser is not None
    assert REACH / 2 < 400 * thick[0].coarsest.scale <= REACH


@pytest.mark.parametrize("radius", [20, 90, 300])
def test_a_smooth_picture_is_continued_smoothly_at_any_size_of_hole(radius: int) -> None:
    image, mask = ramp(700, 800), disc(700, 800, radius)
    filler = Recorder()
    filled = fill(image, mask, filler).image
    assert np.abs(filled - image).max() < 0.11  # a prefill is level in the middle
    steps = np.abs(np.diff(filled, axis=1)).max(), np.abs(np.diff(filled, axis=0)).max()
    assert max(steps) < 0.01  # no edge between levels or tiles


def test_tiles_of_a_window_fade_into_each_other() -> None:
    class Uneven(Recorder):
        def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
            return super().__call__(images, holes) + np.float32(0.02 * (len(self.shapes) % 2))

    filled = fill(ramp(700, 800), disc(700, 800, 300), Uneven()).image
    assert np.abs(np.diff(filled, axis=1)).max() < 0.006


def test_the_cost_follows_the_hole_and_not_the_photograph() -> None:
    costs = []
    for side in (2000, 4000):
        filler = Recorder(512)
        fill(np.full((side, side, 3), 128, np.uint8), disc(side, side, 200), filler)
        costs.append(filler.pixels)
    assert costs[0] == costs[1]


def test_no_more_is_run_than_the_hole_and_what_it_has_to_see() -> None:
    image, mask = np.full((3000, 3000, 3), 128, np.uint8), np.zeros((3000, 3000), np.uint8)
    mask[500:1300, 400:2400] = 255
    filler = Recorder(512)
    fill(image, mask, filler)
    finest = (2000 + 2 * CONTEXT + 4 * 32) * (800 + 2 * CONTEXT + 32)  # with the overlaps of 5 × 2 tiles
    assert filler.pixels < 1.55 * finest


def test_of_a_guided_window_the_surroundings_of_the_hole_are_run() -> None:
    filler = Recorder(512)
    fill(np.full((512, 512, 3), 128, np.uint8), disc(512, 512, 140), filler)
    side = -(-(2 * 142 + 1 + 2 * CONTEXT) // 8) * 8
    coarse, fine = filler.shapes
    assert max(coarse[2:]) <= 256
    assert max(fine[2:]) <= side + 8


def test_the_coarser_levels_of_a_large_hole_cost_less_than_the_finest() -> None:
    image, mask = np.full((3000, 3000, 3), 128, np.uint8), disc(3000, 3000, 900)
    normal, fast = Recorder(512), Recorder(512)
    fill(image, mask, normal)
    fill(image, mask, fast, FillOptions(quality="fast"))
    assert normal.pixels < 2.5 * 1800**2
    assert fast.pixels < 0.1 * normal.pixels


def test_the_best_quality_is_a_mean_over_mirrored_views() -> None:
    class Lopsided(Recorder):
        """Brighter to the right of what it is shown, whichever way that is turned."""

        def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
            slope = np.linspace(-0.2, 0.2, images.shape[3], dtype=np.float32)
            return super().__call__(images, holes) + slope

    image, mask = np.full((300, 300, 3), 0.5, np.float32), disc(300, 300, 20)
    normal, best = Lopsided(), Lopsided()
    assert np.ptp(fill(image, mask, normal).image) > 0.002
    assert np.ptp(fill(image, mask, best, FillOptions(quality="best")).image) < 0.0002
    assert len(best.shapes) == 4 * len(normal.shapes)


def test_the_prefill_is_what_generators_are_trained_with() -> None:
    torch = pytest.importorskip("torch")
    from gan_inpaint_training.generators.prefill import smooth_prefill as reference

    numbers = np.random.default_rng(2)
    picture = numbers.uniform(-1, 1, (72, 104, 3)).astype(np.float32)
    hole = cv2.resize(numbers.random((5, 6), np.float32), (104, 72)) > 0.5
    expected = reference(torch.from_numpy(picture.transpose(2, 0, 1)[None]), torch.from_numpy(hole[None, None] * 1.0))
    assert np.abs(prefill(picture, hole) - expected[0].permute(1, 2, 0).numpy()).max() < 1e-5


def test_a_prefill_does_not_bend_gray_into_a_white_sky() -> None:
    image, mask = np.full((256, 320, 3), 255, np.uint8), np.zeros((256, 320), np.uint8)
    image[150:] = 20
    cv2.ellipse(mask, (200, 0), (90, 130), 0, 0, 360, 255, -1)
    unguarded = prefill(image.astype(np.float32) / 127.5 - 1, mask > 0)
    assert unguarded[mask > 0].min() < 0.9
    assert fill(image, mask, Recorder(), FillOptions(dilate=0)).image[mask > 0].min() >= 254


def test_scattered_known_pixels_of_a_dense_blot_tell_the_prefill_what_is_under_it() -> None:
    random = np.random.default_rng(5)
    edge = np.where(np.arange(160)[:, None, None] > 80, np.float32(0.8), np.float32(-0.8))
    picture, hole = np.broadcast_to(edge, (160, 200, 3)), np.zeros((160, 200), bool)
    hole[30:130, 40:160] = random.random((100, 120)) < 0.95
    wrong = np.abs(prefill(picture, hole) - picture)[hole]
    assert wrong.mean() < 0.08  # 0.18 where a cell counts by how much of it is known


class Flat(Recorder):
    """A filler of one fixed size that is not guided, as published networks are; it fills with the mean."""

    guided = False

    def __init__(self, detail: float) -> None:
        super().__init__(256, 256)
        self.detail = detail

    def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
        assert (images * holes == 0).all()
        mean = images.sum(axis=(2, 3), keepdims=True) / (1 - holes).sum(axis=(2, 3), keepdims=True)
        return np.where(holes > 0, super().__call__(images, holes) * 0 + mean, images)


@pytest.mark.parametrize("radius", [60, 150])
def test_fills_of_a_network_of_one_size_get_the_texture_of_the_photograph_at_any_size_of_hole(radius: int) -> None:
    random = np.random.default_rng(0)
    image = np.clip(ramp(600, 700) + 0.05 * random.standard_normal((600, 700, 1)), 0, 1).astype(np.float32)
    mask = disc(600, 700, radius)
    inner = disc(600, 700, radius - 20) > 0
    grain = {}
    for detail in (0.0, 0.5):
        filled = fill(image, mask, Flat(detail)).image
        assert (filled[mask == 0] == image[mask == 0]).all()
        grain[detail] = float((filled - cv2.GaussianBlur(filled, (0, 0), 2))[inner].std())
    outside = float((image - cv2.GaussianBlur(image, (0, 0), 2)).std())
    assert grain[0.0] < 0.1 * outside
    assert 0.7 * outside < grain[0.5] < 1.3 * outside
