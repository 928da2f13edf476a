import msgspec
import pytest
import torch
from lightning.fabric import Fabric

from gan_inpaint_training import adversaries
from gan_inpaint_training.adversaries import Adversary
from gan_inpaint_training.config import (
    AdversaryConfig,
    CriticsConfig,
    DeepFillPatchGANConfig,
    GlobalLocalConfig,
    PatchDiscriminatorConfig,
    SNPatchGANConfig,
    SoftMaskConfig,
    TwoPathDiscriminatorConfig,
)
from gan_inpaint_training.sides import SideError

EVERY: list[tuple[AdversaryConfig, int]] = [
    (SNPatchGANConfig(width=8, ramp=0), 32),
    (DeepFillPatchGANConfig(width=8), 64),
    (GlobalLocalConfig(width=8), 64),
    (CriticsConfig(width=8, steps=2), 32),
    (SoftMaskConfig(width=8, sigma=2.0), 64),
    (PatchDiscriminatorConfig(), 32),
    (TwoPathDiscriminatorConfig(), 32),
]
every_adversary = pytest.mark.parametrize(
    ("config", "side"), EVERY, ids=[str(config.__struct_config__.tag) for config, _ in EVERY]
)


def built(config: AdversaryConfig, side: int, *, matching: bool = False) -> Adversary:
    torch.manual_seed(0)
    return adversaries.build(config, side, Fabric(accelerator="cpu", devices=1), matching=matching)


def batch(side: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Noise, the same with a flat hole, and the hole."""
    torch.manual_seed(1)
    truth, mask = torch.rand(2, 3, side, side) * 2 - 1, torch.zeros(2, 1, side, side)
    mask[..., side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
    return truth, torch.where(mask > 0, torch.zeros(()), truth), mask


@every_adversary
def test_it_learns_to_tell_a_flat_hole_from_the_truth(config: AdversaryConfig, side: int) -> None:
    adversary = built(msgspec.structs.replace(config, learning_rate=5e-4), side)
    reports = [adversary.update_discriminator(*batch(side)) for _ in range(8)]
    measure = "wasserstein_distance" if isinstance(config, CriticsConfig) else "discriminator"
    first, last = float(reports[0][measure]), float(reports[-1][measure])
    assert last > first if isinstance(config, CriticsConfig) else last < first
    assert all(value.isfinite() for report in reports for value in report.values())


@every_adversary
def test_its_losses_teach_the_generator_and_leave_the_discriminator_alone(config: AdversaryConfig, side: int) -> None:
    adversary = built(config, side, matching=not isinstance(config, CriticsConfig))
    truth, flat, mask = batch(side)
    fill = flat.clone().requires_grad_(True)
    found = adversary.generator_losses(truth, torch.where(mask > 0, fill, truth), mask)
    assert set(found) <= {"adversarial", "feature_matching"}
    for name, loss in found.items():
        (gradient,) = torch.autograd.grad(loss, fill, retain_graph=True)
        assert gradient.isfinite().all() and gradient.abs().sum() > 0, name
        assert (gradient * (1 - mask)).abs().sum() == 0
    parameters = list(adversary.discriminator.parameters())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in parameters)


@every_adversary
def test_it_goes_on_from_its_state_as_if_never_interrupted(config: AdversaryConfig, side: int) -> None:
    whole, first, second = built(config, side), built(config, side), built(config, side)
    for adversary in (whole, first):
        torch.manual_seed(2)
        adversary.update_discriminator(*batch(side))
    second.load_state_dict(first.state_dict())
    for adversary in (whole, second):
        torch.manual_seed(3)
        adversary.update_discriminator(*batch(side))
    one, other = whole.discriminator.state_dict(), second.discriminator.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_critics_are_updated_as_often_as_configured() -> None:
    adversary = built(CriticsConfig(width=8, steps=3), 32)
    for _ in range(2):
        adversary.update_discriminator(*batch(32))
    assert {int(state["step"]) for state in adversary.optimizer.state.values()} == {6}


def test_lambda_and_the_penalty_enter_the_critics_loss() -> None:
    reports = {}
    for penalty in (0.0, 10.0):
        torch.manual_seed(2)
        reports[penalty] = built(CriticsConfig(width=8, steps=1, penalty=penalty), 32).update_discriminator(*batch(32))
    without, weighted = reports[0.0], reports[10.0]
    assert without["discriminator"] == -without["wasserstein_distance"]
    slope = float(weighted["gradient_penalty"])
    assert slope > 0.1 and float(without["gradient_penalty"]) == slope
    assert float(weighted["discriminator"] - without["discriminator"]) == pytest.approx(10 * slope, rel=1e-5)


def test_the_penalty_draws_the_slope_of_the_critics_towards_one() -> None:
    adversary = built(CriticsConfig(width=8, steps=1, penalty=100.0, learning_rate=1e-3), 32)
    slopes = [float(adversary.update_discriminator(*batch(32))["gradient_penalty"]) for _ in range(30)]
    assert slopes[-1] < 0.5 * slopes[0]


def test_the_truth_is_discriminated_once_for_the_losses_of_the_generator() -> None:
    adversary, shown = built(GlobalLocalConfig(width=8), 64, matching=True), []
    adversary.discriminator.register_forward_pre_hook(lambda module, inputs: shown.append(inputs[0]))
    truth, flat, mask = batch(64)
    assert set(adversary.generator_losses(truth, flat, mask)) == {"adversarial", "feature_matching"}
    assert [torch.equal(image, truth) for image in shown] == [False, True]


def test_the_weight_rises_over_the_ramp() -> None:
    adversary = built(SNPatchGANConfig(width=8, start=100, ramp=50), 32)
    assert [adversary.weight(seen) for seen in (0, 99, 100, 125, 150, 1000)] == [0, 0, 0, 0.5, 1, 1]
    assert [built(SNPatchGANConfig(width=8, start=100, ramp=0), 32).weight(seen) for seen in (99, 100)] == [0, 1]


def test_the_compact_patchgan_counts_the_patches_of_the_hole_alone() -> None:
    truth, flat, mask = batch(32)
    fill = flat.clone().requires_grad_(True)
    adversary = built(SNPatchGANConfig(width=8, ramp=0), 32)
    small = torch.zeros_like(mask)
    small[..., :8, :8] = 1
    adversary.generator_losses(truth, fill, small)["adversarial"].backward()
    assert fill.grad is not None and fill.grad[..., :8, :8].abs().sum() > 0
    assert fill.grad[..., 31, 31].abs().sum() == 0


@pytest.mark.parametrize(("config", "side"), [(GlobalLocalConfig(), 40), (TwoPathDiscriminatorConfig(), 64)])
def test_a_side_that_the_discriminator_does_not_take_is_refused(config: AdversaryConfig, side: int) -> None:
    with pytest.raises(SideError, match=str(side)):
        built(config, side)


def test_a_generator_cannot_fit_its_grid_to_the_patches() -> None:
    adversary, seen = built(SNPatchGANConfig(width=8, ramp=0), 32), []
    adversary.discriminator.register_forward_pre_hook(lambda module, inputs: seen.append(inputs))
    across = torch.arange(32.0).expand(2, 1, 32, 32)
    for _ in range(16):
        adversary.train_step(across.expand(-1, 3, -1, -1), across.expand(-1, 3, -1, -1), across)
    starts = {float(image[0, 0, 0, 0]) for image, _ in seen}
    assert len(starts) > 4 and starts <= set(range(9))
    assert all(torch.equal(image[:, :1], mask) and mask.shape[-2:] == (24, 24) for image, mask in seen)
