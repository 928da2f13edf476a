"""Training loops as one writes them by hand for one network: the yardstick for the framework's speed.

Straight PyTorch. Taken from the framework are the networks, the formulas of the losses, the octaves and the weights of
a configuration; not its Trainer, Objective and adversaries, nor Fabric, a moving average, a schedule, logs, or a watch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training import discriminators, generators, losses
from gan_inpaint_training.config import Config
from gan_inpaint_training.features import EfficientNetLite0
from gan_inpaint_training.octaves import View, views

Judgement = tuple[list[Tensor], list[Tensor]]


class Adversarial(NamedTuple):
    """The loss of the discriminator, of which `completed` has no gradient, and the generator's, weighted."""

    discriminator: Callable[[PlainLoop, Tensor, Tensor, Tensor], Tensor]
    generator: Callable[[PlainLoop, Tensor, Tensor, Tensor], Tensor]
    steps: int = 1


class PlainLoop:
    """One network with one or two Adams, in channels_last and bfloat16 autocast, on the CPU. `name`: of `NETWORKS`."""

    def __init__(self, name: str, config: Config) -> None:
        self.config, self.weights = config, config.loss
        self.reconstruct, build_discriminator, self.adversarial = NETWORKS[name]
        torch.manual_seed(config.schedule.seed)
        generator = generators.build(msgspec.to_builtins(config.generator))
        self.generator = generator.to(memory_format=torch.channels_last)
        self.optimizer = _adam(generator, config.schedule.learning_rate, config.schedule.betas)
        if self.adversarial is not None:
            self.discriminator = build_discriminator(config).to(memory_format=torch.channels_last)
            adversary = config.adversary
            self.judging = _adam(self.discriminator, adversary.learning_rate, adversary.betas)
        self.features = EfficientNetLite0() if name in WITH_FEATURES else None

    def step(self, picture: Tensor, mask: Tensor) -> Tensor:
        """One update from pictures (N, 3, S, S) and masks (N, 1, S, S), uint8; returns the generator's loss."""
        truth, mask, guide = self._view(picture.float() / 127.5 - 1, (mask > 127).float())
        stages = self.stages(truth, mask, guide)
        completed = torch.where(mask > 0, stages[-1], truth)
        loss = self.reconstruct(self, stages, completed, truth, mask)
        if self.adversarial is not None:
            for _ in range(self.adversarial.steps):
                _descend(self.judging, self.adversarial.discriminator(self, truth, completed.detach(), mask))
            self.discriminator.requires_grad_(False)
            loss = loss + self.adversarial.generator(self, truth, completed, mask)
            self.discriminator.requires_grad_(True)
        _descend(self.optimizer, loss)
        return loss.detach()

    def stages(self, truth: Tensor, mask: Tensor, guide: Tensor | None = None) -> list[Tensor]:
        image = self.generator.prepare(truth, mask, guide).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            return [stage.float() for stage in self.generator.stages(image, mask)]

    def judge(self, image: Tensor, mask: Tensor) -> Judgement:
        with torch.autocast("cpu", torch.bfloat16):
            scores, maps = self.discriminator(image.contiguous(memory_format=torch.channels_last), mask)
        return [score.float() for score in scores], maps

    def _view(self, truth: Tensor, mask: Tensor) -> View:
        if self.config.octaves is None:
            return View(truth, mask, None)
        return views(lambda truth, mask: self.stages(truth, mask)[-1], truth, mask, self.config.octaves)


def _adam(network: nn.Module, learning_rate: float, betas: tuple[float, float]) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=learning_rate, betas=betas)


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


# What each network is trained on, besides its adversary.


