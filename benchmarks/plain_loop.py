"""Training loops as one writes them by hand, for one network each: the yardstick for the framework's speed.

Straight PyTorch on the CPU. Taken from the framework are the networks, the formulas of the losses and of the pyramid,
and a configuration's numbers; not its Trainer, Objective and adversaries, nor Fabric. There is no moving average of the
weights, no schedule, no report and no watch for what is not finite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_inpaint_training import discriminators, generators, losses
from gan_inpaint_training.bounding_box import dilate
from gan_inpaint_training.config import Config
from gan_inpaint_training.features import EfficientNetLite0
from gan_inpaint_training.layers import channels_last
from gan_inpaint_training.precision import precision_of
from gan_inpaint_training.pyramid import View, views


class Fill(NamedTuple):
    """The generator's outputs for a batch, coarse ones first, and the completed picture."""

    stages: list[Tensor]
    completed: Tensor
    truth: Tensor
    mask: Tensor


class Adversary(NamedTuple):
    """The discriminator's loss and the generator's weighted one, from truth, completed picture and mask."""

    discriminator: Callable[[PlainLoop, Tensor, Tensor, Tensor], Tensor]
    generator: Callable[[PlainLoop, Tensor, Tensor, Tensor], Tensor]
    steps: int = 1


class Network(NamedTuple):
    """How a network is trained: its losses and its discriminator."""

    reconstruction: Callable[[PlainLoop, Fill], Tensor]
    build_discriminator: Callable[[int, Any], nn.Module] | None = None
    adversary: Adversary | None = None


class PlainLoop:
    """One of `NETWORKS` by `name`, in channels_last and the framework's precision, with one Adam or two."""

    discriminator: nn.Module
    discriminator_optimizer: torch.optim.Optimizer

    def __init__(self, name: str, config: Config) -> None:
        self.config, self.weights = config, config.loss
        self.reconstruction, build_discriminator, self.adversary = NETWORKS[name]
        torch.manual_seed(config.schedule.seed)
        self.generator = channels_last(generators.build(msgspec.to_builtins(config.generator)))
        self.optimizer = _adam(self.generator, config.schedule)
        if build_discriminator is not None:
            self.discriminator = channels_last(build_discriminator(config.data.crop, config.adversary))
            self.discriminator_optimizer = _adam(self.discriminator, config.adversary)
        self.features = EfficientNetLite0()

    def step(self, picture: Tensor, mask: Tensor) -> Tensor:
        """Update once from uint8 (N, 3, S, S) and masks (N, 1, S, S), 255 = hole; return the generator's loss."""
        truth, mask, guide = self._view(picture.float() / 127.5 - 1, (mask > 127).float())
        stages = self.stages(truth, mask, guide)
        painted = dilate(mask, self.generator.overlap)
        completed = torch.where(painted > 0, stages[-1], truth)
        loss = self.reconstruction(self, Fill(stages, completed, truth, mask))
        if self.adversary is not None:
            for _ in range(self.adversary.steps):
                loss_of_discriminator = self.adversary.discriminator(self, truth, completed.detach(), painted)
                _descend(self.discriminator_optimizer, loss_of_discriminator)
            self.discriminator.requires_grad_(False)
            loss = loss + self.adversary.generator(self, truth, completed, painted)
            self.discriminator.requires_grad_(True)
        _descend(self.optimizer, loss)
        return loss.detach()

    def stages(self, truth: Tensor, mask: Tensor, guide: Tensor | None = None) -> list[Tensor]:
        image = self.generator.prepare(truth, mask, guide).contiguous(memory_format=torch.channels_last)
        with self._autocast():
            return [stage.float() for stage in self.generator.stages(image, mask)]

    def discriminate(self, image: Tensor, mask: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        with self._autocast():
            scores, maps = self.discriminator(image.contiguous(memory_format=torch.channels_last), mask)
        return [score.float() for score in scores], maps

    def _autocast(self) -> torch.autocast:
        enabled = precision_of(self.config.schedule.precision) == "bf16-mixed"
        return torch.autocast("cpu", torch.bfloat16, enabled=enabled)

    def _view(self, truth: Tensor, mask: Tensor) -> View:
        if self.config.pyramid is None:
            return View(truth, mask, None)
        return views(lambda truth, mask: self.stages(truth, mask)[-1], truth, mask, self.config.pyramid)


def _adam(network: nn.Module, settings: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=settings.learning_rate, betas=settings.betas)


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _default(loop: PlainLoop, fill: Fill) -> Tensor:
    relative = losses.relative_l1(fill.stages[-1], fill.truth, fill.mask)
    known = losses.masked_l1(fill.stages[-1], fill.truth, 1 - fill.mask)
    return loop.weights.relative * relative + loop.weights.known * known


def _dmfn(loop: PlainLoop, fill: Fill) -> Tensor:
    real, fake, aligned = *_features(loop, fill), loop.features.aligned
    composited = losses.composited_l1(fill.stages[-1], fill.truth, fill.mask)
    self_guided = losses.self_guided(fake, real, fill.completed, fill.truth)
    alignment = losses.alignment(fake[aligned], real[aligned])
    weights = loop.weights
    return weights.composited * composited + weights.self_guided * self_guided + weights.alignment * alignment


def _aot(loop: PlainLoop, fill: Fill) -> Tensor:
    real, fake = _features(loop, fill)
    whole = losses.masked_l1(fill.stages[-1], fill.truth, torch.ones_like(fill.mask))
    style, distance = losses.style(fake, real), losses.feature_distance(fake, real)
    return loop.weights.whole * whole + loop.weights.style * style + loop.weights.features * distance


def _features(loop: PlainLoop, fill: Fill) -> tuple[list[Tensor], list[Tensor]]:
    with torch.no_grad():
        real = loop.features(fill.truth)
    return real, loop.features(fill.completed)


def _contextual_attention(loop: PlainLoop, fill: Fill) -> Tensor:
    (coarse, fine), truth, mask, weights = fill.stages, fill.truth, fill.mask, loop.weights
    hole = losses.discounted_l1(fine, truth, mask, weights.discount)
    hole = hole + weights.coarse * losses.discounted_l1(coarse, truth, mask, weights.discount)
    known = losses.masked_l1(fine, truth, 1 - mask) + weights.coarse * losses.masked_l1(coarse, truth, 1 - mask)
    return weights.discounted * hole + weights.known * known


def _deepfill_v2(loop: PlainLoop, fill: Fill) -> Tensor:
    (coarse, fine), truth, everywhere = fill.stages, fill.truth, torch.ones_like(fill.mask)
    errors = losses.masked_l1(fine, truth, everywhere), losses.masked_l1(coarse, truth, everywhere)
    return loop.weights.whole * (errors[0] + loop.weights.coarse * errors[1])


def _squared(loop: PlainLoop, fill: Fill) -> Tensor:
    error = losses.overlap_l2(fill.stages[-1], fill.truth, fill.mask, loop.weights.overlap)
    return loop.weights.overlap_l2 * error


def _hinge_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (scores,), _ = loop.discriminate(torch.cat([truth, completed]), torch.cat([mask, mask]))
    real, fake = scores.chunk(2)
    return losses.discriminator_hinge(real, fake, torch.ones_like(real))


def _hinge_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (fake,), _ = loop.discriminate(completed, mask)
    return loop.weights.adversarial * losses.generator_hinge(fake, torch.ones_like(fake))


def _relativistic_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (real,), _ = loop.discriminate(truth, mask)
    (fake,), _ = loop.discriminate(completed, mask)
    return losses.relativistic(real, fake)


def _relativistic_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (fake,), fake_maps = loop.discriminate(completed, mask)
    with torch.no_grad():
        (real,), real_maps = loop.discriminate(truth, mask)
    matching = losses.published_feature_matching(fake_maps, real_maps)
    return loop.weights.adversarial * losses.relativistic(fake, real) + loop.weights.feature_matching * matching


def _wasserstein_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (whole, local), _ = loop.discriminate(torch.cat([truth, completed]), torch.cat([mask, mask]))
    (real, fake), (real_local, fake_local) = whole.chunk(2), local.chunk(2)
    distance = real.mean() - fake.mean() + real_local.mean() - fake_local.mean()
    image = torch.lerp(completed, truth, torch.rand(len(truth), 1, 1, 1)).requires_grad_(True)
    (whole, local), _ = loop.discriminator(image, mask)  # in 32 bit
    penalty = losses.gradient_penalty(whole, image, mask) + losses.gradient_penalty(local, image, mask)
    return PENALTY * penalty - distance


def _wasserstein_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (whole, local), _ = loop.discriminate(completed, mask)
    return -loop.weights.adversarial * (whole.mean() + local.mean())


def _cross_entropy_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    real, _ = loop.discriminate(truth, mask)
    fake, _ = loop.discriminate(completed, mask)
    return _claim(real, True, mask) + _claim(fake, False, mask)


def _cross_entropy_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    fake, _ = loop.discriminate(completed, mask)
    return loop.weights.adversarial * _claim(fake, True, mask)


def _claim(scores: list[Tensor], real: bool, mask: Tensor) -> Tensor:
    claims = [losses.cross_entropy(score, real, losses.patches_of_hole(mask, score)) for score in scores]
    return torch.stack(claims).sum()


def _soft_mask_discriminator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (real,), _ = loop.discriminate(truth, mask)
    (fake,), _ = loop.discriminate(completed, mask)
    known = 1 - losses.soft_mask(mask, fake, SIGMA)
    return F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, known)


