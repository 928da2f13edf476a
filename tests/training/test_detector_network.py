"""The detector's network: its size, its cost, and that a tile with its context gives what the whole picture gives."""

import math

import cv2
import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from gan_inpaint_training.config import settings_of
from gan_inpaint_training.detector import Detector, build, configured
from gan_inpaint_training.detector.network import Lines, line_filters, with_contrasts
from gan_inpaint_training.registry import parameters


@pytest.fixture
def busy() -> Detector:
    """The shipped architecture with weights that leave no part of it idle, in double precision."""
    torch.manual_seed(0)
    network = build(configured(settings_of("scratches"))).double().eval()
    for weight in network.parameters():
        if weight.ndim == 4:
            torch.nn.init.normal_(weight, std=weight[0].numel() ** -0.5)
    return network


def test_the_shipped_detector_is_small_and_cheap() -> None:
    network = build(configured(settings_of("scratches")))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, 256, 256))
    assert parameters(network) <= 2_000_000
    assert counter.get_total_flops() / 2 / 256**2 <= 15_000


def test_damage_is_a_probability_for_every_pixel_of_any_size() -> None:
    torch.manual_seed(0)
    network = build(configured(settings_of("scratches")))
    damage = network(torch.rand(2, 3, 32, 48) * 2 - 1)
    assert damage.shape == (2, 2, 32, 48)
    assert damage.min() >= 0 and damage.max() <= 1 and damage.mean() < 0.2  # an untrained one finds little


@pytest.mark.parametrize("place", [(320, 320), (335, 335), (327, 330)])
@torch.no_grad()
def test_a_pixel_changes_what_is_within_reach_and_nothing_else(busy: Detector, place: tuple[int, int]) -> None:
    image = torch.rand(1, 3, 656, 656, dtype=torch.double) * 2 - 1
    other = image.clone()
    other[:, :, place[0], place[1]] += 50
    changed = ((busy.logits(other) - busy.logits(image)) != 0).any(0).any(0).nonzero()
    farthest = int((changed - torch.tensor(place)).abs().max())
    assert busy.reach() - busy.size_multiple - 6 < farthest <= busy.reach()


@torch.no_grad()
def test_a_tile_with_its_context_agrees_with_the_whole_picture(busy: Detector) -> None:
    image = torch.rand(1, 3, 640, 608, dtype=torch.double) * 2 - 1
    whole, reach = busy(image), busy.reach()
    tile = busy(image[:, :, 32 : 32 + 2 * reach + 48, 16 : 16 + 2 * reach + 32])
    seen = slice(32 + reach, 32 + reach + 48), slice(16 + reach, 16 + reach + 32)
    inner = tile[:, :, reach : reach + 48, reach : reach + 32]
    torch.testing.assert_close(inner, whole[:, :, *seen], atol=1e-12, rtol=0)
    assert float(inner.std()) > 0.01


def test_the_contrasts_are_those_of_mathematical_morphology() -> None:
    gray = np.random.default_rng(0).random((40, 50), np.float32)
    seen = with_contrasts(torch.from_numpy(gray).expand(1, 3, -1, -1))
    square = np.ones((9, 9), np.uint8)
    for channel, transform in ((4, cv2.MORPH_TOPHAT), (5, cv2.MORPH_BLACKHAT)):
        np.testing.assert_allclose(seen[0, channel] / 4, cv2.morphologyEx(gray, transform, square), atol=1e-6)


def test_a_faint_line_stands_out_in_the_filter_of_its_direction() -> None:
    random = np.random.default_rng(0)
    filters = line_filters(32, 21)
    assert torch.allclose(filters.sum((1, 2)), torch.ones(32))
    for number in range(16):
        angle = number * math.pi / 16
        rows, columns = np.mgrid[-30:31, -30:31]
        beside = columns * math.cos(angle) + rows * math.sin(angle)
        line = np.exp(-(beside**2) / 2) + random.normal(0, 1, beside.shape)  # one σ a pixel
        answers = torch.nn.functional.conv2d(torch.from_numpy(line)[None, None].float(), filters[:16, None])
        near = (int(answers[0, :, 20, 20].argmax()) - number) % 16
        assert near in (0, 1, 15)


def test_the_short_way_to_the_gradient_of_the_lines_is_the_gradient() -> None:
    torch.manual_seed(0)
    lines = Lines(8, 9).double()
    torch.nn.init.normal_(lines.after.weight)
    features = torch.rand(1, 8, 12, 12, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lines.train(), (features,))
