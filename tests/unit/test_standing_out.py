"""Within a selection everything that stands out is damage, whatever the detector says; outside nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from gan_inpaint.detection import select
from gan_inpaint.detection.standing_out import within
from gan_inpaint.options import SelectOptions

SHAPE = (120, 160)
NOTHING = np.zeros((*SHAPE, 2), np.uint8)


def _picture(dtype: type) -> np.ndarray:
    """A slope with grain, a light line, a dark speck, and a line outside the selection."""
    gray = np.linspace(0.3, 0.5, SHAPE[1])[None] + np.random.default_rng(0).normal(0, 0.01, SHAPE)
    gray[20:60, 50:52] += 0.2
    gray[70:74, 80:84] -= 0.2
    gray[100, 10:150] += 0.3
    return gray.astype(np.float32) if dtype == np.float32 else (gray * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_light_and_dark_things_are_found_inside_and_nothing_outside(dtype: type) -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[10:90, 30:100] = 255
    found = within(NOTHING, _picture(dtype), mask, 0.9, "srgb")
    light, dark = (select(found, 0.9, SelectOptions(tone=tone, dilate=0)).mask > 0 for tone in ("light", "dark"))
    assert light[20:60, 50:52].all() and dark[70:74, 80:84].all()
    assert not (light | dark)[mask == 0].any()
    assert (light | dark).sum() < 2 * (80 + 16)


def test_a_higher_sensitivity_finds_fainter_things() -> None:
    picture = np.full(SHAPE, 0.4, np.float32) + np.random.default_rng(0).normal(0, 0.01, SHAPE).astype(np.float32)
    picture[30, 20:140] += 0.04
    found = within(NOTHING, picture, np.full(SHAPE, 255, np.uint8), 0.9, "srgb")
    shares = [
        (select(found, 0.9, SelectOptions(sensitivity=at, dilate=0)).mask[30] > 0).mean() for at in (0.3, 0.5, 0.7)
    ]
    assert shares == sorted(shares) and shares[0] < shares[2]


def test_what_the_detector_found_inside_stays_and_an_empty_mask_has_nothing() -> None:
    picture, mask = _picture(np.uint8), np.zeros(SHAPE, np.uint8)
    assert not within(NOTHING + 255, picture, mask, 0.9, "srgb").any()
    mask[5, 5] = 255
    assert within(NOTHING + 255, picture, mask, 0.9, "srgb").sum() == 2 * 255
