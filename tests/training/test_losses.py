import math

import pytest
import torch
from torch.nn import functional as F

from gan_inpaint_training import losses
from gan_inpaint_training.config import LossConfig
from gan_inpaint_training.features import VGG19, EfficientNetLite0
from gan_inpaint_training.objective import LOSSES, Objective
from gan_inpaint_training.settings import ConfigError


def box(top: int = 2, left: int = 3, height: int = 5, width: int = 6, side: int = 12) -> torch.Tensor:
    mask = torch.zeros(1, 1, side, side)
    mask[..., top : top + height, left : left + width] = 1
    return mask


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_masked_l1_is_the_mean_over_the_counted_pixels() -> None:
    truth = torch.zeros(1, 3, 12, 12)
    assert losses.masked_l1(truth + 0.5 * box(), truth, box()) == pytest.approx(0.5)
    assert losses.masked_l1(truth + 0.5 * box(), truth, 1 - box()) == 0


def test_the_depth_in_a_hole_is_the_distance_to_its_rim() -> None:
    depth = losses.depth_in_hole(box(height=5, width=7, left=2))[0, 0, 2:7, 2:9]
    rows, columns = torch.meshgrid(torch.arange(5), torch.arange(7), indexing="ij")
    expected = torch.stack([rows, 4 - rows, columns, 6 - columns]).amin(0) + 1
    assert torch.equal(depth, expected.float())
    assert losses.depth_in_hole(box()).sum() == losses.depth_in_hole(box())[..., 2:7, 3:9].sum()


def test_at_the_border_of_the_picture_depth_counts_from_the_known_side_alone() -> None:
    depth = losses.depth_in_hole(box(top=0, left=0, height=4, width=12))
    assert depth[0, 0, :4, 5].tolist() == [4, 3, 2, 1]


def test_the_discounted_loss_weighs_by_the_power_of_the_depth() -> None:
    truth, mask = torch.zeros(1, 3, 12, 12), box(height=5, width=5)
    shallow, deep = (torch.zeros(1, 1, 12, 12) for _ in range(2))
    shallow[..., 2, 5], deep[..., 4, 5] = 1, 1
    ratio = losses.discounted_l1(deep, truth, mask, 0.9) / losses.discounted_l1(shallow, truth, mask, 0.9)
    assert ratio == pytest.approx(0.9**2)
    assert losses.discounted_l1(shallow, truth, mask, 1.0) == pytest.approx(
        float(losses.masked_l1(shallow, truth, mask))
    )


def test_the_discounted_loss_is_a_mean_over_the_hole_so_that_a_deep_one_counts_less() -> None:
    truth, mask = torch.zeros(1, 3, 12, 12), box(height=3, width=3)
    # Eight pixels at the boundary, and one that is one pixel deeper.
    assert losses.discounted_l1(truth + 0.5, truth, mask, 0.9) == pytest.approx(0.5 * (8 + 0.9) / 9)


def test_the_known_pixels_of_the_overlap_count_ten_times() -> None:
    truth, mask = torch.zeros(1, 3, 12, 12), box(height=6, width=6)
    outside, overlap, inside = (torch.zeros(1, 1, 12, 12) for _ in range(3))
    outside[..., 10, 5], overlap[..., 9, 10], inside[..., 2, 3] = 1, 1, 1
    assert losses.overlap_l2(outside, truth, mask, 2) == 0
    assert losses.overlap_l2(overlap, truth, mask, 2) == pytest.approx(10 / (6 + 2 * 2) ** 2)
    assert losses.overlap_l2(inside, truth, mask, 2) == pytest.approx(1 / (6 + 2 * 2) ** 2)
    assert losses.overlap_l2(overlap, truth, mask, 0) == 0
    assert losses.overlap_l2(inside, truth, mask, 0) == pytest.approx(1 / 36)


def test_the_laplacian_loss_sees_the_hole_alone_and_detail_as_well_as_colour() -> None:
    truth, mask = noise(1, 3, 16, 16), box(side=16)
    assert losses.laplacian(truth + (1 - mask), truth, mask) == 0
    checks = (torch.arange(16).view(-1, 1) + torch.arange(16)) % 2 * 2.0 - 1
    for error in (checks.expand(1, 3, 16, 16), torch.ones(1, 3, 16, 16)):
        assert losses.laplacian(truth + error, truth, mask) > 0.3


@pytest.mark.parametrize("axis", [2, 3])
def test_alignment_penalises_a_shift_along_either_axis(axis: int) -> None:
    maps = torch.zeros(1, 4, 9, 9)
    maps[..., 2:4, 2:4] = 5.0
    shifted = maps.roll(3, axis)
    both_ways = losses.alignment(maps.roll(3, 5 - axis), maps)
    assert losses.alignment(shifted, maps) == pytest.approx(float(both_ways), rel=1e-5)
    assert losses.alignment(shifted, maps) > 0.1


def test_alignment_has_a_finite_gradient_where_a_channel_is_empty() -> None:
    maps = torch.full((1, 2, 4, 4), -1.0, requires_grad=True)
    losses.alignment(maps, torch.rand(1, 2, 4, 4)).backward()
    assert maps.grad is not None and maps.grad.isfinite().all()


def test_self_guidance_doubles_the_weight_where_the_error_is_largest() -> None:
    truth = torch.zeros(1, 3, 8, 8)
    completed = truth.clone()
    completed[..., 0, 0] = 1
    real = [torch.ones(1, 2, 8, 8)]
    there, elsewhere = (real[0].clone() for _ in range(2))
    there[..., 0, 0] += 1
    elsewhere[..., 5, 5] += 1
    ratio = losses.self_guided([there], real, completed, truth) / losses.self_guided(
        [elsewhere], real, completed, truth
    )
    assert ratio == pytest.approx(2)


