"""A piece of work for a process, near or far, and who runs many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from gan_inpaint.restoring.errors import WorkerDied
from gan_inpaint.restoring.outcome import Options, Outcome, Problem


class Task(Struct, frozen=True):
    """The arguments of `picture.restore_file`, and the name by which the journal knows the picture."""

    name: str
    source: Path
    target: Path
    options: Options


Runner = Callable[[Iterator[Task]], Iterator[tuple[Task, Outcome]]]
"""Does all tasks, each of them once, and gives their outcomes as they end; takes a task when it can be begun.

Closing it ends the work on what is under way.
"""


def defect(error: BaseException) -> Outcome:
    """The outcome of a picture at which the program itself went wrong."""
    message = f"GAN Inpaint went wrong at this picture: {type(error).__name__}: {error}"
    return Outcome(state="failed", problem=Problem("internal", message, "Please report this."))


def died(source: Path) -> Outcome:
    """The outcome of a picture at which processes end."""
    message = f"The process that worked on {source} was ended, and so was the next one."
    hint = "There may be too little memory: restore it again with fewer “--jobs”."
    return Outcome(state="failed", problem=Problem.of(WorkerDied(message, hint)))
