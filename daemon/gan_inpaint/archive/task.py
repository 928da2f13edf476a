"""A piece of work for a process, here or on a cluster, and what runs many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from gan_inpaint.archive.outcome import Options, Outcome, Problem
from gan_inpaint.errors import WorkerDied


class Task(Struct, frozen=True):
    """The arguments of `picture.restore_file`, and the picture's name in the journal."""

    name: str
    source: Path
    target: Path
    options: Options


Runner = Callable[[Iterator[Task]], Iterator[tuple[Task, Outcome]]]
"""Does all tasks, each once, and yields their outcomes as they end; takes a task when it can begin.

Closing it ends the tasks that run.
"""


def defect(error: BaseException) -> Outcome:
    """Return the outcome of a picture that met a defect of the program."""
    message = f"GAN Inpaint failed at this picture: {type(error).__name__}: {error}"
    return Outcome(state="failed", problem=Problem("internal", message, "Please report this."))


def died(source: Path) -> Outcome:
    """Return the outcome of a picture at which two processes have ended."""
    message = f"The process that worked on {source} ended, and so did the next one."
    hint = "There may be too little memory: restore it again with fewer “--jobs”."
    return Outcome(state="failed", problem=Problem.of(WorkerDied(message, hint)))
