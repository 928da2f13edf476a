"""AOT-GAN and its discriminator."""

from __future__ import annotations

import torch
from torch import nn

from gan_inpaint_training.discriminators.soft_mask_patchgan import SoftMaskPatchGAN
from gan_inpaint_training.generators.aot import AOTBlock, AOTGenerator
from gan_inpaint_training.registry import parameters


def test_the_networks_have_the_published_parameters() -> None:
    with torch.device("meta"):
        generator, discriminator = AOTGenerator(), SoftMaskPatchGAN()
    assert parameters(generator.encoder) == 668_352
    assert [parameters(block) for block in generator.body] == [1_770_240] * 8
    assert parameters(generator) == 15_200_835
    assert parameters(discriminator) == 2_763_777


def test_the_branches_of_a_block_see_nineteen_pixels_with_the_gaps_closed_by_the_narrow_ones() -> None:
    torch.manual_seed(1)  # with other weights, no unit of a branch may be active there
    block = AOTBlock(8).double()
    # A constant gate, because its normalisation makes every pixel depend on all.
    nn.init.zeros_(block.gate.weight)
    x = torch.rand(1, 8, 48, 48, dtype=torch.float64, requires_grad=True)
    block(x)[0, :, 24, 24].sum().backward()
    rows = set(torch.nonzero(x.grad[0].abs().sum((0, 2))).flatten().tolist())
    reached = {24 + fused + branch for fused in (-1, 0, 1) for branch in (-8, -4, -2, -1, 0, 1, 2, 4, 8)}
    assert rows == reached
    assert (min(rows), max(rows)) == (24 - 9, 24 + 9)


def test_the_gate_is_open_where_its_map_is_above_the_deviation_and_shut_elsewhere() -> None:
    block = AOTBlock(4)
    for convolution in (block.fusion, block.gate):
        nn.init.zeros_(convolution.weight)
        nn.init.zeros_(convolution.bias)
    nn.init.ones_(block.fusion.bias)
    for channel in range(4):
        block.gate.weight.data[channel, channel, 1, 1] = 1  # the gate follows the input
    x = torch.zeros(1, 4, 32, 32)
    x[..., :4] = 3
    filled = block(x)
    assert torch.allclose(filled[..., :4], torch.ones(1, 4, 32, 4), atol=1e-3)
    assert torch.allclose(filled[..., 4:], torch.zeros(1, 4, 32, 28), atol=1e-3)


def test_a_score_belongs_to_the_patch_of_seventy_pixels_around_its_place() -> None:
    torch.manual_seed(0)
    discriminator = SoftMaskPatchGAN(4)
    image = torch.rand(1, 3, 128, 160, requires_grad=True)
    (scores,), features = discriminator(image, torch.zeros(1, 1, 128, 160))
    assert scores.shape == (1, 1, 14, 18)
    assert [tuple(f.shape[1:]) for f in features] == [(4, 64, 80), (8, 32, 40), (16, 16, 20), (32, 15, 19)]
    scores[0, 0, 6, 8].backward()
    middle = {0: 8 * 6 + 11.5, 1: 8 * 8 + 11.5}
    for axis, centre in middle.items():
        seen = torch.nonzero(image.grad[0].abs().sum((0, 2 - axis))).flatten()
        assert seen.numel() == 70
        assert seen.double().mean().item() == centre
