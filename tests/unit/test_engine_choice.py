"""Choosing a filler by what it makes of known ground beside the hole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gan_inpaint.engine.choice import choose
from gan_inpaint.models.classical import ClassicalFiller
from gan_inpaint.options import FillOptions

DTYPES = {np.uint8: 255, np.uint16: 65535, np.float32: 1.0}


class Noise:
    """Fills with noise of one strength, the same each time."""

    window, size_multiple, guided, detail = 256, 8, False, 0.0

    def __init__(self, name: str, strength: float) -> None:
        self.name, self.strength = name, strength

    def __call__(self, images: np.ndarray, holes: np.ndarray, /) -> np.ndarray:
        return np.random.default_rng(0).normal(0, self.strength, images.shape).astype(np.float32)


def scratched(side: int = 300) -> np.ndarray:
    mask = np.zeros((side, side), np.uint8)
    cv2.line(mask, (150, 30), (160, 270), 255, 3)
    return mask


def sky(dtype: type = np.uint8, channels: int = 3, side: int = 300) -> np.ndarray:
    y = np.linspace(0.2, 0.9, side, dtype=np.float32)
    picture = np.repeat(np.repeat(y[:, None], side, 1)[..., None], channels, 2) * DTYPES[dtype]
    return picture.astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_filler_that_is_clearly_wrong_is_not_used(dtype: type, channels: int) -> None:
    wrong, right = Noise("noise", 0.5), ClassicalFiller()
    chosen = choose(sky(dtype, channels), scratched(), [wrong, right], FillOptions())
    assert chosen.filler is right
    assert chosen.scores["classical"] > 30 > chosen.scores["noise"] + 10


def test_the_first_is_kept_unless_another_one_is_clearly_better() -> None:
    fillers = [Noise("one", 0.105), Noise("another", 0.1)]
    chosen = choose(sky(), scratched(), fillers, FillOptions())
    assert chosen.filler is fillers[0]
    assert set(chosen.scores) == {"one", "another"}


def test_where_nothing_can_be_tried_the_first_is_used() -> None:
    mask = np.full((60, 60), 255, np.uint8)
    mask[:3] = 0
    fillers = [Noise("one", 0.9), ClassicalFiller()]
    assert choose(sky(side=60), mask, fillers, FillOptions()).scores == {}


def test_transparent_and_infinite_pixels_are_no_truth() -> None:
    image = sky(np.float32, 4)
    image[..., 3] = 1
    image[:, :145, 3] = 0
    image[:, 170:, :3] = np.inf
    chosen = choose(image, scratched(), [ClassicalFiller()], FillOptions(dilate=0))
    assert all(np.isfinite(score) for score in chosen.scores.values())


def test_the_picture_is_not_changed() -> None:
    image, mask = sky(), scratched()
    before = image.tobytes(), mask.tobytes()
    choose(image, mask, [ClassicalFiller()], FillOptions())
    assert (image.tobytes(), mask.tobytes()) == before
