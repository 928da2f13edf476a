"""Restoring many pictures: what is left to do, doing it, and what has come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from gan_inpaint.errors import CannotWrite
from gan_inpaint.restoring.errors import RunEnded
from gan_inpaint.restoring.files import Picture
from gan_inpaint.restoring.journal import Entry, Journal, Origin
from gan_inpaint.restoring.outcome import Options, Outcome
from gan_inpaint.restoring.task import Runner, Task

# What is wrong with the picture or its mask, not with the machine: tried again once, then left until a file changes.
_LASTING = {"unreadable_image", "unsupported_image", "mask_size", "too_much_selected"}
_MOST_TRIES = 2

OnEnd = Callable[[Picture, Outcome], None]
"""Called with each picture that has ended."""


class Plan(Struct, frozen=True):
    """What is left to do, and what has come before of the pictures that are not touched again."""

    to_do: tuple[tuple[Picture, Origin], ...]
    settled: dict[str, Entry]


def plan(journal: Journal, pictures: Sequence[Picture], sensitivity: float) -> Plan:
    """Compare what is wanted with what the journal tells.

    A picture is settled where it was restored or rejected, from the same file in the same way, and is still there.

    Raises:
        CannotWrite: a file stands in a result's place that is not from a run before, or is from another original.
    """
    to_do, settled = [], {}
    for picture in pictures:
        origin, entry = _origin(picture, sensitivity), journal.entries.get(picture.name)
        _check_place(journal.output / picture.name, entry, origin)
        if entry is not None and _is_settled(entry, origin, journal.output):
            settled[picture.name] = entry
        else:
            to_do.append((picture, origin))
    return Plan(tuple(to_do), settled)


def restore(
    journal: Journal, to_do: Sequence[tuple[Picture, Origin]], options: Options, run: Runner, tell: OnEnd
) -> None:
    """Restore the pictures, and keep the journal.

    Raises:
        RunEnded: the disk is full, or a network does not work; what has been done is kept, and the next run goes on.
        CannotWrite: the journal cannot be written.
        What `run` raises.
    """
    pictures = {picture.name: (picture, origin) for picture, origin in to_do}

    def tasks() -> Iterator[Task]:
        for picture, origin in to_do:
            _remove_original(journal, picture.name)
            journal.start(picture.name, origin)
            own = Options(options.sensitivity, picture.mask, options.threads)
            yield Task(picture.name, picture.source, journal.output / picture.name, own)

    with closing(run(tasks())) as outcomes:  # type: ignore[type-var]
        for task, outcome in outcomes:
            if outcome.problem and outcome.problem.ends_the_run:
                hint = "Then give the same command again: it goes on where it ended."
                raise RunEnded(outcome.problem.code, outcome.problem.message, f"{outcome.problem.hint} {hint}".lstrip())
            picture, origin = pictures[task.name]
            journal.end(task.name, origin, outcome)
            tell(picture, outcome)


def _origin(picture: Picture, sensitivity: float) -> Origin:
    how = f"sensitivity {sensitivity:g}" if picture.mask is None else f"mask {picture.mask} {_identity(picture.mask)}"
    return Origin(str(picture.source), _identity(picture.source), how)


def _identity(path: Path) -> tuple[int, int]:
    """Size and time of change; zeros for a file that cannot be looked at, which its reader will tell."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _check_place(target: Path, entry: Entry | None, origin: Origin) -> None:
    if entry is None:
        if target.exists() or target.is_symlink():
            raise CannotWrite(
                f"{target} exists already, and is from no run before.", "Choose an empty folder for the results."
            )
    elif entry.origin.source != origin.source and entry.origin.identity != origin.identity:
        raise CannotWrite(
            f"{target} was restored from {entry.origin.source}, not from {origin.source}.",
            "Choose another folder for these results.",
        )


def _is_settled(entry: Entry, origin: Origin, output: Path) -> bool:
    same = (entry.origin.identity, entry.origin.settings) == (origin.identity, origin.settings)
    if not same or entry.outcome is None:
        return False
    if entry.outcome.problem is not None:
        return entry.outcome.problem.code in _LASTING and entry.tries >= _MOST_TRIES
    return (output / entry.place).exists()


def _remove_original(journal: Journal, name: str) -> None:
    """Remove an original that was put back under another name than its result has."""
    entry = journal.entries.get(name)
    if entry is not None and entry.event == "rejected" and str(entry.place) != name:
        (journal.output / entry.place).unlink(missing_ok=True)
