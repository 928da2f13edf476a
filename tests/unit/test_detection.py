"""Finding damage: whatever the tiles, the depth and the layout; and selecting it, as often as the user likes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detector import detector_manifest, write_detector

from gan_inpaint.detection import find_damage, select
from gan_inpaint.detection.selection import threshold_at
from gan_inpaint.detection.tiles import tiling
from gan_inpaint.errors import BadRequest, Cancelled, UnsupportedImage
from gan_inpaint.models import loading
from gan_inpaint.models.detector import OnnxDetector
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.manifest import sha256_of
from gan_inpaint.options import SelectOptions

WHITE = {np.uint8: 255, np.uint16: 65535, np.float16: 1, np.float32: 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    return tmp_path_factory.mktemp("detectors")


def load(folder, **changes: int) -> OnnxDetector:
    path = write_detector(folder / "tiny.onnx", detector_manifest(**changes))
    return loading.load_detector(ModelEntry("tiny", path, sha256_of(path), loading.examine(path)), 1)


@pytest.fixture(scope="module")
def detector(folder) -> OnnxDetector:
    return load(folder)


def scratched(height: int = 90, width: int = 130) -> np.ndarray:
    """float32 (H, W) in [0, 1]: a slope with grain, a light line, a dark one and a speck."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    picture = 0.3 + 0.3 * x / width + 0.05 * np.sin(y / 9) + np.random.default_rng(1).normal(0, 0.01, x.shape)
    picture = picture.astype(np.float32)
    cv2.line(picture, (5, 3), (width - 9, height - 7), 1.0, 2)
    cv2.line(picture, (width // 2, 0), (width // 3, height), 0.0, 2)
    cv2.circle(picture, (20, height - 15), 2, 1.0, -1)
    return picture


@settings(deadline=None, max_examples=60)
@given(
    *(st.integers(1, 300), st.integers(1, 300), st.integers(1, 12), st.integers(0, 6)),
    st.sampled_from([1, 8, 16]),
)
def test_tiles_cover_the_picture_once_and_show_what_lies_around(
    width: int, height: int, core: int, margin: int, multiple: int
) -> None:
    tiles = tiling(width, height, core * multiple, margin * multiple, multiple)
    count = np.zeros((height, width), int)
    for box in tiles.cores:
        count[box.slices] += 1
        assert box.left % multiple == box.top % multiple == 0
        rows, columns = tiles.seen(box, width, height)
        assert (len(rows), len(columns)) == (tiles.height, tiles.width)
        inner = slice(tiles.margin, tiles.margin + box.height)
        assert (rows[inner] == np.arange(box.top, box.bottom)).all()
        assert rows.min() >= 0 and rows.max() < height
        start = box.left - tiles.margin
        assert (columns == np.clip(np.arange(start, start + tiles.width), 0, width - 1)).all()
    assert (count == 1).all()
    assert tiles.width % multiple == tiles.height % multiple == 0
    assert max(tiles.width, tiles.height) <= (core + 2 * margin) * multiple


@pytest.mark.parametrize("size", [(90, 130), (1, 1), (3, 200), (257, 5)])
def test_what_is_found_does_not_depend_on_the_size_of_the_tiles(folder, size: tuple[int, int]) -> None:
    picture = (scratched(*size) * 255).astype(np.uint8)
    maps = [find_damage(picture, load(folder, window=window)) for window in (24, 40, 64, 512)]
    assert maps[0].shape == (*size, 2)
    for other in maps[1:]:
        assert np.abs(other.astype(int) - maps[0]).max() <= 1  # sums of floats in another order


@pytest.mark.parametrize("dtype", WHITE)
@pytest.mark.parametrize("layout", [(), (1,), (2,), (3,), (4,)])
def test_the_same_is_found_at_every_depth_and_in_every_layout(detector, dtype: type, layout: tuple[int, ...]) -> None:
    expected = find_damage(scratched(), detector)
    picture = scratched()[..., None].repeat(layout[0], 2) if layout else scratched()
    picture = (picture * WHITE[dtype]).astype(dtype)
    if layout in ((2,), (4,)):
        picture[..., -1] = WHITE[dtype]
    before = picture.tobytes()
    found = find_damage(picture, detector)
    assert np.abs(found.astype(int) - expected).max() <= {np.uint8: 5}.get(dtype, 2)
    assert picture.tobytes() == before


def test_linear_light_is_seen_as_the_eye_sees_it(detector) -> None:
    encoded = scratched()
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)
    assert np.abs(find_damage(linear, detector, "linear").astype(int) - find_damage(encoded, detector)).max() <= 1


def test_light_and_dark_damage_are_distinguished(detector) -> None:
    found = find_damage(scratched(), detector)
    light, dark = (
        select(found, detector.threshold, SelectOptions(tone=kind, dilate=0)).mask > 0 for kind in ("light", "dark")
    )
    assert light[75, 20] and not dark[75, 20]
    assert dark[2, 65] and not light[2, 65]
    both = select(found, detector.threshold, SelectOptions(dilate=0)).mask > 0
    assert (both >= (light | dark)).all()


def test_what_is_transparent_or_no_number_is_no_damage(detector) -> None:
    picture = np.zeros((64, 80, 4), np.float32)
    picture[...] = 0.4
    picture[:, :40, 3] = 0
    picture[30:33, :, :3] = 1
    picture[50, 60, 1] = np.nan
    found = find_damage(picture, detector)
    assert not found[:, :40].any() and not found[50, 60].any()
    assert found[31, 41:, 0].min() > 200


def test_progress_is_reported_before_each_run_and_what_it_raises_ends_the_work(folder) -> None:
    reports: list[tuple[int, int]] = []
    small = load(folder, window=512)
    picture = np.zeros((1000, 1000), np.uint8)
    find_damage(picture, small, on_tile=lambda done, total: reports.append((done, total)))
    assert reports == [(0, 9), (4, 9), (8, 9), (9, 9)]

    def cancel(done: int, total: int) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        find_damage(picture, small, on_tile=cancel)


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4, 5), np.uint8), np.zeros((4, 4), np.float64), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8)],
)
def test_what_is_no_picture_is_refused_with_a_sentence(detector, picture: np.ndarray) -> None:
    with pytest.raises(UnsupportedImage, match=r"\.$"):
        find_damage(picture, detector)


