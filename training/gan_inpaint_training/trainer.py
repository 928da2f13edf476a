"""One step of a generator's training, and the state that it changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan_inpaint_training import adversaries, checkpoint, generators
from gan_inpaint_training.bounding_box import dilate
from gan_inpaint_training.config import Config, ScheduleConfig
from gan_inpaint_training.generators import Generator
from gan_inpaint_training.grid import sample_grid
from gan_inpaint_training.layers import channels_last
from gan_inpaint_training.objective import Objective
from gan_inpaint_training.pyramid import View, views
from gan_inpaint_training.sides import check_side
from gan_inpaint_training.watch import check_weights

EMA_RAMP = 10  # images seen for each image of the average's half-life, at the start of a run


class Trainer:
    """The generator, its moving average, the adversary and the optimisers of one run.

    Networks are stored in channels_last, which makes steps on a CPU faster. Raises SideError where the networks do not
    take the crop's side.
    """

    noun, grid = "generator", "masked, fill, truth"

    def __init__(self, config: Config, fabric: Fabric) -> None:
        self.config, self.fabric, self.images_seen = config, fabric, 0
        schedule = config.schedule
        torch.manual_seed(schedule.seed)
        generator = channels_last(generators.build(msgspec.to_builtins(config.generator)))
        side = config.data.crop // (2 if config.pyramid else 1)
        check_side(generator, side)
        self.averaged = fabric.to_device(AveragedModel(generator))
        optimizer = torch.optim.Adam(
            generator.parameters(), lr=schedule.learning_rate, betas=schedule.betas, fused=True
        )
        if fabric.device.type == "cuda":
            generator.stages = torch.compile(generator.stages)  # type: ignore[method-assign]
        self.generator, self.optimizer = fabric.setup(generator, optimizer)
        self.generator.mark_forward_method("stages")
        matching = config.loss.feature_matching > 0
        self.adversarial = matching or config.loss.adversarial > 0
        self.adversary = adversaries.build(config.adversary, side, fabric, matching=matching)
        self.objective = fabric.to_device(Objective(config.loss))

    @property
    def network(self) -> Generator:
        """The generator without Fabric's wrapper."""
        network: Generator = self.generator.module
        return network

    def sample(self, picture: Tensor, mask: Tensor) -> Tensor:
        """Return the sample grid of the moving average."""
        return sample_grid(self.averaged.module, picture, mask)

    def fit(self, pictures: Iterator[Tensor]) -> None:
        """Compute what the generator derives from pictures (3, S, S) in [-1, 1] without training."""
        self.network.fit(pictures)
        self.averaged.module.load_state_dict(self.network.state_dict())

    def step(self, truth: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Update on this device's share of a batch: `truth` (N, 3, S, S) in [-1, 1], `mask` (N, 1, S, S), 1 = hole.

        Return the generator's losses, their weighted sum as `generator`, and the values that the adversary logs. An
        adversary whose losses have no weight is not trained.
        """
        self._begin()
        seen = truth.shape[0] * self.fabric.world_size
        truth, mask, guide = self.view(truth, mask)
        stages = self.stages(truth, mask, guide)
        painted = dilate(mask, self.generator.module.overlap)
        completed = torch.where(painted > 0, stages[-1], truth)
        found = self.objective.losses(stages, completed, truth, mask)
        logged: dict[str, Tensor] = {}
        weight = self.adversary.weight(self.images_seen) if self.adversarial else 0.0
        if weight > 0:
            adversarial, logged = self.adversary.train_step(truth, completed, painted)
            found |= adversarial
        total = self.objective.total(found, weight)
        self._update(total)
        self.images_seen += seen
        return {name: loss.detach() for name, loss in found.items()} | {"generator": total.detach()} | logged

    def view(self, truth: Tensor, mask: Tensor) -> View:
        """Return what the generator trains on: the batch itself, or two pyramid levels of it."""
        if self.config.pyramid is None:
            return View(truth, mask, None)
        return views(
            lambda prefilled, mask: self.stages(prefilled, mask, prefilled)[-1], truth, mask, self.config.pyramid
        )

    def stages(self, truth: Tensor, mask: Tensor, guide: Tensor | None) -> list[Tensor]:
        """Return the generator's outputs for `truth` without its hole."""
        image = self.generator.module.prepare(truth, mask, guide).contiguous(memory_format=torch.channels_last)
        # On one device Fabric runs a method other than forward in 32 bits.
        with self.fabric.autocast():
            stages = self.generator.stages(image, mask)
        return [stage.float() for stage in stages]

    def check_weights(self) -> None:
        """Raises NonFiniteLoss where an update has spoiled a weight although the loss was finite."""
        networks = {"generator": self.network, "discriminator": self.adversary.discriminator}
        check_weights(networks, self.images_seen)

    def state(self) -> dict[str, Any]:
        """Return everything that resuming needs to end as an uninterrupted run does.

        That is bit for bit on a CPU, and up to kernels that sum in no fixed order on a GPU.
        """
        return {
            "config": msgspec.to_builtins(self.config),
            "images_seen": self.images_seen,
            "generator": self.generator.module.state_dict(),
            "ema": self.averaged.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "adversary": self.adversary.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Raises CheckpointError when the state belongs to other networks, or is not one of this class."""
        try:
            for part in ("generator", "adversary"):
                self._check_network(part, state["config"][part])
            self.generator.module.load_state_dict(state["generator"])
            self.averaged.module.load_state_dict(state["ema"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.adversary.load_state_dict(state["adversary"])
            self.images_seen = state["images_seen"]
        except checkpoint.CheckpointError:
            raise
        except KeyError as error:
            raise checkpoint.CheckpointError(f"The checkpoint has no {error}: another program wrote it.") from error
        except (AttributeError, RuntimeError, TypeError, ValueError) as error:
            raise checkpoint.CheckpointError(f"The checkpoint does not fit the networks: {error}") from error
        # The first update of a fresh average copies the weights instead of averaging.
        self.averaged.n_averaged.fill_(1)

    def _check_network(self, part: str, stored: dict[str, Any]) -> None:
        wanted = msgspec.to_builtins(getattr(self.config, part))
        if network_of(stored) != network_of(wanted):
            raise checkpoint.CheckpointError(
                f"The run was trained with the {part} {stored}, not with this configuration's, {wanted}."
            )

    def _begin(self) -> None:
        """Set the random seed, the learning rates and the decay of the average from the number of images seen.

        A resumed run then needs nothing more than this number.
        """
        schedule = self.config.schedule
        sequence = np.random.SeedSequence((schedule.seed, self.images_seen, self.fabric.global_rank))
        torch.manual_seed(int(sequence.generate_state(1)[0]))
        follow(schedule, self.images_seen, self.optimizer, self.averaged)
        self.adversary.scale_learning_rate(learning_rate_scale(schedule, self.images_seen))

    def _update(self, total: Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(total)
        self.optimizer.step()
        self.averaged.update_parameters(self.generator.module)


def network_of(section: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of a configuration's section that decide the weights' shapes; others may change on resuming."""
    free = {"learning_rate", "betas", "start", "ramp", "steps", "penalty", "sigma", "overlap"}
    return {key: value for key, value in section.items() if key not in free}


def follow(
    schedule: ScheduleConfig, images_seen: int, optimizer: torch.optim.Optimizer, averaged: AveragedModel
) -> None:
    """Set the learning rate, the betas and the decay of the average to their values after `images_seen` images."""
    scale = learning_rate_scale(schedule, images_seen)
    for group in optimizer.param_groups:
        group["lr"], group["betas"] = schedule.learning_rate * scale, schedule.betas
    decay = 0.5 ** (schedule.batch / max(ema_half_life(schedule, images_seen), 1e-8))
    averaged.multi_avg_fn = get_ema_multi_avg_fn(decay)


def learning_rate_scale(schedule: ScheduleConfig, images_seen: int) -> float:
    """Return 1, halved at each of `halve`, and falling linearly to 0 over the last `decay` of the run."""
    scale = 0.5 ** sum(images_seen >= number for number in schedule.halve)
    remaining = (schedule.images - images_seen) / schedule.images
    return scale * min(1.0, remaining / schedule.decay) if schedule.decay else scale


def ema_half_life(schedule: ScheduleConfig, images_seen: int) -> float:
    """Return `schedule.ema_half_life`, limited to a tenth of the images seen.

    The average of a short run is then not dominated by its first weights (the ramp-up of StyleGAN2-ADA's
    configurations, Karras et al. 2020, where it is a twentieth).
    """
    return min(schedule.ema_half_life, images_seen / EMA_RAMP)
