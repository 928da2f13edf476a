"""The small patch generator and the discriminator with two paths."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gan_inpaint_training.discriminators.two_path import TwoPathDiscriminator
from gan_inpaint_training.generators.cifar import SameConv2d, TwoPathGenerator
from gan_inpaint_training.registry import parameters

SIDES = [32, 128]
PATCH = {32: 8, 128: 64}


def picture_and_hole(side: int, count: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures with a patch zeroed, and that hole."""
    torch.manual_seed(0)
    mask = torch.zeros(count, 1, side, side)
    mask[..., 10 : 10 + PATCH[side], 17 : 17 + PATCH[side]] = 1
    return (torch.rand(count, 3, side, side) * 2 - 1) * (1 - mask), mask


def small(side: int) -> TwoPathGenerator:
    torch.manual_seed(1)
    return TwoPathGenerator(side)


def test_the_small_setting_has_the_parameters_of_the_network_that_is_rebuilt() -> None:
    with torch.device("meta"):
        assert parameters(TwoPathGenerator()) == 825_603


def convolution(before: int, after: int, kernel: int) -> int:
    return before * after * kernel**2 + after


def test_the_other_sizes_are_those_of_their_layers() -> None:
    with torch.device("meta"):
        large, at32, at128 = TwoPathGenerator(128), TwoPathDiscriminator(32), TwoPathDiscriminator(128)
    down = [(3, 32, 7), (32, 64, 7), (64, 128, 3), (128, 512, 3)]
    up = [(512, 256, 3), (256, 128, 3), (128, 64, 3), (64, 64, 3), (64, 32, 3), (32, 3, 3)]
    normalised = (32, 64, 128, 256, 128, 64, 64, 32)
    assert parameters(large) == sum(convolution(*layer) for layer in down + up) + 2 * sum(normalised) == 2_375_875
    shared = convolution(3, 64, 4) + convolution(64, 128, 4)
    local = convolution(128, 256, 3) + convolution(256, 512, 1) + convolution(512, 1, 1)
    heads = {width: width * 16 * 512 + 512 + 512 + 1 for width in (256, 512)}
    assert parameters(at32) == shared + local + convolution(128, 256, 4) + heads[256] == 3_184_322
    deeper = [(128, 256, 4), (256, 512, 4), (512, 512, 4)]
    assert parameters(at128) == shared + local + sum(convolution(*layer) for layer in deeper) + heads[512]


@pytest.mark.parametrize("side", SIDES)
def test_the_patch_lies_in_the_hole_pixel_for_pixel_and_nothing_outside(side: int) -> None:
    image, mask = picture_and_hole(side)
    generator = small(side).eval()
    patches: list[torch.Tensor] = []
    generator.decoder.register_forward_hook(lambda module, inputs, output: patches.append(output))
    (fill,) = generator.stages(image, mask)
    patch = PATCH[side]
    assert fill.shape == image.shape
    assert patches[0].shape == (2, 3, patch, patch)
    assert torch.equal(fill[..., 10 : 10 + patch, 17 : 17 + patch], patches[0])
    assert not (fill * (1 - mask)).any()


@pytest.mark.parametrize("side", SIDES)
def test_the_network_has_four_convolutions_dropout_of_a_half_and_deconvolutions(side: int) -> None:
    generator = small(side)
    assert sum(isinstance(module, nn.Conv2d) for module in generator.encoder) == 4
    assert [module.p for module in generator.modules() if isinstance(module, nn.Dropout)] == [0.5]
    deconvolutions = [module for module in generator.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert 2 * 2 ** len(deconvolutions) == PATCH[side]
    image, mask = picture_and_hole(side)
    assert generator.encoder(image).shape == (2, 512, 2, 2)
    assert not torch.equal(generator.stages(image, mask)[0], generator.stages(image, mask)[0])


def test_padding_is_that_of_keras() -> None:
    layer = SameConv2d(1, 1, 3, 2)
    nn.init.ones_(layer.weight)
    nn.init.zeros_(layer.bias)
    picture = torch.arange(16.0).view(1, 1, 4, 4)
    # "same" with a stride of 2: nothing at the left and the top, one row and column at the right and the bottom
    assert layer(picture)[0, 0].tolist() == [[45, 39], [66, 50]]


@pytest.mark.parametrize(("side", "blind"), [(32, {15, 31}), (128, set())])
def test_the_patch_sees_all_of_the_picture_but_for_what_keras_strides_leave_out(side: int, blind: set[int]) -> None:
    torch.manual_seed(0)
    generator = small(side).eval()
    image = torch.randn(1, 3, side, side, requires_grad=True)
    generator.stages(image, torch.zeros(1, 1, side, side))[0].square().sum().backward()
    assert image.grad is not None
    unseen = (image.grad.abs().sum((0, 1, 2)) == 0).nonzero().flatten().tolist()
    assert set(unseen) == blind


@pytest.mark.parametrize("side", SIDES)
def test_gradients_reach_every_parameter_of_both_networks(side: int) -> None:
    image, mask = picture_and_hole(side, 3)
    generator, discriminator = small(side), TwoPathDiscriminator(side)
    scores, _ = discriminator(image + generator.stages(image, mask)[-1], mask)
    torch.stack([score.square().mean() for score in scores]).sum().backward()
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_each_path_alone_trains_the_shared_layers() -> None:
    image, mask = picture_and_hole(32)
    discriminator = TwoPathDiscriminator(32)
    for path, other in (("whole", "texture"), ("texture", "whole")):
        discriminator.zero_grad()
        scores = dict(zip(("whole", "texture"), discriminator(image, mask)[0], strict=True))
        scores[path].square().sum().backward()
        reached = {name.split(".")[0] for name, p in discriminator.named_parameters() if p.grad is not None}
        assert reached == {"shared", path}, other


@pytest.mark.parametrize("side", SIDES)
def test_one_score_for_the_picture_and_one_for_the_texture_at_each_place(side: int) -> None:
    image, mask = picture_and_hole(side)
    (whole, texture), features = TwoPathDiscriminator(side)(image, mask)
    assert whole.shape == (2, 1)
    assert texture.shape == (2, 1, side // 4, side // 4)
    assert [tuple(layer.shape[1:]) for layer in features] == [(64, side // 2, side // 2), (128, side // 4, side // 4)]


def test_a_local_score_sees_eighteen_pixels() -> None:
    torch.manual_seed(0)
    image = torch.randn(1, 3, 128, 128, requires_grad=True)
    TwoPathDiscriminator(128)(image, torch.zeros(1, 1, 128, 128))[0][1][0, 0, 16, 16].backward()
    assert image.grad is not None
    for axes in ((0, 1, 2), (0, 1, 3)):
        seen = image.grad.abs().sum(axes).nonzero().flatten().tolist()
        assert seen == list(range(64 - 7, 64 + 11))


def test_the_seed_decides_the_fill() -> None:
    image, mask = picture_and_hole(32)
    assert torch.equal(small(32).eval()(image, mask), small(32).eval()(image, mask))
    torch.manual_seed(5)
    fill = small(32)(image, mask)
    torch.manual_seed(5)
    assert torch.equal(small(32)(image, mask), fill)


@pytest.mark.parametrize("network", [TwoPathGenerator, TwoPathDiscriminator])
def test_another_side_is_refused(network: type[nn.Module]) -> None:
    with pytest.raises(ValueError, match="64²"):
        network(64)