def test_style_ignores_where_a_feature_is_and_features_do_not() -> None:
    maps = [noise(1, 4, 8, 8).abs()]
    moved = [maps[0].roll((3, 2), (2, 3))]
    assert losses.style(moved, maps) == pytest.approx(0, abs=1e-5)
    assert losses.feature_distance(moved, maps) > 0.1


def test_the_relativistic_loss_is_symmetric_in_its_sides() -> None:
    real, fake = noise(6, 1), noise(6, 1, seed=1)
    expected = (
        F.binary_cross_entropy_with_logits(real - fake.mean(), torch.ones(6, 1))
        + F.binary_cross_entropy_with_logits(fake - real.mean(), torch.zeros(6, 1))
    ) / 2
    assert losses.relativistic(real, fake) == pytest.approx(float(expected))


def test_the_gradient_penalty_is_the_distance_of_the_masked_slope_from_one() -> None:
    mask, direction = box(), noise(1, 3, 12, 12)
    image = noise(2, 3, 12, 12, seed=1).requires_grad_(True)
    slope = float((direction * mask).square().sum().sqrt())
    score = (image * direction).sum((1, 2, 3)).unsqueeze(1)
    assert losses.gradient_penalty(score, image, mask) == pytest.approx((slope - 1) ** 2, rel=1e-4)


def test_the_softened_mask_falls_from_the_hole_to_the_known() -> None:
    mask = box(40, 40, 48, 48, side=128)
    soft = losses.soft_mask(mask, torch.zeros(1, 1, 112, 112), sigma=4.0)[0, 0]  # a value for each pixel from 8 on
    assert soft[56, 56] == pytest.approx(1, abs=1e-3) and soft[9, 9] < 1e-3
    assert soft[56, 32] == pytest.approx(0.5, abs=0.06)
    assert (soft[56, :56].diff() >= -1e-6).all()


def test_the_softened_mask_is_taken_where_the_scores_look() -> None:
    # Score i belongs to pixel 8 i + 11.5: of the hole's 8 columns from 40 on, that is score 4.
    mask = box(0, 40, 128, 8, side=128)
    soft = losses.soft_mask(mask, torch.zeros(1, 1, 14, 14), sigma=0.2)[0, 0]
    assert torch.allclose(soft, F.one_hot(torch.tensor(4), 14).float().expand(14, 14), atol=1e-3)


def test_hinge_and_cross_entropy_have_their_values_at_a_score_of_zero() -> None:
    zero, everywhere = torch.zeros(2, 1, 3, 3), torch.ones(2, 1, 3, 3)
    assert losses.discriminator_hinge(zero, zero, everywhere) == 1
    assert losses.cross_entropy(zero, True, everywhere) == pytest.approx(math.log(2))
    assert losses.cross_entropy(zero - 9, True, everywhere) > 8 > losses.cross_entropy(zero - 9, False, everywhere)


def test_published_feature_matching_weighs_a_layer_by_its_channels() -> None:
    real = [torch.zeros(1, 10, 4, 4)]
    assert losses.published_feature_matching([real[0] + 0.5], real) == pytest.approx(0.5 * 1000 / 100)


def test_frozen_features_stay_frozen_and_pass_gradients_on() -> None:
    features = EfficientNetLite0().train()
    assert not any(module.training for module in features.modules())
    image = noise(1, 3, 64, 64).requires_grad_(True)
    maps = features(image)
    assert [tuple(each.shape[1:]) for each in maps] == [(16, 32, 32), (24, 16, 16), (40, 8, 8), (112, 4, 4)]
    maps[-1].sum().backward()
    assert image.grad is not None and image.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in features.parameters())


def test_vgg19_is_read_from_a_file_of_weights(tmp_path) -> None:
    path = tmp_path / "vgg19.pth"
    with pytest.raises(ConfigError, match=r"vgg19\.pth"):
        VGG19(path)
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, path)
    with pytest.raises(ConfigError, match=r"vgg19\.pth"):
        VGG19(path)


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in ("adversarial", "feature_matching")])
def test_every_term_vanishes_for_the_truth_and_teaches_otherwise(name: str) -> None:
    objective = Objective(LossConfig(**{name: 2.0}))
    truth, mask = noise(1, 3, 64, 64), box(16, 16, 32, 32, side=64)
    assert objective.losses([truth, truth], truth, truth, mask)[name] == pytest.approx(0, abs=1e-6)
    fill = noise(1, 3, 64, 64, seed=1).requires_grad_(True)
    values = objective.losses([fill, fill], torch.where(mask > 0, fill, truth), truth, mask)
    assert list(values) == [name] and values[name] > 1e-4
    objective.total(values, 1.0).backward()
    assert fill.grad is not None and fill.grad.isfinite().all() and fill.grad.abs().sum() > 0
    assert objective.total(values, 1.0).item() == pytest.approx(2 * values[name].item(), rel=1e-5)


def test_coarse_stages_count_by_their_factor() -> None:
    objective = Objective(LossConfig(whole=1.0, coarse=3.0))
    truth, mask = torch.zeros(1, 3, 12, 12), box()
    assert objective.losses([truth + 0.1, truth + 1], truth, truth, mask)["whole"] == pytest.approx(1.3)


def test_the_weight_of_the_adversary_scales_its_losses_alone() -> None:
    objective = Objective(LossConfig(whole=1.0, adversarial=2.0))
    values = {"whole": torch.tensor(1.0), "adversarial": torch.tensor(1.0)}
    assert [float(objective.total(values, weight)) for weight in (0.0, 0.5, 1.0)] == [1.0, 2.0, 3.0]
