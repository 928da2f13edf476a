"""The training loop: resumable, counted in images seen, on one device or several."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import torch
from lightning.fabric import Fabric
from lightning.fabric.utilities.exceptions import MisconfigurationException
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from gan_inpaint_training import checkpoint, data, provenance, report, weights
from gan_inpaint_training import config as configuration
from gan_inpaint_training.batches import batches, to_hole, to_image
from gan_inpaint_training.config import ScheduleConfig
from gan_inpaint_training.data import DataError
from gan_inpaint_training.masks import MaskError
from gan_inpaint_training.precision import precision_of
from gan_inpaint_training.progress import reporter
from gan_inpaint_training.registry import parameters
from gan_inpaint_training.settings import ConfigError, Settings
from gan_inpaint_training.sides import SideError
from gan_inpaint_training.task import AnyConfig, Learner, Source, task_of
from gan_inpaint_training.watch import FiniteWatch

log = logging.getLogger(__name__)
EXAMPLES = range(2**32, 2**32 + 8)  # numbers of the sample grid's crops, which no run reaches
SECONDS_BETWEEN_REPORTS = 60.0  # each report reads all of the run's events


def train(
    config_name_or_path: str,
    run: Path,
    overrides: Sequence[str] = (),
    devices: int = 1,
    weights_file: Path | None = None,
) -> bool:
    """Train in the folder `run`, resuming from its checkpoint if there is one; Ctrl+C or SIGTERM saves and ends.

    Return whether the run was stopped before the end of its schedule.

    A new run starts from the network in `weights_file` (see `weights`), with no images seen and a fresh optimiser; a
    run with a checkpoint resumes from that, so that the same command continues an interrupted run.

    A resumed run ends like an uninterrupted one: bit for bit on a CPU, and up to kernels that sum in no fixed order on
    a GPU. `devices`: number of processes for data-parallel training; torchrun's environment overrides it. Raises
    ConfigError, DataError, CheckpointError and NonFiniteLoss.
    """
    settings = configuration.settings_of(config_name_or_path, overrides)
    task = task_of(settings)
    config = task.configured(settings)
    fabric = _fabric(config.schedule, settings, devices)
    try:
        trainer = task.learner(config, fabric)
    except SideError as error:
        raise settings.error("data.crop", str(error)) from error
    if (run / checkpoint.NAME).exists():
        trainer.load_state(checkpoint.load(run))
        log.info("Going on from %d images seen", trainer.images_seen)
        origin = provenance.origin(run)
    elif weights_file is not None:
        weights.start_from(trainer, weights_file)
        log.info("Starting from the weights in %s", weights_file)
        origin = provenance.checksums([str(weights_file)])
    else:
        origin = {}
    try:
        pictures = data.read(config.data)
        crops = task.crops(pictures, config)
        if not trainer.images_seen and not origin:
            trainer.fit(to_image(crops[number][0]) for number in itertools.count())
        prepared = Run(trainer, crops, run)
        facts = provenance.facts(config) | {"weights": origin} if fabric.is_global_zero else {}
    except (DataError, MaskError) as error:
        raise settings.error(error.key, str(error).removesuffix(".")) from error
    log.info("%d pictures, %d parameters in the %s", len(pictures), parameters(trainer.network), trainer.noun)
    if fabric.is_global_zero:
        _prepare(run, config, facts)
    return prepared.train()


class Run:
    """A trainer with its data and its folder."""

    def __init__(self, trainer: Learner, crops: Source, folder: Path) -> None:
        self.trainer, self.crops, self.folder = trainer, crops, folder
        self.fabric, self.schedule = trainer.fabric, trainer.config.schedule
        self.watch = FiniteWatch(self.fabric)
        self.saved: int | None = None  # images seen at the last checkpoint of this process
        self.next_report = 0.0
        self.examples = [torch.stack(part) for part in zip(*(crops[number] for number in EXAMPLES), strict=True)]

    def train(self) -> bool:
        """Feed batches to the trainer until the schedule's end or a signal, logging and saving on the way.

        Return whether a signal ended it.

        Raises DataError, NonFiniteLoss, and CheckpointError when the run's folder cannot be written.
        """
        begun = self.trainer.images_seen
        try:
            # Events after the checkpoint belong to steps that are now done again.
            with _written(self.folder, self.fabric, begun) as self.writer, _stop_signal() as stop, self._reported():
                with reporter(self.schedule.images, begun, silent=self.writer is None) as self.progress:
                    self._steps(stop)
                if self.saved != self.trainer.images_seen:
                    self._save()
                return bool(stop)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def _steps(self, stop: list[int]) -> None:
        trainer, schedule = self.trainer, self.schedule
        since, start = trainer.images_seen, time.monotonic()
        for picture, mask in batches(self.crops, trainer.config, self.fabric, trainer.images_seen):
            before = trainer.images_seen
            losses = trainer.step(to_image(picture), to_hole(mask))
            self.watch.see(losses, before)
            self.progress.advance(trainer.images_seen)
            if _crossed(before, trainer.images_seen, schedule.log_every):
                self.watch.check()
                speed = (trainer.images_seen - since) / (time.monotonic() - start)
                self._log(losses, speed)
                since, start = trainer.images_seen, time.monotonic()
            if _crossed(before, trainer.images_seen, schedule.checkpoint_every):
                self._save()
            if self._should_stop(stop):
                break

    def _log(self, losses: dict[str, Tensor], speed: float) -> None:
        names, seen = list(losses), self.trainer.images_seen
        values = torch.stack([loss.float() for loss in losses.values()]).tolist()
        logged = dict(zip(names, values, strict=True)) | {"images_per_second": speed}
        if self.writer is not None:
            for name, value in logged.items():
                self.writer.add_scalar(name, value, seen)
            self.progress.report(seen, logged)

    def _save(self) -> None:
        """Save a checkpoint and a sample grid, unless a loss or a weight is not finite."""
        self.watch.check()
        self.trainer.check_weights()
        if self.writer is not None:
            checkpoint.save(self.folder, self.trainer.state())
            grid = self.trainer.sample(to_image(self.examples[0]), to_hole(self.examples[1]))
            self.writer.add_image(self.trainer.grid, grid, self.trainer.images_seen)
            if time.monotonic() >= self.next_report:
                self._report()
        self.saved = self.trainer.images_seen
        self.fabric.barrier()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Write a report at the end, also for a run that fails."""
        try:
            yield
        except BaseException:
            with suppress(OSError):  # the first error matters more
                self._report()
            raise
        self._report()

    def _report(self) -> None:
        if self.writer is not None:
            self.writer.flush()
            report.write(self.folder)
            self.next_report = time.monotonic() + SECONDS_BETWEEN_REPORTS

    def _should_stop(self, stop: list[int]) -> bool:
        """Return whether any process received a signal, so that all of them stop after the same step."""
        if self.fabric.world_size == 1:
            return bool(stop)
        return bool(self.fabric.all_reduce(torch.tensor(len(stop), device=self.fabric.device), reduce_op="sum"))


