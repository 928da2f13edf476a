"""Contextual attention against a reference that is written pixel by pixel, and the network around it."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gan_inpaint_training.discriminators.critics import GlobalLocalCritic
from gan_inpaint_training.generators.attention import ContextualAttention
from gan_inpaint_training.generators.contextual_attention import ContextualAttentionGenerator
from gan_inpaint_training.registry import parameters


def maps(count: int = 1, channels: int = 2, height: int = 8, width: int = 12) -> tuple[Tensor, Tensor]:
    torch.manual_seed(2)
    mask = torch.zeros(count, 1, height // 2, width // 2)
    mask[:, :, 0, 0] = 1
    return torch.randn(count, channels, height, width), mask


def patch(picture: Tensor, top: int, left: int, side: int) -> list[list[list[float]]]:
    """One patch of (C, H, W), zero beyond the border."""
    channels, height, width = picture.shape
    return [
        [
            [picture[c, y, x].item() if 0 <= y < height and 0 <= x < width else 0.0 for x in range(left, left + side)]
            for y in range(top, top + side)
        ]
        for c in range(channels)
    ]


def flat(cube: list[list[list[float]]]) -> list[float]:
    return [number for plane in cube for row in plane for number in row]


def naive(foreground: Tensor, background: Tensor, mask: Tensor, sharpness: float = 10.0) -> Tensor:
    """The layer of one sample, (C, H, W) and (H/2, W/2), by loops over cells and pixels."""
    channels, height, width = foreground.shape
    h, w = height // 2, width // 2
    cells = [(y, x) for y in range(h) for x in range(w)]
    queries = {cell: flat(patch(foreground[:, ::2, ::2], cell[0] - 1, cell[1] - 1, 3)) for cell in cells}
    keys = {cell: flat(patch(background[:, ::2, ::2], cell[0] - 1, cell[1] - 1, 3)) for cell in cells}
    raw = {
        (key, query): sum(a * b for a, b in zip(keys[key], queries[query], strict=True))
        / max(math.sqrt(sum(a * a for a in keys[key])), 1e-4)
        for key in cells
        for query in cells
    }

    def along(cell: tuple[int, int], step: int, *, rows: bool) -> tuple[int, int] | None:
        """The neighbour in reading order (by rows, or by columns); a line's end goes on at the next one's start."""
        if rows:
            index = cell[0] * w + cell[1] + step
            return divmod(index, w) if 0 <= index < h * w else None
        index = cell[1] * h + cell[0] + step
        return divmod(index, h)[::-1] if 0 <= index < h * w else None

    def propagated(scores: dict, *, rows: bool) -> dict:
        return {
            (key, query): sum(
                scores[along(key, step, rows=rows), along(query, step, rows=rows)]
                for step in (-1, 0, 1)
                if along(key, step, rows=rows) and along(query, step, rows=rows)
            )
            for key, query in scores
        }

    fused = propagated(propagated(raw, rows=True), rows=False)
    known = {
        (y, x): all(
            mask[b, a] == 0 for b in range(max(y - 1, 0), min(y + 2, h)) for a in range(max(x - 1, 0), min(x + 2, w))
        )
        for y, x in cells
    }
    result = torch.zeros(channels, height, width, dtype=torch.float64)
    for query in cells:
        logits = {key: fused[key, query] * known[key] * sharpness for key in cells}
        top = max(logits.values())
        total = sum(math.exp(logit - top) for logit in logits.values())
        for key in cells:
            weight = known[key] * math.exp(logits[key] - top) / total
            source = patch(background, 2 * key[0] - 1, 2 * key[1] - 1, 4)
            for c in range(channels):
                for b in range(4):
                    for a in range(4):
                        y, x = 2 * query[0] - 1 + b, 2 * query[1] - 1 + a
                        if 0 <= y < height and 0 <= x < width:
                            result[c, y, x] += weight * source[c][b][a] / 4
    return result


@pytest.mark.parametrize(("height", "width"), [(8, 8), (6, 10), (10, 4)])
def test_attention_is_what_a_loop_over_pixels_gives(height: int, width: int) -> None:
    features, mask = maps(2, 2, height, width)
    other = torch.randn_like(features)
    actual = ContextualAttention(2)(features, other, mask)
    for sample in range(2):
        expected = naive(features[sample].double(), other[sample].double(), mask[sample, 0])
        assert torch.allclose(actual[sample].double(), expected, atol=1e-5)


def test_attention_without_a_known_patch_is_zero() -> None:
    features, mask = maps()
    assert torch.equal(ContextualAttention(2)(features, features, torch.ones_like(mask)), torch.zeros_like(features))


def test_attention_takes_nothing_from_patches_that_touch_the_hole() -> None:
    torch.manual_seed(2)
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., :3, :3] = 1
    features = torch.rand(1, 2, 16, 16)
    features[..., :6, :6] = 1000
    assert ContextualAttention(2)(features, features, mask).max() <= 1


def test_attention_repeats_a_texture_into_the_hole() -> None:
    """A hole whose features are faint hints of a periodic texture receives the texture at full strength."""
    torch.manual_seed(0)
    texture = torch.randn(1, 8, 8, 8).repeat(1, 1, 4, 4)
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., 5:11, 5:11] = 1
    faint = texture.clone()
    faint[..., 10:22, 10:22] *= 0.5
    filled = ContextualAttention(8)(faint, faint, mask)
    assert torch.allclose(filled[..., 10:22, 10:22], texture[..., 10:22, 10:22], atol=1e-3)


def test_gradients_are_finite_where_features_are_dead() -> None:
    features = torch.zeros(1, 2, 8, 8, requires_grad=True)
    ContextualAttention(2)(features, features, torch.zeros(1, 1, 4, 4)).sum().backward()
    assert features.grad is not None and features.grad.isfinite().all()


def test_attention_computes_in_full_precision_under_autocast() -> None:
    features, mask = maps()
    attention = ContextualAttention(2)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(attention(features, features, mask), attention(features, features, mask).float())
        inside = attention(features, features, mask)
    assert torch.equal(inside, attention(features, features, mask))


def test_the_network_has_the_parameters_of_the_original() -> None:
    with torch.device("meta"):
        generator = ContextualAttentionGenerator()
    assert parameters(generator.coarse) == 1_448_227
    assert parameters(generator.refinement) == 2_153_315
    assert parameters(generator) == 3_601_542


def test_the_critics_have_the_parameters_of_the_original() -> None:
    with torch.device("meta"):
        critic = GlobalLocalCritic()
    assert parameters(critic.whole) == 2_733_441
    assert parameters(critic.local) == 4_339_329


def test_the_refinement_does_not_look_at_the_coarse_fill_outside_the_hole() -> None:
    torch.manual_seed(0)
    generator = ContextualAttentionGenerator(width=4)
    image, mask = torch.rand(1, 3, 32, 32) * 2 - 1, torch.zeros(1, 1, 32, 32)
    before = generator.stages(image, mask)
    torch.nn.init.normal_(generator.coarse.decoder[6].weight)
    after = generator.stages(image, mask)
    assert not torch.allclose(before[0], after[0])
    assert torch.equal(before[1], after[1])


def test_the_critics_score_the_picture_and_the_window_around_the_hole() -> None:
    torch.manual_seed(0)
    critic = GlobalLocalCritic(side=64, width=4)
    image, mask = torch.rand(2, 3, 64, 64), torch.zeros(2, 1, 64, 64)
    mask[..., 8:24, 8:24] = 1  # the local window is 32 wide: it ends before column 32
    (whole, local), features = critic(image, mask)
    assert whole.shape == local.shape == (2, 1)
    assert features == []
    image[..., 40:, 40:] = 0
    (changed, same), _ = critic(image, mask)
    assert not torch.allclose(changed, whole)
    assert torch.equal(same, local)


def test_a_gradient_penalty_reaches_the_critics_weights() -> None:
    torch.manual_seed(0)
    critic = GlobalLocalCritic(side=32, width=4)
    mask = torch.zeros(2, 1, 32, 32)
    mask[..., 8:20, 8:20] = 1
    image = torch.rand(2, 3, 32, 32, requires_grad=True)
    scores, _ = critic(image, mask)
    for score, branch in zip(scores, (critic.whole, critic.local), strict=True):
        (slope,) = torch.autograd.grad(score.sum(), image, create_graph=True)
        (slope * mask).square().sum().backward()
        assert all(p.grad.abs().sum() > 0 for p in branch.parameters() if p.dim() > 1)


@pytest.mark.parametrize("size", [(64, 64), (48, 32)])
def test_the_critics_refuse_pictures_of_another_size(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="32×32"):
        GlobalLocalCritic(side=32, width=4)(torch.zeros(1, 3, *size), torch.zeros(1, 1, *size))
