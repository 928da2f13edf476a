"""A large scan is searched reduced: its damage map has its own size, and everything lies where it is."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy as np
import pytest
from tests.detector import detector_manifest, write_detector

from gan_inpaint.detection import find_damage, select
from gan_inpaint.detection.scale import LONGEST, enlarged, reduced
from gan_inpaint.detection.specks import add_specks
from gan_inpaint.models import loading
from gan_inpaint.models.detector import OnnxDetector
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.manifest import sha256_of
from gan_inpaint.options import SelectOptions, Tone

LARGE = (600, 6000)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> OnnxDetector:
    path = write_detector(tmp_path_factory.mktemp("detectors") / "tiny.onnx", detector_manifest(window=512))
    return loading.load_detector(ModelEntry("tiny", path, sha256_of(path), loading.examine(path)), 1)


def scan(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A gray picture (H, W, 3) uint8 with specks and lines of 1 to 3 pixels, and where they are."""
    picture = np.full((height, width), 110, np.uint8)
    for at, thick in enumerate((1, 2, 3)):
        top, left = height // 4 + 40 * at, width // 5 + width // 5 * at
        picture[top : top + thick, left : left + 300] = 255
        picture[height // 8 : height // 8 + 80, left + 400 : left + 400 + thick] = 255
        picture[top + 20 : top + 20 + thick, left + 500 : left + 500 + thick] = 255
    picture[:2, 40:90] = picture[-2:, -90:-40] = 255
    return np.repeat(picture[..., None], 3, axis=2), picture != 110


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("tone", ["light", "dark"])
def test_damage_of_a_large_scan_is_found_at_its_place_and_covered(detector, turned: bool, tone: Tone) -> None:
    picture, damage = scan(*LARGE)
    if tone == "dark":
        picture = 255 - picture
    if turned:
        picture, damage = np.ascontiguousarray(picture.transpose(1, 0, 2)), damage.T
    found = find_damage(picture, detector)
    assert found.shape == (*damage.shape, 2)
    mask = select(found, 0.3, SelectOptions(tone=tone)).mask > 0
    assert mask[damage].all()
    near = cv2.dilate(damage.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0  # 2 px, and the dilation of 2
    assert not mask[~near].any()


@pytest.mark.parametrize("size", [(90, LONGEST), (LONGEST, 70), (301, 405)])
def test_a_picture_that_is_not_larger_is_searched_at_its_own_size(detector, size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert reduced(picture) is picture
    margin = [(0, 0), (detector.margin, detector.margin), (detector.margin, detector.margin)]
    whole = np.pad(picture.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1, margin, "edge")
    expected = 255 * detector(whole[None])[0][:, 8:-8, 8:-8].transpose(1, 2, 0)
    assert np.abs(find_damage(picture, detector) - expected).max() <= 0.51
    damage_map = np.zeros((*size, 2), np.uint8)
    assert enlarged(damage_map, size[1], size[0]) is damage_map


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("layout", [(), (1,), (2,), (3,), (4,)])
def test_a_large_scan_of_every_depth_and_layout_is_searched_alike(
    detector, dtype: type, layout: tuple[int, ...]
) -> None:
    white = {np.uint8: 255, np.uint16: 65535}.get(dtype, 1)
    plain = scan(200, 5000)[0][..., 0]
    expected = find_damage(plain, detector)
    picture = (plain / 255 * white).astype(dtype)
    if layout:
        picture = picture[..., None].repeat(layout[0], 2)
    if layout in ((2,), (4,)):
        picture[..., -1] = white
    before = picture.tobytes()
    assert np.abs(find_damage(picture, detector).astype(int) - expected).max() <= 3
    assert picture.tobytes() == before


def test_what_is_unknown_in_a_large_scan_is_no_damage_and_hides_nothing_else(detector) -> None:
    picture = np.zeros((64, 5000, 4), np.float32)
    picture[...] = 0.4
    picture[:, :2000, 3] = 0
    picture[30:33, :, :3] = 1
    picture[50, 3000, 1] = np.nan
    found = find_damage(picture, detector)
    assert not found[:, :2000].any() and not found[50, 3000].any()
    assert found[31, 2003:, 0].min() > 150


def test_a_search_of_a_large_scan_holds_only_what_it_is_reduced_to(detector) -> None:
    picture = np.full((3000, 12000, 3), 90, np.uint8)
    find_damage(picture[:64, :64], detector)
    tracemalloc.start()
    found = find_damage(picture, detector)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    reduced_pixels = LONGEST * LONGEST // 4
    assert peak < found.nbytes + 5 * reduced_pixels + 64 * 2**20


@pytest.mark.parametrize("tone", ["light", "dark"])
def test_specks_of_a_pixel_that_the_reduced_scan_does_not_show_are_found(detector, tone: Tone) -> None:
    random = np.random.default_rng(5)
    picture = np.clip(random.normal(120, 4, (400, 5000)), 0, 255).astype(np.uint8)
    rows, columns = (places.ravel() for places in np.mgrid[30:380:50, 40:4960:160])
    picture[rows, columns] = 220 if tone == "light" else 20
    mask = select(find_damage(picture, detector), detector.threshold, SelectOptions(tone=tone, dilate=0)).mask > 0
    assert mask[rows, columns].mean() > 0.95
    mask[rows, columns] = False
    assert not mask.any()


def test_grain_stars_and_edges_of_a_large_picture_are_no_specks(detector) -> None:
    random = np.random.default_rng(6)
    picture = np.clip(random.normal(120, 20, (600, 5000)), 0, 255)
    picture[:, 1500:] = random.normal(12, 3, (600, 3500))
    stars = np.zeros_like(picture)
    stars[random.integers(0, 600, 900), random.integers(1600, 3400, 900)] = random.uniform(50, 255, 900)
    picture += 2 * np.pi * cv2.GaussianBlur(stars, (0, 0), 1.0)
    picture[200:400, 3600:4800] = 160 + random.normal(0, 3, (200, 1200))
    picture = picture.clip(0, 255).astype(np.uint8)
    found = np.zeros((*picture.shape, 2), np.uint8)
    add_specks(found, lambda box: picture[box.slices], 0.5)
    assert (found.max(axis=2) >= 128).mean() < 1e-5


def test_a_thin_picture_keeps_a_row(detector) -> None:
    assert find_damage(np.full((1, 9000), 90, np.uint8), detector).shape == (1, 9000, 2)