@st.composite
def damage_maps(draw: st.DrawFn) -> np.ndarray:
    """Smooth noise, so that there are parts of every size, at every level."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    noise = numbers.random((height, width, 2), np.float32) ** draw(st.sampled_from([1, 3]))
    noise = cv2.GaussianBlur(noise, (0, 0), draw(st.sampled_from([0.3, 1.0, 2.0]))).reshape(height, width, 2)
    return np.rint(255 * noise).clip(0, 255).astype(np.uint8)


sensitivities = st.floats(0, 1)
tone = st.sampled_from(["light", "dark", "both"])


@settings(deadline=None)
@given(damage_maps(), st.floats(0.01, 0.99), sensitivities, sensitivities, tone, st.integers(0, 3))
def test_a_higher_sensitivity_never_selects_less(
    damage_map: np.ndarray, threshold: float, one: float, other: float, kind: str, dilate: int
) -> None:
    less, more = (
        select(damage_map, threshold, SelectOptions(sensitivity=value, tone=kind, dilate=dilate))
        for value in sorted((one, other))
    )
    assert (more.mask >= less.mask).all()
    assert less.selected <= more.selected


@settings(deadline=None)
@given(damage_maps(), sensitivities, tone)
def test_what_is_likely_enough_is_selected_and_nothing_else(
    damage_map: np.ndarray, sensitivity: float, kind: str
) -> None:
    before = damage_map.tobytes()
    selection = select(damage_map, 0.5, SelectOptions(sensitivity=sensitivity, tone=kind, dilate=0))
    likely = {"light": damage_map[..., 0], "dark": damage_map[..., 1], "both": damage_map.max(2)}[kind]
    assert np.array_equal(selection.mask, np.where(likely >= threshold_at(0.5, sensitivity), 255, 0))
    assert cv2.connectedComponents(selection.mask, connectivity=8)[0] - 1 == selection.found
    assert damage_map.tobytes() == before


@pytest.mark.parametrize("dilate", [0, 1, 2, 3])
def test_what_is_found_is_dilated_by_so_many_pixels(dilate: int) -> None:
    damage_map = np.zeros((21, 21, 2), np.uint8)
    damage_map[10, 10, 1] = 255
    selection = select(damage_map, 0.5, SelectOptions(dilate=dilate))
    assert (selection.mask[10] > 0).sum() == (selection.mask[:, 10] > 0).sum() == 2 * dilate + 1
    assert selection.found == 1


def test_the_thresholds_are_those_of_the_documentation() -> None:
    assert threshold_at(0.5, 0.5) == round(255 / 2)
    assert threshold_at(0.3, 0.5) == round(255 * 0.3)
    assert threshold_at(0.5, 0.75) == round(255 / (1 + np.sqrt(254)))


@pytest.mark.parametrize("threshold", [0.001, 0.3, 0.97, 0.9999])
def test_the_slider_reaches_both_ends_of_the_map(threshold: float) -> None:
    assert threshold_at(threshold, 1.0) == 1
    assert threshold_at(threshold, 0.0) >= 254
    least = [threshold_at(threshold, step / 100) for step in range(101)]
    assert least == sorted(least, reverse=True)
    assert least[50] == min(max(round(255 * threshold), 1), 255)


def test_nothing_found_is_an_empty_selection() -> None:
    selection = select(np.zeros((5, 7, 2), np.uint8), 0.5)
    assert (selection.found, selection.selected, selection.mask.shape) == (0, 0, (5, 7))


@pytest.mark.parametrize(
    ("damage_map", "wrong", "error"),
    [
        (np.zeros((4, 4), np.uint8), {}, UnsupportedImage),
        (np.zeros((4, 4, 3), np.uint8), {}, UnsupportedImage),
        (np.zeros((4, 4, 2), np.float32), {}, UnsupportedImage),
        (np.zeros((0, 4, 2), np.uint8), {}, UnsupportedImage),
        (np.zeros((4, 4, 2), np.uint8), {"sensitivity": 1.1}, BadRequest),
        (np.zeros((4, 4, 2), np.uint8), {"sensitivity": float("nan")}, BadRequest),
        (np.zeros((4, 4, 2), np.uint8), {"tone": "green"}, BadRequest),
        (np.zeros((4, 4, 2), np.uint8), {"kinds": ("dust", "rust")}, BadRequest),
        (np.zeros((4, 4, 2), np.uint8), {"dilate": 4}, BadRequest),
    ],
)
def test_a_wrong_argument_is_refused_with_a_sentence(damage_map, wrong, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"\.$"):
        select(damage_map, 0.5, SelectOptions(**wrong))