def _soft_mask_generator(loop: PlainLoop, truth: Tensor, completed: Tensor, mask: Tensor) -> Tensor:
    (fake,), _ = loop.discriminate(completed, mask)
    weights = losses.soft_mask(mask, fake, SIGMA)
    return loop.weights.adversarial * losses.weighted_mean((fake - 1).square(), weights)


PENALTY, SIGMA = 10.0, 10.0
HINGE = Adversary(_hinge_discriminator, _hinge_generator)
RELATIVISTIC = Adversary(_relativistic_discriminator, _relativistic_generator)
WASSERSTEIN = Adversary(_wasserstein_discriminator, _wasserstein_generator, steps=5)
CROSS_ENTROPY = Adversary(_cross_entropy_discriminator, _cross_entropy_generator)
SOFT_MASK = Adversary(_soft_mask_discriminator, _soft_mask_generator)

NETWORKS = {
    "dmfn": Network(_dmfn, lambda side, a: discriminators.GlobalLocalDiscriminator(a.width, side), RELATIVISTIC),
    "contextual-attention": Network(
        _contextual_attention, lambda side, a: discriminators.GlobalLocalCritic(side, a.width), WASSERSTEIN
    ),
    "context-encoder": Network(_squared, lambda side, a: discriminators.PatchDiscriminator(side // 2), CROSS_ENTROPY),
    "cifar-two-path": Network(_squared, lambda side, a: discriminators.TwoPathDiscriminator(side), CROSS_ENTROPY),
    "deepfill-v2": Network(_deepfill_v2, lambda side, a: discriminators.DeepFillPatchGAN(a.width), HINGE),
    "aot": Network(_aot, lambda side, a: discriminators.SoftMaskPatchGAN(a.width), SOFT_MASK),
    "default": Network(_default),  # its adversary would join after the end of the run
}
