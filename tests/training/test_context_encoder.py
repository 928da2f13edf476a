"""The context encoder and its discriminator, against the published sizes and a plain reference."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from gan_inpaint_training import losses
from gan_inpaint_training.config import load
from gan_inpaint_training.discriminators.context_encoder import PatchDiscriminator
from gan_inpaint_training.generators.context_encoder import MEAN_COLOUR, ChannelwiseLinear, ContextEncoder
from gan_inpaint_training.masks import Masks
from gan_inpaint_training.registry import parameters

VARIANTS = ["paper", "released"]


def picture_and_hole(count: int = 2, side: int = 128) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures with the centre zeroed, and the hole."""
    torch.manual_seed(0)
    mask = torch.zeros(count, 1, side, side)
    mask[..., side // 4 : -side // 4, side // 4 : -side // 4] = 1
    return (torch.rand(count, 3, side, side) * 2 - 1) * (1 - mask), mask


def small(variant: str) -> ContextEncoder:
    torch.manual_seed(1)
    return ContextEncoder(variant, width=4)


def test_the_sizes_are_those_of_the_networks_that_are_rebuilt() -> None:
    with torch.device("meta"):
        paper, released, discriminator = ContextEncoder("paper"), ContextEncoder("released"), PatchDiscriminator()
    assert parameters(released) == 71_124_544
    assert parameters(discriminator) == 2_765_568
    # The encoder and the decoder (4×4 kernels, two numbers for each normalised channel) are those of the other variant.
    bottleneck = 2 * 512 * 4000 * 4 * 4 + 2 * (4000 + 512)
    maps, side = 512, 4
    assert parameters(paper) == 71_124_544 - bottleneck + maps * side**4 + maps * maps + 2 * maps == 5_973_760


def test_a_bias_for_each_channel_makes_the_5987_parameters_that_the_torch_original_has_more() -> None:
    with torch.device("meta"):
        network = ContextEncoder("released")
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
    assert all(layer.bias is None for layer in layers)
    assert sum(layer.out_channels for layer in layers) == 5_987


def test_the_channel_wise_layer_is_one_matrix_for_each_map() -> None:
    torch.manual_seed(0)
    layer = ChannelwiseLinear(5, 4)
    assert parameters(layer) == 5 * 4**4
    x = torch.randn(3, 5, 4, 4)
    expected = torch.empty_like(x)
    for sample in range(3):
        for channel in range(5):
            for y in range(4):
                for x_ in range(4):
                    weights = layer.weight[channel, :, 4 * y + x_].view(4, 4)
                    expected[sample, channel, y, x_] = (x[sample, channel] * weights).sum()
    torch.testing.assert_close(layer(x), expected)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_fill_has_the_pictures_shape_and_is_nothing_outside_the_hole(variant: str) -> None:
    image, mask = picture_and_hole()
    (fill,) = small(variant).stages(image, mask)
    assert fill.shape == image.shape
    assert not (fill * (1 - mask)).any()
    assert (fill[mask.expand_as(fill) > 0] != 0).float().mean() > 0.99


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_patch_lies_in_the_centre_hole_pixel_for_pixel(variant: str) -> None:
    image, mask = picture_and_hole()
    generator = small(variant).eval()
    patches: list[torch.Tensor] = []
    generator.decoder.register_forward_hook(lambda module, inputs, output: patches.append(output))
    (fill,) = generator.stages(image, mask)
    assert patches[0].shape == (2, 3, 64, 64)
    assert torch.equal(fill[..., 32:96, 32:96], patches[0])


@pytest.mark.parametrize(("variant", "overlap", "hole"), [("paper", 7, 50), ("released", 4, 56)])
def test_the_patch_overlaps_the_known_picture_and_the_loss_counts_the_overlap_ten_times(
    variant: str, overlap: int, hole: int
) -> None:
    config = load("context-encoder" if variant == "paper" else "context-encoder-released")
    assert (config.generator.overlap, config.loss.overlap) == (overlap, overlap)
    drawn = Masks(config.masks, config.box).draw(np.random.default_rng(0), config.data.crop)
    mask = torch.from_numpy(drawn).gt(0).float().expand(2, 1, -1, -1)
    assert mask.sum() == 2 * hole**2
    generator = ContextEncoder(variant, width=4, overlap=overlap).eval()
    patches: list[torch.Tensor] = []
    generator.decoder.register_forward_hook(lambda module, inputs, output: patches.append(output))
    (fill,) = generator.stages(torch.zeros(2, 3, 128, 128), mask)
    assert torch.equal(fill[..., 32:96, 32:96], patches[0])
    assert fill.abs().sum() == patches[0].abs().sum()
    error = patches[0].square().mean(1, keepdim=True)
    error[..., overlap:-overlap, overlap:-overlap] /= 10
    loss = losses.overlap_l2(fill, torch.zeros_like(fill), mask, config.loss.overlap)
    assert loss.item() == pytest.approx(10 * error.mean().item(), rel=1e-5)


def test_the_encoder_sees_the_mean_colour_in_the_hole() -> None:
    image, mask = picture_and_hole()
    generator = small("paper").eval()
    seen: list[torch.Tensor] = []
    generator.encoder.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        fill = generator(image, mask)
        other = generator(image + 0.5 * mask, mask)
    assert torch.equal(fill, other)
    assert torch.equal(seen[0] * (1 - mask), image)
    assert ((seen[0][0, :, 64, 64] + 1) * 127.5).tolist() == pytest.approx(MEAN_COLOUR, abs=1e-3)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_pixel_of_the_patch_sees_all_of_the_known_picture(variant: str) -> None:
    image, mask = picture_and_hole(1)
    generator = small(variant).eval()
    for module in generator.modules():  # past the rectifiers, which leave some paths without a gradient
        if isinstance(module, nn.BatchNorm2d):
            nn.init.constant_(module.bias, 5)
    image.requires_grad_()
    generator.stages(image, mask)[0][0, :, 40, 90].sum().backward()
    assert image.grad is not None
    assert torch.equal((image.grad != 0).any(1, keepdim=True), mask == 0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_reach_every_parameter_of_both_networks(variant: str) -> None:
    image, mask = picture_and_hole(3)
    generator, discriminator = small(variant), PatchDiscriminator()
    (score,), _ = discriminator(generator.stages(image, mask)[-1], mask)
    score.square().sum().backward()
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_seed_decides_the_fill(variant: str) -> None:
    image, mask = picture_and_hole()
    with torch.no_grad():
        assert torch.equal(small(variant)(image, mask), small(variant)(image, mask))
        torch.manual_seed(2)
        assert not torch.equal(ContextEncoder(variant, width=4)(image, mask), small(variant)(image, mask))


def test_the_discriminator_sees_the_box_alone() -> None:
    image, mask = picture_and_hole()
    torch.manual_seed(0)
    image = image + mask * torch.rand_like(image)
    discriminator = PatchDiscriminator().eval()
    (score,), features = discriminator(image, mask)
    assert score.shape == (2, 1)
    assert [tuple(layer.shape[1:]) for layer in features] == [(64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4)]
    assert torch.equal(discriminator(torch.where(mask > 0, image, 0.3), mask)[0][0], score)
    assert not torch.equal(discriminator(image * 0.5, mask)[0][0], score)


@pytest.mark.parametrize(
    "make",
    [lambda: ContextEncoder("best"), lambda: PatchDiscriminator(48), lambda: PatchDiscriminator(4)],
    ids=["variant", "side", "too small"],
)
def test_what_is_no_such_network_is_refused(make) -> None:
    with pytest.raises(ValueError, match=r"best|48|4"):
        make()
