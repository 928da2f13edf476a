"""One step of training, and the state that it changes."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan_inpaint_training import adversaries, checkpoint, generators
from gan_inpaint_training.config import Config, ScheduleConfig
from gan_inpaint_training.objective import Objective
from gan_inpaint_training.octaves import View, views
from gan_inpaint_training.watch import NonFiniteLoss


class Trainer:
    """Generator, its moving average, adversary and optimisers of one run.

    Networks are kept in channels_last, in which convolutions are faster on every device. Raises ValueError where the
    crop has a side that the networks do not take.
    """

    def __init__(self, config: Config, fabric: Fabric) -> None:
        self.config, self.fabric, self.images_seen = config, fabric, 0
        schedule = config.schedule
        torch.manual_seed(schedule.seed)
        generator = generators.build(msgspec.to_builtins(config.generator)).to(memory_format=torch.channels_last)
        side = config.data.crop // (2 if config.octaves else 1)
        check_side(generator, side)
        decay = 0.5 ** (schedule.batch / schedule.ema_half_life)
        self.averaged = fabric.to_device(AveragedModel(generator, multi_avg_fn=get_ema_multi_avg_fn(decay)))
        optimizer = torch.optim.Adam(
            generator.parameters(), lr=schedule.learning_rate, betas=schedule.betas, fused=True
        )
        if fabric.device.type == "cuda":
            generator.stages = torch.compile(generator.stages)
        self.generator, self.optimizer = fabric.setup(generator, optimizer)
        self.generator.mark_forward_method("stages")
        matching = config.loss.feature_matching > 0
        self.adversary = adversaries.build(config.adversary, side, fabric, matching=matching)
        self.objective = fabric.to_device(Objective(config.loss))

    def step(self, truth: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """One update on this device's share of a batch: `truth` (N, 3, S, S) in [-1, 1], `mask` (N, 1, S, S), 1 = hole.

        Returns the terms of the generator's loss, their weighted sum as `generator`, and the adversary's report.
        """
        self._begin()
        seen = truth.shape[0] * self.fabric.world_size
        truth, mask, guide = self.view(truth, mask)
        stages = self.stages(truth, mask, guide)
        completed = torch.where(mask > 0, stages[-1], truth)
        terms, report = self.objective.terms(stages, completed, truth, mask), {}
        strength = self.adversary.strength(self.images_seen)
        if strength > 0:
            report = self.adversary.step(truth, completed, mask)
            terms |= self.adversary.generator_terms(truth, completed, mask)
        total = self.objective.total(terms, strength)
        self._update(total)
        self.images_seen += seen
        return {name: term.detach() for name, term in terms.items()} | {"generator": total.detach()} | report

    def view(self, truth: Tensor, mask: Tensor) -> View:
        """What the generator trains on: the batch as it is, or its octaves."""
        if self.config.octaves is None:
            return View(truth, mask, None)
        return views(lambda guess, mask: self.stages(guess, mask, guess)[-1], truth, mask, self.config.octaves)

    def stages(self, truth: Tensor, mask: Tensor, guide: Tensor | None) -> list[Tensor]:
        """The generator's outputs for `truth` without its hole."""
        image = self.generator.module.prepare(truth, mask, guide).contiguous(memory_format=torch.channels_last)
        # On one device Fabric leaves a method other than forward in 32 bit.
        with self.fabric.autocast():
            stages = self.generator.stages(image, mask)
        return [stage.float() for stage in stages]

    def check_weights(self) -> None:
        """Raises NonFiniteLoss where an update has spoiled a weight although the loss was finite."""
        networks = {"generator": self.generator.module, "discriminator": self.adversary.discriminator}
        for name, network in networks.items():
            if not all(bool(parameter.isfinite().all()) for parameter in network.parameters()):
                raise NonFiniteLoss(
                    f"The {name}'s weights are not finite after {self.images_seen} images; the last checkpoint is kept."
                )

    def state(self) -> dict[str, Any]:
        """Everything needed to go on as if never interrupted."""
        return {
            "config": msgspec.to_builtins(self.config),
            "images_seen": self.images_seen,
            "generator": self.generator.module.state_dict(),
            "ema": self.averaged.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "adversary": self.adversary.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError when the state belongs to other networks."""
        for part in ("generator", "adversary"):
            stored, wanted = state["config"][part], msgspec.to_builtins(getattr(self.config, part))
            if network_of(stored) != network_of(wanted):
                raise checkpoint.CheckpointError(
                    f"The run was trained with the {part} {stored}, not with this configuration's, {wanted}."
                )
        try:
            self.generator.module.load_state_dict(state["generator"])
            self.averaged.module.load_state_dict(state["ema"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.adversary.load_state_dict(state["adversary"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise checkpoint.CheckpointError(f"The checkpoint does not fit the networks: {error}") from error
        self.images_seen = state["images_seen"]
        # The first update of a fresh average copies the weights instead of averaging.
        self.averaged.n_averaged.fill_(1)

    def _begin(self) -> None:
        """Make what is random in a step (dropout, interpolations), and its learning rate, a function of the images
        seen: a resumed run then needs nothing more than their number."""
        sequence = np.random.SeedSequence((self.config.schedule.seed, self.images_seen, self.fabric.global_rank))
        torch.manual_seed(int(sequence.generate_state(1)[0]))
        scale = learning_rate_scale(self.config.schedule, self.images_seen)
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.schedule.learning_rate * scale
        self.adversary.scale_learning_rate(scale)

    def _update(self, total: Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(total)
        self.optimizer.step()
        self.averaged.update_parameters(self.generator.module)


def check_side(generator: generators.Generator, side: int) -> None:
    """Raises ValueError where `generator` does not take pictures of `side`² pixels."""
    if generator.fixed_size is not None and side != generator.fixed_size:
        raise ValueError(f"the generator takes pictures of {generator.fixed_size} pixels only, not of {side}")
    if side % generator.size_multiple:
        raise ValueError(f"the generator takes multiples of {generator.size_multiple} pixels, not {side}")


def network_of(section: dict[str, Any]) -> dict[str, Any]:
    """What of a configuration's section decides which weights there are; the rest may change when a run goes on."""
    schedule = {"learning_rate", "betas", "start", "ramp", "steps", "penalty", "sigma"}
    return {key: value for key, value in section.items() if key not in schedule}


def learning_rate_scale(schedule: ScheduleConfig, images_seen: int) -> float:
    """1, halved at each of `halve`, and falling linearly to 0 over the last `decay` of the run."""
    scale = 0.5 ** sum(images_seen >= number for number in schedule.halve)
    remaining = (schedule.images - images_seen) / schedule.images
    return scale * min(1.0, remaining / schedule.decay) if schedule.decay else scale
