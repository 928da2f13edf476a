"""DMFN: sizes, receptive field and discriminator as published."""

from __future__ import annotations

from typing import Literal

import pytest
import torch
from torch import nn

from gan_inpaint_training.discriminators.dmfn import GlobalLocalDiscriminator
from gan_inpaint_training.generators.dmfn import CompetitionBlock, DenseMultiScaleFusionBlock, DMFNGenerator
from gan_inpaint_training.registry import parameters


def seen(network: nn.Sequential, side: int, channels: int) -> list[int]:
    """The rows of the picture (1, channels, side, side) on which the middle output depends.

    Measured without normalisation, through which every pixel depends on all, and with positive weights, so that
    nothing cancels.
    """
    network = network.double()
    for name, module in list(network.named_modules()):
        if isinstance(module, nn.InstanceNorm2d):
            network.set_submodule(name, nn.Identity())
        elif isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
            nn.init.zeros_(module.bias)
    picture = torch.ones(1, channels, side, side, dtype=torch.float64, requires_grad=True)
    output = network(picture)
    output[0, 0, output.shape[2] // 2, output.shape[3] // 2].backward()
    return torch.nonzero(picture.grad[0].abs().sum((0, 2))).flatten().tolist()


@pytest.mark.parametrize(
    ("variant", "block", "whole"), [("paper", 471_808, 5_729_411), ("released", 885_312, 9_037_443)]
)
def test_the_generator_has_the_published_parameters(
    variant: Literal["paper", "released"], block: int, whole: int
) -> None:
    with torch.device("meta"):
        generator = DMFNGenerator(variant)
    assert parameters(generator.encoder) == 523_072
    assert [parameters(each) for each in generator.body] == [block] * 8
    assert parameters(generator.decoder) == 1_431_875
    assert parameters(generator) == whole


@pytest.mark.parametrize("variant", ["paper", "released"])
def test_the_features_see_655_pixels_without_gaps(variant: Literal["paper", "released"]) -> None:
    generator = DMFNGenerator(variant, width=1)
    rows = seen(nn.Sequential(generator.encoder, generator.body), 688, 4)
    assert len(rows) == 655
    assert rows == list(range(rows[0], rows[-1] + 1))


@pytest.mark.parametrize("block", [DenseMultiScaleFusionBlock, CompetitionBlock])
def test_a_block_sees_twenty_one_pixels_without_gaps(block: type[nn.Module]) -> None:
    # 1 of the reduction, 8 of the dilation, 1 of the last sum or of the fusion, to each side
    assert seen(nn.Sequential(block(4)), 48, 4) == list(range(24 - 10, 24 + 11))


def test_the_discriminator_has_the_published_parameters() -> None:
    with torch.device("meta"):
        discriminator = GlobalLocalDiscriminator()
    assert parameters(discriminator) == 36_673_025


def test_the_discriminator_gives_one_score_and_five_local_maps() -> None:
    mask = torch.zeros(2, 1, 128, 128)
    mask[..., 40:90, 30:90] = 1
    (score,), features = GlobalLocalDiscriminator(width=4, side=128)(torch.rand(2, 3, 128, 128), mask)
    assert score.shape == (2, 1)
    assert [tuple(f.shape[1:]) for f in features] == [(4, 32, 32), (8, 16, 16), (16, 8, 8), (32, 4, 4), (32, 2, 2)]


def test_the_discriminators_features_are_those_around_the_hole() -> None:
    torch.manual_seed(0)
    discriminator = GlobalLocalDiscriminator(width=4, side=64).eval()
    image, mask = torch.rand(1, 3, 64, 64), torch.zeros(1, 1, 64, 64)
    mask[..., 8:24, 8:24] = 1  # the local window is 32 wide: it ends before column 32
    (score,), features = discriminator(image, mask)
    image[..., 40:, 40:] = 0
    (changed,), same = discriminator(image, mask)
    assert not torch.equal(score, changed)
    assert all(torch.equal(a, b) for a, b in zip(features, same, strict=True))


def test_the_discriminator_works_at_the_faces_192() -> None:
    mask = torch.zeros(2, 1, 192, 192)
    mask[..., 48:144, 48:144] = 1
    (score,), features = GlobalLocalDiscriminator(width=4, side=192)(torch.rand(2, 3, 192, 192), mask)
    assert score.shape == (2, 1)
    assert features[-1].shape == (2, 32, 3, 3)


def test_the_discriminator_refuses_sizes_that_it_is_not_made_for() -> None:
    with pytest.raises(ValueError, match="multiple of 64"):
        GlobalLocalDiscriminator(width=4, side=200)
    with pytest.raises(ValueError, match="64×64"):
        GlobalLocalDiscriminator(width=4, side=64)(torch.zeros(1, 3, 128, 128), torch.zeros(1, 1, 128, 128))
