"""The engine's promises to a photographer, kept whatever the filler: most of all, that nothing else is changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint.engine import fill
from gan_inpaint.engine.blending import check_unselected, composited, paste
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.plan import plan_windows
from gan_inpaint.engine.transparency import opaque_after
from gan_inpaint.engine.view import view
from gan_inpaint.errors import BadModel, Cancelled, EmptyMask, MaskCoversAll, MaskSizeMismatch, UnsupportedImage
from gan_inpaint.options import FillOptions

DEPTHS = [np.uint8, np.uint16, np.float16, np.float32]
WHITE = {np.uint8: 255, np.uint16: 65535, np.float16: 1, np.float32: 1}


class MeanFiller:
    """Fills with the mean colour of what it is shown, plus a bias; keeps a record of what it was asked."""

    name = "mean"

    def __init__(self, window: int = 256, size_multiple: int = 8, bias: float = 0.0) -> None:
        self.window, self.size_multiple, self.bias = window, size_multiple, bias
        self.guided, self.detail = False, 0.0
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
        assert images.dtype == holes.dtype == np.float32
        assert images.shape[1:] == (3, *holes.shape[2:])
        assert images.shape[2] % self.size_multiple == images.shape[3] % self.size_multiple == 0
        assert np.abs(images).max() <= 1
        assert not images[np.broadcast_to(holes > 0, images.shape)].any()
        assert ((holes == 0) | (holes == 1)).all()
        self.shapes.append(images.shape)
        means = images.sum((2, 3), keepdims=True) / (1 - holes).sum((2, 3), keepdims=True)
        return np.clip(means + np.zeros_like(images) + np.float32(self.bias), -1, 1)


def square(height: int, width: int, *around: int) -> np.ndarray:
    """A mask with one box: left, top, right, bottom."""
    mask = np.zeros((height, width), np.uint8)
    left, top, right, bottom = around
    mask[top:bottom, left:right] = 255
    return mask


def gradient(height: int, width: int, channels: int = 3) -> np.ndarray:
    """float32 in [0.1, 0.9], a different slope in each channel."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    planes = [0.1 + 0.8 * ((k + 1) * x / width + (3 - k) * y / height) / 4 for k in range(channels)]
    return np.stack(planes, axis=2).astype(np.float32)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Any layout, depth and content, not finite values included, and a mask of any kind, empty and full included."""
    height, width = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    dtype = np.dtype(draw(st.sampled_from(DEPTHS)))
    layout = draw(st.sampled_from([(), (1,), (2,), (3,), (4,)]))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (height, width, *layout)
    if draw(st.booleans()):
        image = numbers.integers(0, 256, (*shape, dtype.itemsize), np.uint8).view(dtype)[..., 0]
    else:
        image = (numbers.random(shape) * WHITE[dtype.type]).astype(dtype)
    kind = draw(st.sampled_from(["empty", "full", "pixel", "box", "soft", "border"]))
    mask = np.full((height, width), 255 * (kind == "full"), np.uint8)
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    if kind == "pixel":
        mask[y, x] = draw(st.integers(1, 255))
    elif kind == "box":
        mask[y : y + draw(st.integers(1, 60)), x : x + draw(st.integers(1, 60))] = 255
    elif kind == "soft":
        mask[:] = numbers.integers(0, 256, mask.shape) * (numbers.random(mask.shape) < draw(st.floats(0, 1)))
    elif kind == "border":
        mask[draw(st.sampled_from([np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]]))] = 255
    return image, mask


@settings(deadline=None, max_examples=200)
@given(
    pictures(),
    st.sampled_from([16, 64, 256]),
    st.builds(
        FillOptions,
        dilate=st.integers(0, 256),
        feather=st.integers(0, 40),
        transfer=st.sampled_from(["srgb", "linear"]),
    ),
)
def test_pixels_outside_the_selection_and_alpha_that_is_not_transparent_are_bit_identical(
    picture: tuple[np.ndarray, np.ndarray], window: int, options: FillOptions
) -> None:
    image, mask = picture
    before = image.tobytes()
    if not mask.any():
        with pytest.raises(EmptyMask):
            fill(image, mask, MeanFiller(window), options)
        return
    if mask.all():
        with pytest.raises(MaskCoversAll):
            fill(image, mask, MeanFiller(window), options)
        return
    bits = np.dtype(f"u{image.dtype.itemsize}")
    try:
        filled = fill(image, mask, MeanFiller(window), options).image
    except MaskCoversAll:
        planes = image.reshape(*mask.shape, -1)
        finite = np.isfinite(planes[..., : 1 if planes.shape[2] < 3 else 3]).all(axis=2)
        visible = planes[..., -1] != 0 if planes.shape[2] in (2, 4) else True
        assert not (finite & visible & (mask == 0)).any() or window < max(mask.shape)
        return
    assert image.tobytes() == before
    assert filled.shape == image.shape
    assert filled.dtype == image.dtype
    assert np.array_equal(filled.view(bits)[mask == 0], image.view(bits)[mask == 0])
    if image.ndim == 3 and image.shape[2] in (2, 4):
        opens = opaque_after(image, mask)
        kept = np.ones(mask.shape, bool) if opens is None else ~opens
        assert np.array_equal(filled.view(bits)[kept, -1], image.view(bits)[kept, -1])
        assert (filled[~kept, -1] >= image[~kept, -1]).all()


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("layout", [(), (1,), (2,), (3,), (4,)])
@pytest.mark.parametrize("transfer", ["srgb", "linear"])
def test_a_constant_picture_is_filled_with_the_constant(dtype: type, layout: tuple[int, ...], transfer: str) -> None:
    image = np.full((150, 170, *layout), 0.6 * WHITE[dtype], dtype)
    image[60:90, 70:100] = 0
    if layout in ((2,), (4,)):
        image[..., -1] = WHITE[dtype]
    filled = fill(image, square(150, 170, 70, 60, 100, 90), MeanFiller(), FillOptions(transfer=transfer)).image
    tolerance = 0 if dtype == np.uint8 else 1e-3 * WHITE[dtype]
    assert np.abs(filled[70, 80].astype(float) - image[0, 0]).max() <= tolerance


@pytest.mark.parametrize("side", [6, 60, 120, 400])
def test_a_gradient_is_continued_though_the_filler_knows_only_the_mean(side: int) -> None:
    image = gradient(600, 700)
    mask = square(600, 700, 100, 90, 100 + side, 90 + side)
    damaged = np.where(mask[..., None] > 0, np.float32(1), image)
    filled = fill(damaged, mask, MeanFiller()).image
    assert np.abs(filled - image).max() < 0.02


def test_a_biased_filler_leaves_no_colour_step() -> None:
    image = np.full((200, 200, 3), (200, 120, 40), np.uint8)
    mask = square(200, 200, 60, 60, 140, 150)
    for bias in (-0.2, 0.2):
        assert np.array_equal(fill(image, mask, MeanFiller(bias=bias)).image, image)


def test_values_beyond_white_and_below_black_survive() -> None:
    image = gradient(200, 200) * 12 - 2
    mask = square(200, 200, 80, 80, 120, 120)
    for transfer in ("srgb", "linear"):
        filled = fill(image, mask, MeanFiller(), FillOptions(transfer=transfer)).image
        assert np.abs(filled - image).max() < 0.4
    bright = np.full((100, 100, 3), 5, np.float32)
    assert fill(bright, mask[50:150, 50:150], MeanFiller()).image == pytest.approx(bright, abs=1e-4)


def test_values_that_are_no_numbers_do_not_poison_the_fill() -> None:
    image = gradient(200, 200)
    damaged = image.copy()
    damaged[85:90, 60:70] = np.nan
    damaged[100, 121] = np.inf
    damaged[90:110, 90:110] = -np.inf
    mask = square(200, 200, 80, 80, 120, 120)
    filled = fill(damaged, mask, MeanFiller()).image
    assert np.abs(filled - image)[mask > 0].max() < 0.05


def test_colour_below_transparent_pixels_is_not_taken_into_the_fill() -> None:
    image = np.full((200, 200, 4), (90, 160, 30, 255), np.uint8)
    image[:, 100:] = (255, 0, 255, 0)
    mask = square(200, 200, 40, 40, 130, 130)
    filled = fill(image, mask, MeanFiller()).image
    assert (filled[mask > 0][:, :3] == (90, 160, 30)).all()
    assert np.array_equal(filled[mask == 0], image[mask == 0])


def test_a_selection_with_nothing_visible_around_it_is_refused() -> None:
    image = np.zeros((60, 60, 4), np.uint8)
    mask = square(60, 60, 20, 20, 40, 40)
    image[20:40, 20:40] = 255
    with pytest.raises(MaskCoversAll):
        fill(image, mask, MeanFiller())


def test_a_mask_between_is_a_blend_weight() -> None:
    image = np.full((100, 100), 200, np.uint8)
    image[40:60, 40:60] = 100
    mask = square(100, 100, 40, 40, 60, 60)
    mask[50:, 40:60] //= 2
    mask[60:] = 0
    filled = fill(image, mask, MeanFiller()).image
    assert filled[45, 50] == 200
    assert filled[55, 50] == round(100 + 100 * 127 / 255)


def test_feather_softens_the_edge_inwards_only() -> None:
    image = np.full((120, 120), 200, np.uint8)
    image[40:80, :80] = 100
    mask = square(120, 120, 0, 40, 80, 80)
    filled = fill(image, mask, MeanFiller(), FillOptions(feather=9)).image.astype(int)
    column = filled[40:60, 30]
    assert (np.diff(column[:10]) > 0).all()
    assert column[0] == pytest.approx(100 + 100 / 10, abs=2)
    assert (column[10:] == 200).all()
    assert filled[60, 0] == 200  # the picture's edge is no edge of the mask


@pytest.mark.parametrize("side", [500, 1200])
def test_a_hole_larger_than_the_window_is_filled_at_a_reduced_scale_without_a_step(side: int) -> None:
    image = (gradient(side + 300, side + 400) * 65535).astype(np.uint16)
    mask = square(side + 300, side + 400, 200, 150, 200 + side, 150 + side)
    filler = MeanFiller(64)
    filled = fill(image, mask, filler).image
    assert filler.shapes == [(1, 3, 64, 64)]
    assert np.abs(filled.astype(int) - image).max() < 0.03 * 65535


@pytest.mark.parametrize(("window", "side"), [(32, 6), (32, 100), (128, 100), (512, 100)])
def test_a_filler_of_one_size_fills_holes_of_any_size_in_pictures_of_any_size(window: int, side: int) -> None:
    image = gradient(side + 60, side + 90)
    mask = square(side + 60, side + 90, 40, 30, 40 + side, 30 + side)
    mask[2, 3] = 255
    filler = MeanFiller(window, window)
    filled = fill(image, mask, filler).image
    assert {shape[1:] for shape in filler.shapes} == {(3, window, window)}
    assert np.abs(filled - image).max() < 0.04


@pytest.mark.parametrize("dilate", [0, 4, 256])
def test_the_filler_sees_the_hole_dilated_but_always_something_known(dilate: int) -> None:
    image = np.full((80, 80), 77, np.uint8)
    assert (fill(image, square(80, 80, 30, 30, 50, 50), MeanFiller(), FillOptions(dilate=dilate)).image == 77).all()


def test_batches_are_of_one_size_and_no_larger_than_one_native_window() -> None:
    image = np.full((900, 900), 50, np.uint8)
    mask = np.zeros((900, 900), np.uint8)
    mask[60::200, 60::200] = 255
    mask[300:460, 300:460] = 255
    filler = MeanFiller(384)
    reports: list[tuple[int, int]] = []
    filled = fill(image, mask, filler, on_window=lambda done, total: reports.append((done, total)))
    assert all(count * height * width <= 384**2 for count, _, height, width in filler.shapes)
    assert sum(shape[0] for shape in filler.shapes) == filled.windows
    done = np.cumsum([0, *(shape[0] for shape in filler.shapes)]).tolist()
    assert reports == [(count, filled.windows) for count in done]


def test_what_on_window_raises_ends_the_work_at_once() -> None:
    mask = np.zeros((900, 900), np.uint8)
    mask[60::200, 60::200] = 255
    filler = MeanFiller(192)

    def cancel(done: int, total: int) -> None:
        assert total > 2
        if done > 0:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        fill(np.zeros((900, 900), np.uint8), mask, filler, on_window=cancel)
    assert len(filler.shapes) == 1


def test_a_read_only_picture_seen_through_strides_is_filled() -> None:
    image = np.full((200, 300, 4), 90, np.uint8)[::2, ::3, 2::-1]
    image.flags.writeable = False
    mask = square(100, 200, 80, 40, 120, 60)[:, ::2]
    filled = fill(image, mask, MeanFiller()).image
    assert filled.flags.writeable
    assert (filled == 90).all()


@pytest.mark.parametrize(
    ("image", "mask", "error"),
    [
        (np.zeros((0, 5), np.uint8), np.zeros((0, 5), np.uint8), EmptyMask),
        (np.zeros((1, 1), np.uint8), np.ones((1, 1), np.uint8), MaskCoversAll),
        (np.zeros((4, 6), np.uint8), np.ones((6, 4), np.uint8), MaskSizeMismatch),
        (np.zeros((4, 4, 5), np.uint8), np.ones((4, 4), np.uint8), UnsupportedImage),
        (np.zeros((4, 4, 0), np.uint8), np.ones((4, 4), np.uint8), UnsupportedImage),
        (np.zeros(4, np.uint8), np.ones(4, np.uint8), UnsupportedImage),
        (np.zeros((4, 4), np.float64), np.ones((4, 4), np.uint8), UnsupportedImage),
        (np.zeros((4, 4), ">u2"), np.ones((4, 4), np.uint8), UnsupportedImage),
        (np.zeros((4, 4), np.uint8), np.ones((4, 4), np.bool_), UnsupportedImage),
    ],
)
def test_what_cannot_be_filled_is_refused_with_a_sentence(
    image: np.ndarray, mask: np.ndarray, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"\.$"):
        fill(image, mask, MeanFiller())


@pytest.mark.parametrize("answer", [np.zeros((1, 3, 8, 8), np.float32), np.full((1, 3, 128, 128), np.nan, np.float32)])
def test_a_filler_that_returns_no_picture_is_called_a_bad_model(answer: np.ndarray) -> None:
    class Broken(MeanFiller):
        def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
            return answer

    with pytest.raises(BadModel):
        fill(np.zeros((100, 100), np.uint8), square(100, 100, 40, 40, 60, 60), Broken())


def test_an_enlarged_fill_lies_where_its_hole_was_seen() -> None:
    y, x = np.mgrid[:700, :900]
    image = (0.5 + 0.4 * np.sin(x / 40) * np.cos(y / 50))[..., None].repeat(3, axis=2).astype(np.float32)
    mask = square(700, 900, 150, 100, 777, 621)
    plan = plan_windows(mask, 128, 8, 4)
    (window,) = plan.windows
    assert window.scale < 0.2
    seen = view(image, mask, window, 4, "srgb")
    assert seen is not None
    out = np.zeros_like(image)
    paste(out, image, mask, plan, 0, seen.pixels, seen.range, 0)
    assert np.abs(out - image)[mask > 0].max() < 0.02


@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_a_composite_is_the_weighted_mean_and_the_fill_where_the_original_is_no_number(shape: tuple[int, ...]) -> None:
    values = np.full((*shape, 3), 0.5, np.float32)
    weight = np.full(shape, 0.25, np.float32)
    gray = np.full(shape, 100, np.uint8)
    assert (composited(values.copy(), gray, weight) == round(75 + 127.5 / 4)).all()
    assert (composited(values.copy(), gray, np.ones(shape, np.float32)) == 128).all()
    colour = np.full((*shape, 3), (1.5, np.nan, -0.5), np.float32)
    assert composited(values.copy(), colour, weight).reshape(-1, 3)[0] == pytest.approx((1.25, 0.5, -0.25))


def test_a_change_outside_the_selection_would_be_noticed() -> None:
    image = np.zeros((50, 60, 3), np.float32)
    mask = square(50, 60, 10, 10, 20, 20)
    changed = image.copy()
    changed[11, 11] = 1
    check_unselected(changed, image, mask, Box(0, 0, 60, 50))
    changed[9, 9, 2] = -0.0
    with pytest.raises(AssertionError):
        check_unselected(changed, image, mask, Box(0, 0, 60, 50))


def test_without_dilation_the_filler_sees_the_hole_alone() -> None:
    class Recorder(MeanFiller):
        def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
            self.hidden = int(holes.sum())
            return super().__call__(images, holes)

    hidden = []
    for dilate in (0, 1):
        filler = Recorder()
        fill(gradient(120, 120), square(120, 120, 50, 50, 60, 60), filler, FillOptions(dilate=dilate))
        hidden.append(filler.hidden)
    assert hidden[0] == 100 < hidden[1]


def test_what_an_object_has_left_beside_it_does_not_enter_the_fill() -> None:
    mask = square(256, 256, 80, 80, 176, 176)
    clean = gradient(256, 256)
    left = clean.copy()
    left[179:182, 84:172] = 0.0
    fills = [
        [fill(image, mask, MeanFiller(), FillOptions(dilate=dilate)).image[mask > 0] for image in (clean, left)]
        for dilate in (2, 0)
    ]
    hidden, seen = (float(np.abs(one - other).mean()) for one, other in fills)
    assert hidden < 1e-4 < seen
