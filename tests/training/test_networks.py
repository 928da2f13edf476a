import pytest
import torch

from gan_inpaint_training import generators
from gan_inpaint_training.discriminators import SNPatchGAN
from gan_inpaint_training.discriminators.sn_patchgan import BANDS, bands
from gan_inpaint_training.generators.dmfb import DenseMultiScaleFusionBlock, DMFBGenerator
from gan_inpaint_training.generators.prefill import continued_prefill, smooth_prefill


def image_and_hole(height: int = 48, width: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    mask = torch.zeros(2, 1, height, width)
    mask[..., 10:30, 20:44] = 1
    return torch.rand(2, 3, height, width) * 2 - 1, mask


def test_a_first_guess_keeps_the_known_pixels() -> None:
    image, mask = image_and_hole()
    assert torch.equal(smooth_prefill(image, mask) * (1 - mask), image * (1 - mask))


def test_a_first_guess_continues_a_constant_exactly_and_a_ramp_closely() -> None:
    _, mask = image_and_hole()
    constant = torch.full((2, 3, 48, 64), 0.37)
    assert torch.allclose(smooth_prefill(constant, mask), constant, atol=1e-6)
    ramp = torch.linspace(-1, 1, 64).expand(2, 3, 48, 64)
    assert (smooth_prefill(ramp, mask) - ramp).abs().max() < 0.15


def test_a_first_guess_does_not_look_into_the_hole() -> None:
    image, mask = image_and_hole()
    poisoned = torch.where(mask > 0, torch.full_like(image, 1e6), image)
    assert torch.equal(smooth_prefill(poisoned, mask), smooth_prefill(image, mask))


@pytest.mark.parametrize("size", [(8, 8), (16, 40), (72, 104)])
def test_a_first_guess_works_at_sizes_that_do_not_halve_evenly(size: tuple[int, int]) -> None:
    mask = torch.zeros(1, 1, *size)
    mask[..., : size[0] // 2, : size[1] // 2] = 1
    assert torch.allclose(
        smooth_prefill(torch.full((1, 3, *size), -0.5), mask), torch.full((1, 3, *size), -0.5), atol=1e-6
    )


def test_a_continued_guess_goes_on_with_stripes_that_a_smooth_one_ends() -> None:
    rows, columns = torch.meshgrid(torch.arange(96.0), torch.arange(128.0), indexing="ij")
    stripes = 0.6 * torch.sin(0.2 * rows + 0.25 * columns).expand(2, 3, 96, 128)
    mask = torch.zeros(2, 1, 96, 128)
    mask[0, :, 40:56, 30:100] = mask[1, :, 20:80, 60:76] = 1
    smooth, continued = smooth_prefill(stripes, mask), continued_prefill(stripes, mask)
    assert torch.equal(continued * (1 - mask), stripes * (1 - mask))
    assert (continued - stripes).abs().sum() < 0.5 * (smooth - stripes).abs().sum()


def test_the_untrained_generator_is_the_guess_that_it_starts_from() -> None:
    image, mask = image_and_hole()
    generator = DMFBGenerator(8, 1)
    assert torch.allclose(generator(generator.prepare(image, mask), mask), continued_prefill(image, mask), atol=1e-6)


def test_the_default_generator_has_its_documented_size() -> None:
    generator = generators.build({"name": "dmfb"})
    assert sum(parameter.numel() for parameter in generator.parameters()) == 533_612


def test_the_fill_does_not_depend_on_what_was_in_the_hole() -> None:
    image, mask = image_and_hole()
    generator = trained_like(DMFBGenerator(8, 2))
    prepared, prepared_empty = generator.prepare(image, mask), generator.prepare(image * (1 - mask), mask)
    assert torch.equal(generator(prepared, mask), generator(prepared_empty, mask))


def test_gradients_reach_every_parameter() -> None:
    image, mask = image_and_hole()
    generator = trained_like(DMFBGenerator(8, 2)).train()
    discriminator = SNPatchGAN(8)
    (scores,), _ = discriminator(generator.stages(generator.prepare(image, mask), mask)[-1], mask)
    scores.sum().backward()
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_a_block_sees_twenty_one_pixels_without_gaps() -> None:
    block = DenseMultiScaleFusionBlock(8)
    x = torch.randn(1, 8, 64, 64, requires_grad=True)
    block(x)[0, :, 32, 32].sum().backward()
    assert x.grad is not None
    rows = torch.nonzero(x.grad[0].abs().sum((0, 2))).flatten()
    assert rows.tolist() == list(range(32 - 10, 32 + 11))  # 1 of the reduction, 8 of the dilation, 1 of the sum


def test_the_bands_of_an_image_are_all_of_it() -> None:
    image, _ = image_and_hole()
    *amplified, rest = bands(image)
    parts = [band / gain for band, (_, gain) in zip(amplified, BANDS, strict=True)]
    assert torch.allclose(sum(parts, rest), image, atol=1e-6)


def test_scores_tell_the_patches_apart() -> None:
    image, mask = image_and_hole(64, 64)
    (scores,), features = SNPatchGAN(8)(image, mask)
    assert scores.shape == (2, 1, 8, 8)
    assert [tuple(f.shape[1:]) for f in features] == [(8, 32, 32), (16, 16, 16), (32, 8, 8)]


@pytest.mark.parametrize("place", [(10, 30, 20, 44), (0, 48, 0, 64), (47, 48, 63, 64), (5, 5, 5, 5)])
def test_the_form_for_inference_fills_holes_as_the_generator_does(place: tuple[int, int, int, int]) -> None:
    generator = trained_like(DMFBGenerator(8, 2))
    image, mask = image_and_hole()
    top, bottom, left, right = place
    mask.zero_()[..., top:bottom, left:right] = 1
    with torch.inference_mode():
        expected, filled = generator(image, mask), generators.for_inference(generator)(image, mask)
    assert torch.allclose(filled * mask, expected * mask, atol=1e-5)
    assert filled.shape == image.shape


def test_the_form_for_inference_leaves_the_generator_as_it_is() -> None:
    generator = trained_like(DMFBGenerator(8, 2))
    before = {name: values.clone() for name, values in generator.state_dict().items()}
    generators.for_inference(generator)(*image_and_hole())
    assert generator.state_dict().keys() == before.keys()
    assert all(torch.equal(values, before[name]) for name, values in generator.state_dict().items())


def trained_like(generator: DMFBGenerator) -> DMFBGenerator:
    """Weights of the last layer as training leaves them, other than zero."""
    torch.manual_seed(1)
    torch.nn.init.normal_(generator.last.weight, 0, 0.05)
    return generator.eval()
