import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint_training import masks


@pytest.mark.parametrize("kind", masks.KINDS)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(16, 160))
def test_every_kind_draws_a_hole_of_at_most_half(kind: str, seed: int, size: int) -> None:
    mask = masks.draw(np.random.default_rng(seed), size, {kind: 1.0})
    assert mask.shape == (size, size)
    assert set(np.unique(mask)) <= {0, 255}
    assert 0 < (mask > 0).mean() <= masks.LARGEST_HOLE


def test_the_same_seed_draws_the_same_hole() -> None:
    first, second = (masks.draw(np.random.default_rng(7), 64, dict.fromkeys(masks.KINDS, 1.0)) for _ in range(2))
    assert np.array_equal(first, second)


def test_thin_strokes_are_thinner_than_wide_ones() -> None:
    def mean_distance_to_known(kind: str) -> float:
        import cv2

        drawn = [masks.draw(np.random.default_rng(seed), 128, {kind: 1.0}) for seed in range(12)]
        return float(np.mean([cv2.distanceTransform(mask, cv2.DIST_L2, 3)[mask > 0].mean() for mask in drawn]))

    assert mean_distance_to_known("scratches") < mean_distance_to_known("medium-strokes")
    assert mean_distance_to_known("thin-strokes") < mean_distance_to_known("medium-strokes")
    assert mean_distance_to_known("medium-strokes") < mean_distance_to_known("wide-strokes")
