"""Selected transparent pixels become opaque as far as they are selected; no other alpha changes."""

from __future__ import annotations

import numpy as np
import pytest

from gan_inpaint.engine import fill
from gan_inpaint.engine.transparency import transparent_parts
from gan_inpaint.options import FillOptions

from .test_engine_fill import WHITE, MeanFiller, square

COLOUR = (90, 160, 30)
CORNER = (slice(0, 40), slice(0, 50))


def torn(dtype: type = np.uint8) -> np.ndarray:
    """A picture of one colour whose upper left corner is transparent, with a soft rim and rubbish below."""
    image = np.full((120, 120, 4), (*COLOUR, 255), np.uint8)
    image[CORNER] = (255, 0, 255, 0)
    image[40, :51] = image[:41, 50] = (*COLOUR, 100)
    white = WHITE[dtype]
    return (image.astype(np.float64) * white / 255).astype(dtype)


@pytest.mark.parametrize("dtype", WHITE)
def test_the_transparent_parts_are_filled_and_become_opaque(dtype: type) -> None:
    image = torn(dtype)
    mask = transparent_parts(image)
    filled = fill(image, mask, MeanFiller()).image
    assert (filled[..., 3] == WHITE[dtype]).all()
    assert np.abs(filled[..., :3].astype(float) / WHITE[dtype] * 255 - COLOUR).max() <= 2
    assert np.array_equal(filled[mask == 0], image[mask == 0]) and (mask > 0).sum() < 50 * 51 + 10


@pytest.mark.parametrize("dtype", WHITE)
def test_alpha_rises_by_the_weight_of_the_selection(dtype: type) -> None:
    image, mask = torn(dtype), square(120, 120, 5, 5, 30, 30)
    mask[5:30, 18:30] = 51
    filled = fill(image, mask, MeanFiller()).image
    alpha = filled[..., 3].astype(float) / WHITE[dtype]
    assert (alpha[5:30, 5:18] == 1).all() and np.abs(alpha[5:30, 18:30] - 0.2).max() < 0.003
    assert np.abs(filled[5:30, 5:30, :3].astype(float) / WHITE[dtype] * 255 - COLOUR).max() <= 2, "no rubbish"
    assert np.array_equal(filled[mask == 0], image[mask == 0])


def test_smoke_stays_half_transparent() -> None:
    image = torn()
    image[70:110, 70:110, 3] = 128
    mask = square(120, 120, 80, 80, 95, 95)
    filled = fill(image, mask, MeanFiller()).image
    assert np.array_equal(filled[..., 3], image[..., 3])


def test_the_feather_softens_the_alpha_too() -> None:
    image, mask = torn(), square(120, 120, 0, 0, 30, 30)
    alpha = fill(image, mask, MeanFiller(), FillOptions(feather=8)).image[..., 3]
    assert alpha[2, 2] == 255 and 0 < alpha[10, 29] < 80 and alpha[10, 30] == 0


def test_a_picture_without_transparency_has_no_transparent_parts() -> None:
    assert not transparent_parts(np.zeros((8, 8, 3), np.uint8)).any()
    assert not transparent_parts(np.full((8, 8, 2), 255, np.uint8)).any()