def _default(loop: PlainLoop, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    relative = losses.relative_l1(stages[-1], truth, mask)
    return loop.weights.relative * relative + loop.weights.known * losses.masked_l1(stages[-1], truth, 1 - mask)


def _dmfn(loop: PlainLoop, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    weights, features = loop.weights, loop.features
    with torch.no_grad():
        real = features(truth)
    fake = features(completed)
    loss = weights.composited * losses.composited_l1(stages[-1], truth, mask)
    loss = loss + weights.self_guided * losses.self_guided(fake, real, completed, truth)
    return loss + weights.alignment * losses.alignment(fake[features.aligned], real[features.aligned])


def _aot(loop: PlainLoop, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    weights = loop.weights
    with torch.no_grad():
        real = loop.features(truth)
    fake = loop.features(completed)
    loss = weights.whole * losses.masked_l1(stages[-1], truth, torch.ones_like(mask))
    return loss + weights.style * losses.style(fake, real) + weights.features * losses.feature_distance(fake, real)


def _contextual_attention(
    loop: PlainLoop, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor
) -> Tensor:
    weights, (coarse, fill) = loop.weights, stages
    discounted = losses.discounted_l1(fill, truth, mask, weights.discount)
    discounted = discounted + weights.coarse * losses.discounted_l1(coarse, truth, mask, weights.discount)
    known = losses.masked_l1(fill, truth, 1 - mask) + weights.coarse * losses.masked_l1(coarse, truth, 1 - mask)
    return weights.discounted * discounted + weights.known * known


def _deepfill_v2(loop: PlainLoop, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    weights, (coarse, fill), everywhere = loop.weights, stages, torch.ones_like(mask)
    whole = losses.masked_l1(fill, truth, everywhere) + weights.coarse * losses.masked_l1(coarse, truth, everywhere)
    return weights.whole * whole


def _squared(loop: PlainLoop, stages: list[Tensor], completed: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    return loop.weights.overlap_l2 * losses.overlap_l2(stages[-1], truth, mask, loop.weights.overlap)


# Adversaries, each with its two losses.


def _hinge_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (scores,), _ = loop.judge(torch.cat([truth, completed]), torch.cat([mask, mask]))
    real, fake = scores.chunk(2)
    return losses.discriminator_hinge(real, fake, torch.ones_like(real))


def _hinge_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (fake,), _ = loop.judge(completed, mask)
    return loop.weights.adversarial * losses.generator_hinge(fake, torch.ones_like(fake))


def _relativistic_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (real,), _ = loop.judge(truth, mask)
    (fake,), _ = loop.judge(completed, mask)
    return losses.relativistic(real, fake)


def _relativistic_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (fake,), fake_maps = loop.judge(completed, mask)
    with torch.no_grad():
        (real,), real_maps = loop.judge(truth, mask)
    matching = loop.weights.feature_matching * losses.published_feature_matching(fake_maps, real_maps)
    return loop.weights.adversarial * losses.relativistic(fake, real) + matching


def _wasserstein_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    scores, _ = loop.judge(torch.cat([truth, completed]), torch.cat([mask, mask]))
    distance = sum(real.mean() - fake.mean() for real, fake in (score.chunk(2) for score in scores))
    image = torch.lerp(completed, truth, torch.rand(len(truth), 1, 1, 1)).requires_grad_(True)
    scores, _ = loop.discriminator(image, mask)  # in 32 bit
    penalty = sum(losses.gradient_penalty(score, image, mask) for score in scores)
    return loop.config.adversary.penalty * penalty - distance


def _wasserstein_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (whole, local), _ = loop.judge(completed, mask)
    return -loop.weights.adversarial * (whole.mean() + local.mean())


def _cross_entropy_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    real, _ = loop.judge(truth, mask)
    fake, _ = loop.judge(completed, mask)
    return _all_called(real, True, mask) + _all_called(fake, False, mask)


def _cross_entropy_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    return loop.weights.adversarial * _all_called(loop.judge(completed, mask)[0], True, mask)


def _all_called(scores: list[Tensor], real: bool, mask: Tensor) -> Tensor:
    return sum(losses.cross_entropy(score, real, losses.patches_of_hole(mask, score)) for score in scores)


def _soft_mask_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (real,), _ = loop.judge(truth, mask)
    (fake,), _ = loop.judge(completed, mask)
    made_up = losses.soft_mask(mask, fake, loop.config.adversary.sigma)
    return F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, 1 - made_up)


def _soft_mask_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (fake,), _ = loop.judge(completed, mask)
    made_up = losses.soft_mask(mask, fake, loop.config.adversary.sigma)
    return loop.weights.adversarial * losses.weighted_mean((fake - 1).square(), made_up)


HINGE = Adversarial(_hinge_discriminator, _hinge_generator)
RELATIVISTIC = Adversarial(_relativistic_discriminator, _relativistic_generator)
WASSERSTEIN = Adversarial(_wasserstein_discriminator, _wasserstein_generator, steps=5)
CROSS_ENTROPY = Adversarial(_cross_entropy_discriminator, _cross_entropy_generator)
SOFT_MASK = Adversarial(_soft_mask_discriminator, _soft_mask_generator)

WITH_FEATURES = ("dmfn", "aot")
NETWORKS = {
    "default": (_default, None, None),  # its adversary joins after the run's end
    "dmfn": (_dmfn, lambda c: discriminators.GlobalLocalDiscriminator(c.adversary.width, c.data.crop), RELATIVISTIC),
    "contextual-attention": (
        _contextual_attention,
        lambda c: discriminators.GlobalLocalCritic(c.data.crop, c.adversary.width),
        WASSERSTEIN,
    ),
    "deepfill-v2": (_deepfill_v2, lambda c: discriminators.DeepFillPatchGAN(c.adversary.width), HINGE),
    "aot": (_aot, lambda c: discriminators.SoftMaskPatchGAN(c.adversary.width), SOFT_MASK),
    "context-encoder": (_squared, lambda c: discriminators.PatchDiscriminator(c.data.crop // 2), CROSS_ENTROPY),
    "cifar-two-path": (_squared, lambda c: discriminators.TwoPathDiscriminator(c.data.crop), CROSS_ENTROPY),
}
