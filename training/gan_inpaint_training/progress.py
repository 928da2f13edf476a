"""Progress messages: a bar on a terminal, a log line every few seconds elsewhere."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LINES = 10.0


class Reporter(Protocol):
    """Shows the progress of a run."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
    def advance(self, images_seen: int) -> None:
        """Called after each step."""

    def report(self, images_seen: int, values: dict[str, float]) -> None:
        """Called when losses are logged; `values` includes `images_per_second`."""


def reporter(images: int, images_seen: int, *, silent: bool) -> Reporter:
    """Return a bar if standard error is a terminal, else log lines; `silent`: neither."""
    if silent:
        return Silent()
    console = Console(stderr=True)
    return Bar(console, images, images_seen) if console.is_terminal else Lines(images)


class Bar:
    """A rich progress bar with images a second and the time left."""

    def __init__(self, console: Console, images: int, images_seen: int) -> None:
        self._progress = Progress(
            BarColumn(),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            TextColumn("images, {task.fields[speed]}/s,"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[losses]}"),
            console=console,
        )
        self._task = self._progress.add_task("", total=images, completed=images_seen, losses="", speed="–")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, images_seen: int) -> None:
        self._progress.update(self._task, completed=images_seen)

    def report(self, images_seen: int, values: dict[str, float]) -> None:
        self._progress.update(self._task, losses=_losses(values), speed=f"{values['images_per_second']:.0f}")


class Silent:
    """Shows nothing; for all processes but the first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass

    def advance(self, images_seen: int) -> None:
        pass

    def report(self, images_seen: int, values: dict[str, float]) -> None:
        pass


class Lines(Silent):
    """Log lines at most every ten seconds, and at the start and the end."""

    def __init__(self, images: int) -> None:
        self._images, self._next = images, 0.0

    def report(self, images_seen: int, values: dict[str, float]) -> None:
        if time.monotonic() < self._next and images_seen < self._images:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        speed = values["images_per_second"]
        left = time.strftime("%H:%M:%S", time.gmtime((self._images - images_seen) / max(speed, 1e-9)))
        log.info("%d of %d images, %.1f/s, %s left: %s", images_seen, self._images, speed, left, _losses(values))


def _losses(values: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.4g}" for name, value in values.items() if name != "images_per_second")
