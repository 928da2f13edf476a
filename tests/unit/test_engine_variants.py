"""Variants of a fill: the same hole with texture from other places, the same for each number."""

from __future__ import annotations

import numpy as np
import pytest

from gan_inpaint.engine import fill
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.detail import add_detail
from gan_inpaint.engine.finishing import add_texture
from gan_inpaint.engine.interruption import always
from gan_inpaint.engine.variants import WITHOUT_COPIES, sources_of_variant
from gan_inpaint.options import FillOptions

from .test_engine_fill import MeanFiller, square
from .test_engine_sources import SmoothFiller

SIZE = 240
HOLE = square(SIZE, SIZE, 90, 90, 150, 150)


def texture() -> np.ndarray:
    return np.random.default_rng(5).integers(60, 200, (SIZE, SIZE, 3)).astype(np.uint8)


def filled(variant: int, filler: MeanFiller | None = None) -> np.ndarray:
    return fill(texture(), HOLE, filler or SmoothFiller(), FillOptions(variant=variant)).image


def test_each_number_is_another_fill_and_always_the_same() -> None:
    fills = {variant: filled(variant) for variant in range(5)}
    for variant, image in fills.items():
        assert np.array_equal(image, filled(variant))
        assert np.array_equal(image[HOLE == 0], texture()[HOLE == 0])
        for other in range(variant):
            assert (image != fills[other])[HOLE > 0].mean() > 0.3, (variant, other)


def test_variant_one_has_detail_and_no_copies() -> None:
    asked, smooth = HOLE > 0, np.zeros((SIZE, SIZE, 3), np.float32)
    smooth[~asked] = texture()[~asked] / np.float32(127.5) - 1
    textured, detailed = smooth.copy(), smooth.copy()
    add_texture(textured, asked, ~asked, Box(0, 0, SIZE, SIZE), 1.0, WITHOUT_COPIES, always)
    add_detail(detailed, asked, ~asked, 1.0)
    assert np.array_equal(textured, detailed)


@pytest.mark.parametrize("variant", [0, WITHOUT_COPIES])
def test_the_first_variants_leave_no_source_out(variant: int) -> None:
    assert np.array_equal(sources_of_variant(HOLE == 0, HOLE > 0, variant), HOLE == 0)


def test_the_others_leave_half_of_the_sources_out_and_always_enough_for_exemplars() -> None:
    kept = sources_of_variant(HOLE == 0, HOLE > 0, 2)
    assert not kept[HOLE > 0].any()
    assert np.count_nonzero(kept) / np.count_nonzero(HOLE == 0) == pytest.approx(0.5, abs=0.02)
    large = square(SIZE, SIZE, 40, 40, 200, 200)
    kept = sources_of_variant(large == 0, large > 0, 2)
    assert np.count_nonzero(large) <= np.count_nonzero(kept) < np.count_nonzero(large == 0)


def test_a_filler_that_copies_nothing_has_no_variants() -> None:
    assert np.array_equal(filled(3, MeanFiller()), filled(0, MeanFiller()))
