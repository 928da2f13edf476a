from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_inpaint_training import masks
from gan_inpaint_training.masks import Box, Mask, MaskError, Masks
from gan_inpaint_training.masks.damage import film_damage
from gan_inpaint_training.masks.sheet import sheet

SHEET = Path(__file__).parents[2] / "docs" / "pictures" / "masks.png"


@pytest.fixture(scope="module")
def alphas() -> list[Mask]:
    """Damage of 60×80: a stain, a vertical scratch, and haze that hides less than a third of each pixel."""
    stain, scratch, haze = (np.zeros((60, 80), np.uint8) for _ in range(3))
    cv2.circle(stain, (40, 30), 20, 255, -1)
    scratch[:, 38:42] = 200
    haze[:] = 70
    return [stain, scratch, haze]


def bounds(mask: Mask) -> tuple[int, int, int, int]:
    """Top, left, height and width of the box around the hole."""
    left, top, width, height = cv2.boundingRect(mask)
    return top, left, height, width


def draw(kind: str, seed: int, size: int, box: Box = Box(), alphas: Sequence[Mask] = ()) -> Mask:  # noqa: B008
    return Masks({kind: 1.0}, box, alphas).draw(np.random.default_rng(seed), size)


@pytest.mark.parametrize("kind", masks.NAMES)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(16, 160))
def test_every_kind_draws_a_hole_of_at_most_half(kind: str, seed: int, size: int, alphas: list[Mask]) -> None:
    mask = draw(kind, seed, size, alphas=alphas)
    assert (mask.shape, mask.dtype) == ((size, size), np.uint8)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask > 0).mean() <= masks.LARGEST_HOLE


def test_the_same_seed_draws_the_same_hole_and_another_seed_another(alphas: list[Mask]) -> None:
    mixed = Masks(dict.fromkeys(masks.NAMES, 1.0), Box(), alphas)
    first, second = ([mixed.draw(np.random.default_rng(seed), 64) for seed in range(30)] for _ in range(2))
    assert np.array_equal(first, second)
    assert len({mask.tobytes() for mask in first}) > 25


def test_a_mixture_draws_each_kind_as_often_as_its_weight_says() -> None:
    mixed = Masks({"centre-box": 3.0, "boxes": 0.0, "thin-strokes": 1.0})
    centre = draw("centre-box", 0, 32)
    drawn = [np.array_equal(mixed.draw(np.random.default_rng(seed), 32), centre) for seed in range(400)]
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.07)


def test_a_centre_box_lies_in_the_centre() -> None:
    mask = draw("centre-box", 0, 128)
    assert bounds(mask) == (32, 32, 64, 64)
    assert (mask > 0).sum() == 64 * 64


def test_a_random_box_is_shrunk_and_keeps_its_margin() -> None:
    drawn = [bounds(draw("random-box", seed, 256, Box(0.5, shrink=0.125, margin=0.0625))) for seed in range(300)]
    tops, lefts, heights, widths = np.array(drawn).T
    for sides in (heights, widths):
        assert (sides.min(), sides.max()) == (96, 128)
    assert (heights != widths).any()
    for starts, sides in ((tops, heights), (lefts, widths)):
        assert starts.min() >= 16
        assert (starts + sides).max() <= 240
        assert np.ptp(starts) > 100


def test_a_shrunk_centre_box_stays_in_the_centre() -> None:
    for seed in range(20):
        top, left, height, width = bounds(draw("centre-box", seed, 64, Box(0.5, shrink=0.25)))
        assert abs(64 - (2 * top + height)) <= 1
        assert abs(64 - (2 * left + width)) <= 1


def test_thin_strokes_are_thinner_than_wide_ones() -> None:
    def mean_distance_to_known(kind: str) -> float:
        drawn = [draw(kind, seed, 128) for seed in range(12)]
        return float(np.mean([cv2.distanceTransform(mask, cv2.DIST_L2, 3)[mask > 0].mean() for mask in drawn]))

    assert mean_distance_to_known("scratches") < mean_distance_to_known("medium-strokes")
    assert mean_distance_to_known("thin-strokes") < mean_distance_to_known("medium-strokes")
    assert mean_distance_to_known("medium-strokes") < mean_distance_to_known("wide-strokes")


def test_film_damage_is_a_hole_only_where_it_hides_the_photograph(alphas: list[Mask]) -> None:
    _, scratch, haze = alphas
    for seed in range(20):
        assert not film_damage(np.random.default_rng(seed), 32, [haze]).any()
        piece = film_damage(np.random.default_rng(seed), 32, [scratch])
        upright_or_level = piece.all(0) | piece.all(1)[:, None]
        assert np.array_equal(piece > 0, upright_or_level)


@pytest.mark.parametrize(
    ("mixture", "box", "complaint"),
    [
        ({"boxen": 1.0}, Box(), "boxen"),
        ({}, Box(), "above 0"),
        ({"boxes": 0.0}, Box(), "above 0"),
        ({"boxes": -1.0}, Box(), "-1"),
        ({"boxes": float("nan")}, Box(), "nan"),
        ({"film-damage": 1.0}, Box(), "data.damage"),
        ({"centre-box": 1.0}, Box(0.8), "larger than half"),
        ({"centre-box": 1.0}, Box(0.3, shrink=0.3), "empty"),
        ({"random-box": 1.0}, Box(0.5, margin=0.3), "margin"),
    ],
)
def test_a_mixture_that_cannot_be_drawn_is_refused(mixture: dict[str, float], box: Box, complaint: str) -> None:
    with pytest.raises(MaskError, match=complaint):
        Masks(mixture, box)


def test_damage_that_never_leaves_a_hole_of_at_most_half_ends_with_an_error() -> None:
    everywhere = np.full((40, 40), 255, np.uint8)
    with pytest.raises(MaskError, match="larger than half"):
        draw("film-damage", 0, 16, alphas=[everywhere])


def test_the_picture_sheet_of_the_documentation_shows_what_is_drawn_now() -> None:
    with Image.open(SHEET) as page:
        assert np.array_equal(np.asarray(page.convert("L")), sheet()), (
            "Draw it again: python -m gan_inpaint_training.masks.sheet docs/pictures/masks.png"
        )