def _fabric(schedule: ScheduleConfig, settings: Settings, devices: int) -> Fabric:
    """Start one process for each device; only the first one logs.

    Raises ConfigError when there are fewer devices, or the batch is not divisible by their number.
    """
    world = int(os.environ.get("WORLD_SIZE", devices))  # set by torchrun
    local = int(os.environ.get("LOCAL_WORLD_SIZE", devices))
    if schedule.batch % world:
        raise settings.error("schedule.batch", f"{schedule.batch} images cannot be shared by {world} devices")
    torch.set_float32_matmul_precision("high")
    try:
        fabric = Fabric(
            accelerator="auto",
            devices=local,
            num_nodes=world // local,
            strategy="ddp" if world > 1 else "auto",
            precision=precision_of(schedule.precision),
        )
    except MisconfigurationException as error:
        raise ConfigError(f"This machine has no {local} devices to train on: {error}") from error
    fabric.launch()
    if not fabric.is_global_zero:
        logging.getLogger(__package__).setLevel(logging.WARNING)
    return fabric


def _prepare(run: Path, config: AnyConfig, facts: dict[str, dict[str, str]]) -> None:
    try:
        provenance.write(run, config, facts)
    except OSError as error:
        raise _unwritable(run, error) from error


def _unwritable(run: Path, error: OSError) -> checkpoint.CheckpointError:
    return checkpoint.CheckpointError(f"The run's folder {run} cannot be written: {error}")


@contextmanager
def _written(folder: Path, fabric: Fabric, begun: int) -> Iterator[SummaryWriter | None]:
    """Write TensorBoard's events, in the first process only."""
    if not fabric.is_global_zero:
        yield None
        return
    with SummaryWriter(str(folder), purge_step=begun + 1 if begun else None) as writer:
        yield writer


@contextmanager
def _stop_signal() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM as requests to stop after the current step."""
    received: list[int] = []

    def request(number: int, frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _crossed(before: int, after: int, step: int) -> bool:
    return before // step != after // step
