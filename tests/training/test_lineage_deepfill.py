"""DeepFill v2, and the coarse network that it shares with v1."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gan_inpaint_training.discriminators.deepfill_patchgan import DeepFillPatchGAN
from gan_inpaint_training.generators.contextual_attention import ContextualAttentionGenerator
from gan_inpaint_training.generators.deepfill_v2 import GatedConvolution, GatedGenerator
from gan_inpaint_training.registry import parameters


def test_the_generator_has_the_parameters_of_the_original() -> None:
    with torch.device("meta"):
        generator = GatedGenerator()
    assert parameters(generator.coarse) == 1_631_151
    assert parameters(generator.refinement) == 2_421_327
    assert parameters(generator) == 4_052_478


@pytest.mark.parametrize("generator", [ContextualAttentionGenerator(4), GatedGenerator(8)])
def test_the_coarse_features_see_287_pixels_without_gaps(generator: nn.Module) -> None:
    torch.manual_seed(0)
    encoder = generator.coarse.encoder.double()
    picture = torch.zeros(1, 5, 320, 320, dtype=torch.float64, requires_grad=True)
    encoder(picture)[0, :, 40, 40].sum().backward()
    rows = torch.nonzero(picture.grad[0].abs().sum((0, 2))).flatten().tolist()
    assert rows == list(range(160 - 143, 160 + 144))


def test_a_closed_gate_lets_nothing_pass_and_an_open_one_everything() -> None:
    layer = GatedConvolution(3, 2, activation=nn.Identity)
    x = torch.rand(1, 3, 8, 8)
    features = layer.convolution(x)[:, :2].detach()
    nn.init.zeros_(layer.convolution.weight[2:])
    for bias, share in ((-40.0, 0.0), (0.0, 0.5), (40.0, 1.0)):
        nn.init.constant_(layer.convolution.bias[2:], bias)
        assert torch.allclose(layer(x), share * features, atol=1e-6)


def test_the_untrained_network_passes_a_signal_and_its_gradient() -> None:
    torch.manual_seed(0)
    generator = GatedGenerator()
    image, mask = torch.rand(1, 3, 64, 64) * 2 - 1, torch.zeros(1, 1, 64, 64)
    coarse, fine = generator.stages(image, mask)
    assert coarse.std() > 0.01 and fine.std() > 0.01
    fine.sum().backward()
    assert generator.refinement.compared[0].convolution.weight.grad.abs().mean() > 1e-4


def test_every_channel_of_the_last_layer_is_a_score() -> None:
    with torch.device("meta"):
        discriminator = DeepFillPatchGAN()
    assert parameters(discriminator) == 5_946_816  # six convolutions with bias, as published
    scores, features = DeepFillPatchGAN(4)(torch.rand(2, 3, 128, 192), torch.zeros(2, 1, 128, 192))
    assert [tuple(s.shape) for s in scores] == [(2, 16, 2, 3)]
    assert [tuple(f.shape[1:]) for f in features] == [(4, 64, 96), (8, 32, 48), (16, 16, 24), (16, 8, 12), (16, 4, 6)]


def test_no_layer_of_the_discriminator_stretches_its_input() -> None:
    torch.manual_seed(0)
    discriminator = DeepFillPatchGAN(4)
    for _ in range(30):  # of the power iteration
        discriminator(torch.rand(1, 3, 64, 64), torch.zeros(1, 1, 64, 64))
    discriminator.eval()
    for layer in discriminator.layers:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.05)
