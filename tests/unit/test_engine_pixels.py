"""Samples of every depth, to the filler's range and back."""

from __future__ import annotations

import numpy as np
import pytest

from gan_inpaint.engine.pixels import (
    Range,
    alpha,
    colours,
    encoded,
    light,
    normalised,
    quantised,
    range_of,
    srgb_decoded,
    srgb_encoded,
    unknown_pixels,
)
from gan_inpaint.options import Transfer


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_integer_sample_survives_the_way_to_the_filler_and_back(dtype: type) -> None:
    samples = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)[None]
    limits = Range(0.0, 1.0, "srgb")
    assert np.array_equal(quantised(limits.light(limits.normalised(light(samples))), samples.dtype), samples)


@pytest.mark.parametrize("transfer", ["srgb", "linear"])
def test_a_byte_is_normalised_as_the_same_light_in_16_bits(transfer: Transfer) -> None:
    samples, known = np.arange(256, dtype=np.uint8).reshape(16, 16), np.ones((16, 16), np.bool_)
    bytes_, limits = normalised(samples, known, transfer)
    words, same = normalised(samples.astype(np.uint16) * 257, known, transfer)
    assert limits == same == Range(0.0, 1.0, transfer)
    assert bytes_ == pytest.approx(words, abs=1e-6)
    assert (bytes_[0, 0], bytes_[-1, -1]) == pytest.approx((-1, 1), abs=1e-6)


def test_integer_samples_are_rounded_and_clipped() -> None:
    values = np.array([[-0.5, 0.4 / 255, 0.6 / 255, 1.5]], np.float32)
    assert quantised(values, np.dtype(np.uint8)).tolist() == [[0, 0, 1, 255]]


def test_half_floats_never_become_infinite() -> None:
    values = np.array([[1e6, -1e6]], np.float32)
    assert quantised(values, np.dtype(np.float16)).tolist() == [[65504, -65504]]


@pytest.mark.parametrize("transfer", ["srgb", "linear"])
@pytest.mark.filterwarnings("error")
def test_no_light_overflows_on_its_way_back(transfer: Transfer) -> None:
    largest = np.finfo(np.float32).max
    samples = np.array([[-largest, largest] * 8], np.float32)
    values, limits = normalised(samples, np.ones(samples.shape, np.bool_), transfer)
    assert np.isfinite(quantised(limits.light(values), samples.dtype)).all()
    assert np.isfinite(quantised(np.array([-np.inf, np.inf], np.float32), samples.dtype)).all()


def test_the_srgb_curve_has_its_published_values_and_an_inverse() -> None:
    linear = np.array([[0, 0.0031308, 0.18, 0.5, 1, 4, -0.18]], np.float32)
    encoded = srgb_encoded(linear)
    assert encoded[0, [0, 1, 2, 3, 4]] == pytest.approx([0, 0.04045, 0.46135, 0.73536, 1], abs=1e-4)
    assert encoded[0, 6] == -encoded[0, 2]
    assert srgb_decoded(encoded) == pytest.approx(linear, abs=1e-5)


def test_the_range_is_white_to_black_unless_the_picture_leaves_it() -> None:
    inside = np.full((4, 4, 3), 0.25, np.float32)
    known = np.ones((4, 4), np.bool_)
    assert range_of(inside, known, "srgb") == Range(0.0, 1.0, "srgb")
    outside = inside.copy()
    outside[0], outside[1] = 3.0, -0.5
    limits = range_of(outside, known, "srgb")
    assert (limits.low, limits.high) == (-0.5, 3.0)
    assert limits.light(limits.normalised(outside)) == pytest.approx(outside, abs=1e-6)


def test_the_range_ignores_the_hole_and_a_single_glint() -> None:
    values = np.full((64, 64, 3), 0.5, np.float32)
    values[:32], values[0, 0], values[40:] = 1.5, 60000, -9
    known = np.ones((64, 64), np.bool_)
    known[40:] = False
    assert range_of(values, known, "srgb") == Range(0.0, 1.5, "srgb")


def test_colour_and_alpha_are_views_on_the_image() -> None:
    for channels, colour_shape in ((1, (2, 3)), (2, (2, 3)), (3, (2, 3, 3)), (4, (2, 3, 3))):
        image = np.zeros((2, 3, channels), np.uint8)
        colour, clear = colours(image), alpha(image)
        assert colour.shape == colour_shape
        assert np.shares_memory(colour, image)
        assert (clear is not None) == (channels in (2, 4))
        if clear is not None:
            clear[:] = 9
            assert not colour.any()
            assert image[..., -1].all()


@pytest.mark.parametrize("transfer", ["srgb", "linear"])
def test_a_pixel_is_unknown_where_it_is_transparent_or_a_channel_is_no_number(transfer: Transfer) -> None:
    image = np.full((2, 3, 4), 0.5, np.float32)
    image[0, 0, 3], image[0, 1, 2], image[1, 2, 0], image[1, 0, 3] = 0, np.nan, np.inf, np.nan
    expected = [[True, True, False], [False, False, True]]
    assert unknown_pixels(image).tolist() == expected
    values, unknown = encoded(image, transfer)
    assert unknown.tolist() == expected
    assert np.isfinite(values).all() and values[0, 1, 2] == values[1, 2, 0] == 0
    assert not unknown_pixels(np.zeros((2, 3), np.uint8)).any()
    assert unknown_pixels(np.zeros((2, 3, 2), np.uint8)).all()
