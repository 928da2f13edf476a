"""What must be avoided leaves no trace in a fill, and a sampling area is the only place that is copied from."""

from __future__ import annotations

import numpy as np
import pytest

from gan_inpaint.engine import Sources, choose, fill
from gan_inpaint.errors import MaskSizeMismatch, NoSource
from gan_inpaint.options import FillOptions

from .test_engine_fill import MeanFiller, square


class SmoothFiller(MeanFiller):
    """Its fills need all of the detail from around the hole."""

    def __init__(self) -> None:
        super().__init__()
        self.detail = 1.0


class Uncalled(MeanFiller):
    name = "uncalled"


def stripes(height: int, width: int, upright: slice) -> np.ndarray:
    """Irregular stripes that lie, and stand in the columns `upright`; both have the same mean."""
    levels = np.random.default_rng(3).integers(88, 169, max(height, width)).astype(np.uint8)
    picture = np.repeat(levels[:height, None], width, axis=1)
    picture[:, upright] = levels[:width][upright]
    return picture


def steps(part: np.ndarray) -> tuple[float, float]:
    """The mean steps from row to row and from column to column."""
    values = part.astype(float)
    return float(np.abs(np.diff(values, axis=0)).mean()), float(np.abs(np.diff(values, axis=1)).mean())


def test_what_is_avoided_is_neither_seen_nor_changed() -> None:
    image = np.full((200, 200, 3), (90, 160, 30), np.uint8)
    image[:, 110:] = (250, 10, 20)
    mask = square(200, 200, 80, 80, 110, 120)
    avoid = square(200, 200, 110, 0, 200, 200)
    filled = fill(image, mask, MeanFiller(), sources=Sources(avoid=avoid)).image
    assert (filled[mask > 0] == (90, 160, 30)).all()
    assert np.array_equal(filled[mask == 0], image[mask == 0])
    assert (fill(image, mask, MeanFiller()).image[mask > 0] != (90, 160, 30)).any()


@pytest.mark.parametrize("limit", ["avoid", "sample"])
def test_nothing_is_copied_from_where_it_must_not_be(limit: str) -> None:
    image = stripes(220, 320, slice(200, None))
    mask = square(220, 320, 130, 80, 190, 130)
    left = square(220, 320, 0, 0, 200, 220)
    sources = Sources(avoid=left) if limit == "avoid" else Sources(sample=255 - left)
    down, across = steps(fill(image, mask, SmoothFiller(), sources=sources).image[85:125, 135:185])
    assert across > 2 * down, "the stripes stand"
    down, across = steps(fill(image, mask, SmoothFiller()).image[85:125, 135:185])
    assert down > 2 * across, "without the limit they lie"


def test_a_sampling_area_may_be_far_from_the_hole() -> None:
    image = stripes(300, 1200, slice(1000, None))
    mask = square(300, 1200, 100, 120, 160, 180)
    sample = square(300, 1200, 1020, 20, 1180, 280)
    done = fill(image, mask, SmoothFiller(), sources=Sources(sample=sample))
    down, across = steps(done.image[125:175, 105:155])
    assert across > 2 * down and not done.without_sources
    assert np.array_equal(done.image[mask == 0], image[mask == 0])


def test_a_fill_without_anything_to_copy_from_is_counted() -> None:
    image = stripes(200, 200, slice(100, None))
    mask = square(200, 200, 80, 80, 120, 120)
    only_the_hole = Sources(sample=mask)
    assert fill(image, mask, SmoothFiller(), sources=only_the_hole).without_sources == 1
    assert fill(image, mask, SmoothFiller()).without_sources == 0


def test_the_automatic_choice_takes_no_avoided_ground_for_a_trial() -> None:
    image = stripes(200, 200, slice(0, 0))
    mask = square(200, 200, 80, 80, 120, 120)
    ring = np.where(square(200, 200, 40, 40, 160, 160) > 0, np.uint8(255), np.uint8(0))
    sources = Sources(avoid=ring)
    fillers = [MeanFiller(), Uncalled()]
    assert choose(image, mask, fillers, FillOptions(), sources=sources).scores == {}
    assert choose(image, mask, fillers, FillOptions()).scores.keys() == {"mean", "uncalled"}


def test_masks_that_leave_nothing_are_refused() -> None:
    image, mask = np.full((60, 60), 100, np.uint8), square(60, 60, 20, 20, 40, 40)
    for sources in (Sources(avoid=255 - mask), Sources(sample=np.zeros_like(mask))):
        with pytest.raises(NoSource):
            fill(image, mask, MeanFiller(), sources=sources)
    with pytest.raises(MaskSizeMismatch):
        fill(image, mask, MeanFiller(), sources=Sources(avoid=mask[:-1]))
