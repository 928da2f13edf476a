"""Two pyramid levels of one picture, and the guides of the finer one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gan_inpaint_training.config import PyramidConfig
from gan_inpaint_training.generators.prefill import continued_prefill
from gan_inpaint_training.pyramid import views

OWN = PyramidConfig(degraded=0.0, smooth=0.0)


def pictures(count: int = 4, side: int = 64) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    truth = F.interpolate(torch.rand(count, 3, 8, 8), side, mode="bilinear") * 1.6 - 0.8
    mask = torch.zeros(count, 1, side, side)
    for number in range(count):
        mask[number, :, 4 * number : 4 * number + 12, 40:52] = 1
    return truth, mask


def gray(prefill: Tensor, mask: Tensor) -> Tensor:
    return torch.full_like(prefill, 0.25)


def test_each_picture_gives_a_coarse_whole_and_a_fine_part() -> None:
    truth, mask = pictures()
    view = views(gray, truth, mask, OWN)
    assert view.guide is not None
    assert view.truth.shape == view.guide.shape == (8, 3, 32, 32)
    assert torch.equal(view.truth[:4], F.avg_pool2d(truth, 2))
    assert torch.equal(view.mask[:4], F.max_pool2d(mask, 2))
    for number in range(4):
        windows = truth[number].unfold(1, 32, 2).unfold(2, 32, 2)
        assert (windows == view.truth[4 + number][:, None, None]).all((0, 3, 4)).any()


def test_the_fine_part_meets_the_hole() -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        view = views(gray, *pictures(), OWN)
        assert (view.mask.sum((1, 2, 3)) > 0).all()


def test_the_coarse_guide_is_a_prefill_and_the_fine_one_the_enlarged_fill() -> None:
    truth, mask = pictures()
    view = views(gray, truth, mask, OWN)
    assert view.guide is not None
    assert torch.equal(view.guide[:4], continued_prefill(view.truth[:4], view.mask[:4]))
    deep = (
        F.max_pool2d(1 - view.mask[4:], 5, 1) == 0
    )  # away from the boundary, and from the edge beyond which it may be
    assert deep.any()
    assert (view.guide[4:, :, 2:-2, 2:-2] - 0.25).abs().masked_select(deep.expand(-1, 3, -1, -1)).max() < 1e-6


def test_the_fill_sees_a_prefill_and_not_the_truth() -> None:
    truth, mask = pictures()
    seen = []

    def fill(prefill: Tensor, hole: Tensor) -> Tensor:
        seen.append(prefill)
        return prefill

    views(fill, truth, mask, OWN)
    views(fill, torch.where(mask > 0, torch.zeros_like(truth), truth), mask, OWN)
    inside = F.max_pool2d(1 - F.max_pool2d(mask, 2), 3, 1, 1) == 0  # cells at the boundary average known pixels in
    assert torch.allclose(seen[0][inside.expand_as(seen[0])], seen[1][inside.expand_as(seen[1])], atol=0.2)
    assert not seen[0].requires_grad


def test_all_guides_can_be_degraded_truths_or_prefills() -> None:
    truth, mask = pictures()
    smooth = views(gray, truth, mask, PyramidConfig(degraded=0.0, smooth=1.0))
    assert smooth.guide is not None
    assert torch.equal(smooth.guide[4:], continued_prefill(smooth.truth[4:], smooth.mask[4:]))
    degraded = views(gray, truth, mask, PyramidConfig(degraded=1.0, smooth=0.0))
    assert degraded.guide is not None
    error = (degraded.guide[4:] - degraded.truth[4:]).mean((2, 3), keepdim=True)
    assert 0.01 < error.abs().mean() < 0.2
    assert (degraded.guide[4:] - degraded.truth[4:] - error).abs().mean() < 0.05
