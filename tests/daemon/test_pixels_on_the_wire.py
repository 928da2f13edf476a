"""A pixel with mask 0 comes back bit-identical, and the alpha of every pixel that is not transparent."""

from __future__ import annotations

import numpy as np
import pytest

_CHANNELS = {"gray": 1, "graya": 2, "rgb": 3, "rgba": 4, "bgra": 4}
_SAMPLES = {"u8": "u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}
_HEIGHT, _WIDTH = 37, 53  # odd, so that frames do not fall on even addresses


def _picture(channels: int, depth: str) -> np.ndarray:
    """A soft gradient with grain, over the range that the depth uses; nothing is transparent."""
    random = np.random.default_rng(11)
    rows, columns = np.mgrid[0:_HEIGHT, 0:_WIDTH]
    light = (rows / _HEIGHT + columns / _WIDTH)[..., None] / 2 + random.normal(0, 0.01, (_HEIGHT, _WIDTH, channels))
    white = {"u8": 255, "u16": 65_535, "f16": 1, "f32": 1}[depth]
    return (light.clip(0.01, 1) * white).astype(_SAMPLES[depth])


def _mask() -> np.ndarray:
    mask = np.zeros((_HEIGHT, _WIDTH), np.uint8)
    mask[10:20, 20:35] = 255
    mask[15:18, 30:40] = 128
    mask[0, 0] = 1
    return mask


def _fill(client, image: np.ndarray, mask: np.ndarray, layout: str, depth: str, *others: np.ndarray, **options):
    keys = {"width": _WIDTH, "height": _HEIGHT, "layout": layout, "depth": depth}
    frames = (frame.tobytes() for frame in (image, mask, *others))
    fill = client.request("fill", *frames, **keys, **options)
    reply, frames, _ = client.outcome(fill)
    assert reply["type"] == "result", reply
    assert {key: reply[key] for key in keys} == keys
    return np.frombuffer(frames[0], image.dtype).reshape(image.shape)


@pytest.mark.parametrize("transfer", ["srgb", "linear"])
@pytest.mark.parametrize("depth", _SAMPLES)
def test_pixels_with_mask_0_and_all_alpha_are_bit_identical(client, depth, transfer) -> None:
    mask = _mask()
    for layout, channels in _CHANNELS.items():
        image = _picture(channels, depth)
        filled = _fill(client, image, mask, layout, depth, transfer=transfer)
        assert filled[mask == 0].tobytes() == image[mask == 0].tobytes(), layout
        assert (filled[mask == 255] != image[mask == 255]).any(), layout
        if channels in (2, 4):
            assert filled[..., -1].tobytes() == image[..., -1].tobytes(), layout


@pytest.mark.parametrize("depth", ["f16", "f32"])
def test_what_is_no_number_outside_the_mask_comes_back_with_the_same_bits(client, depth) -> None:
    image, mask = _picture(3, depth), _mask()
    image[25, 5:12, 0] = [np.nan, np.inf, -np.inf, -0.0, 6e-8, 2.5, -1.0]
    filled = _fill(client, image, mask, "rgb", depth)
    assert filled[mask == 0].tobytes() == image[mask == 0].tobytes()
    assert np.isfinite(filled[mask == 255]).all()


def test_red_and_blue_are_not_mixed_up_in_bgra(client) -> None:
    image = np.empty((_HEIGHT, _WIDTH, 4), np.uint8)
    image[:] = (250, 120, 10, 255)  # blue, green, red
    filled = _fill(client, image, _mask(), "bgra", "u8")
    blue, green, red, alpha = filled[_mask() == 255].astype(int).mean(axis=0)
    assert blue > green > red
    assert alpha == 255


def test_what_the_third_frame_marks_is_avoided_and_the_fourth_is_the_sampling_area(client) -> None:
    image = np.full((_HEIGHT, _WIDTH, 3), (90, 160, 30), np.uint8)
    image[:, 36:] = (250, 10, 20)
    mask, avoid = np.zeros((2, _HEIGHT, _WIDTH), np.uint8)
    mask[10:20, 20:36], avoid[:, 36:] = 255, 255

    def off(*others: np.ndarray, **given: bool) -> int:
        filled = _fill(client, image, mask, "rgb", "u8", *others, model="classical", **given)
        assert np.array_equal(filled[mask == 0], image[mask == 0])
        return int(np.abs(filled[mask > 0].astype(int) - (90, 160, 30)).max())

    assert off(avoid, avoid=True) <= 2 < off()
    assert off(avoid, 255 - avoid, avoid=True, sample=True) <= 2
    assert off(255 - avoid, sample=True) > 2, "the filler still sees what is outside the sampling area"
