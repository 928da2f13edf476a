"""Detail from around the hole: as much as there is, of the same kind, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gan_inpaint.engine.bands import bands_of
from gan_inpaint.engine.detail import add_detail


def with_hole(texture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture with a smooth fill in a disc in its middle, and that hole."""
    height, width = texture.shape[:2]
    hole = np.zeros((height, width), np.uint8)
    cv2.circle(hole, (width // 2, height // 2), 40, 1, -1)
    smooth = cv2.GaussianBlur(texture, (0, 0), 6)
    return np.where(hole[..., None] > 0, smooth, texture), hole > 0


def grainy(sigma: float, side: int = 200) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, sigma, (side, side, 3))
    return (0.2 + noise).astype(np.float32)


def stripes(side: int = 200, period: int = 8) -> np.ndarray:
    y = np.arange(side, dtype=np.float32)[:, None]
    return np.repeat(np.repeat(0.3 * np.sin(y * 2 * np.pi / period), side, 1)[..., None], 3, 2).astype(np.float32)


@pytest.mark.parametrize("sigma", [0.02, 0.1])
def test_a_fill_in_a_grainy_scan_is_as_grainy(sigma: float) -> None:
    picture, hole = with_hole(grainy(sigma))
    add_detail(picture, hole, ~hole)
    deep = cv2.erode(hole.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    for channel in range(3):
        assert 0.8 < picture[deep][:, channel].std() / picture[~hole][:, channel].std() < 1.1


def test_flat_ground_stays_flat() -> None:
    picture, hole = with_hole(np.full((200, 200, 3), 0.4, np.float32))
    add_detail(picture, hole, ~hole)
    assert np.abs(picture - 0.4).max() < 1e-4


def test_known_pixels_are_not_touched() -> None:
    picture, hole = with_hole(grainy(0.1))
    before = picture.copy()
    add_detail(picture, hole, ~hole)
    assert np.array_equal(picture[~hole], before[~hole])
    assert not np.array_equal(picture[hole], before[hole])


def test_detail_comes_only_from_what_is_known() -> None:
    texture = grainy(0.0)
    texture[:, :60] = grainy(0.3)[:, :60]
    picture, hole = with_hole(texture)
    known = ~hole
    known[:, :100] = False  # farther away than a band reaches
    smooth = picture.copy()
    add_detail(picture, hole, known)
    assert np.abs(picture - smooth).max() < 1e-4


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_the_weight_scales_what_is_added_near_the_boundary(weight: float) -> None:
    picture, hole = with_hole(grainy(0.1))
    smooth, whole = picture.copy(), picture.copy()
    add_detail(whole, hole, ~hole)
    add_detail(picture, hole, ~hole, weight)
    depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
    near = depth < 5  # what is coarser begins there
    assert np.allclose(picture[near], (smooth + weight * (whole - smooth))[near], atol=1e-6)
    assert np.allclose(picture[depth > 25], whole[depth > 25], atol=1e-6)


@pytest.mark.parametrize(("radius", "is_taken"), [(80, True), (15, False)])
def test_coarse_texture_is_taken_from_elsewhere_deep_in_a_hole_alone(radius: int, is_taken: bool) -> None:
    texture = stripes(side=400, period=24)
    hole = np.zeros((400, 400), np.uint8)
    cv2.circle(hole, (200, 200), radius, 1, -1)
    picture = np.where(hole[..., None] > 0, np.float32(0), texture)
    add_detail(picture, hole > 0, hole == 0)
    middle = np.s_[200 - radius // 3 : 200 + radius // 3, 200 - radius // 3 : 200 + radius // 3]
    assert (picture[middle].std() > 0.6 * texture.std()) == is_taken


def test_a_texture_is_continued_and_not_only_its_energy() -> None:
    texture = stripes()
    picture, hole = with_hole(texture)
    picture[hole] = cv2.GaussianBlur(texture, (0, 0), 2)[hole]  # stripes of a third of their contrast
    before = np.abs(picture - texture)[hole].mean()
    add_detail(picture, hole, ~hole)
    assert np.abs(picture - texture)[hole].mean() < 0.6 * before


@pytest.mark.parametrize("size", [(9, 7), (64, 200), (1037, 613)])
def test_any_size_of_picture_is_taken(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).uniform(-1, 1, (*size, 3)).astype(np.float32)
    hole = np.zeros(size, bool)
    hole[size[0] // 3 : size[0] // 2, size[1] // 3 : size[1] // 2] = True
    add_detail(picture, hole, ~hole)
    assert np.isfinite(picture).all()


def test_without_any_known_cell_the_fill_stays() -> None:
    picture = np.zeros((32, 32, 3), np.float32)
    hole = np.ones((32, 32), bool)
    hole[0, 0] = False
    add_detail(picture, hole, ~hole)
    assert not picture.any()


def test_calm_ground_stays_calm_beside_texture_of_the_same_colour() -> None:
    texture = np.where(np.arange(200)[:, None, None] < 100, grainy(0.01), grainy(0.2))
    picture, hole = with_hole(texture)
    add_detail(picture, hole, ~hole)
    deep = cv2.erode(hole.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    calm, rough = deep.copy(), deep.copy()
    calm[85:], rough[:115] = False, False
    assert picture[calm].std() < 0.03
    assert picture[rough].std() > 0.14


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (3, 5)])
def test_every_band_is_taken_from_where_it_is_asked_for(corner: tuple[int, int]) -> None:
    random = np.random.default_rng(4)
    picture = cv2.resize(random.random((40, 50, 3), np.float32), (500, 400), interpolation=cv2.INTER_CUBIC)
    bands, _ = bands_of(picture, deepest=200)
    assert len(bands) == 4
    top, left = corner
    rows, columns = np.mgrid[top : top + 350, left : left + 450].astype(np.float32)
    for band in bands[1:]:
        wanted = band.detail[top : top + 350, left : left + 450]
        inner = np.s_[20:-20, 20:-20]
        taken = band.sampled(np.dstack([columns, rows]))
        assert np.corrcoef(taken[inner].ravel(), wanted[inner].ravel())[0, 1] > 0.93  # but for the blending
