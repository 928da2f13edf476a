"""Restore many pictures: plan what is left to do, do it, and keep the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from gan_inpaint.archive import names
from gan_inpaint.archive.files import Picture
from gan_inpaint.archive.journal import Entry, Journal, Origin
from gan_inpaint.archive.outcome import Options, Outcome
from gan_inpaint.archive.ownership import digest, identity, is_same
from gan_inpaint.archive.task import Runner, Task
from gan_inpaint.errors import CannotWrite, error_of

_MOST_TRIES = 2

OnEnd = Callable[[Picture, Outcome], None]
"""Called with each picture that has ended, and how."""


class Plan(Struct, frozen=True):
    """What is left to do, and the earlier outcome of the pictures that are not touched again.

    changed: results of the latter that were changed since.
    """

    to_do: tuple[tuple[Picture, Origin], ...]
    settled: dict[str, Entry]
    changed: tuple[Path, ...]


def plan(journal: Journal, pictures: Sequence[Picture], sensitivity: float) -> Plan:
    """Compare the pictures with the journal.

    A picture is settled if it was restored from the same file in the same way, or rejected, and its result still
    exists; and if its result was changed since.

    Raises:
        CannotWrite: a result's place is taken by a file that is not from an earlier run, or from another original; or
            two results would be one file.
    """
    names.check_apart((picture.name for picture in pictures), journal.output)
    to_do, settled, changed = [], {}, []
    placed = {entry.kept.place: entry for entry in journal.entries.values() if entry.kept}
    for picture in pictures:
        origin = _origin(picture, sensitivity)
        entry = journal.entries.get(picture.name) or placed.get(picture.name)
        _check_place(journal, picture, entry, origin)
        if entry is not None and _is_settled(entry, origin, picture, journal.output):
            settled[picture.name] = entry
        elif entry is not None and entry.event != "started" and entry.is_changed(journal.output, picture.name):
            # A picture that was begun and did not end may have a result that was never noted.
            settled[picture.name] = entry
            changed.append(journal.output / picture.name)
        else:
            to_do.append((picture, origin))
    return Plan(tuple(to_do), settled, tuple(changed))


def restore(
    journal: Journal, to_do: Sequence[tuple[Picture, Origin]], options: Options, run: Runner, tell: OnEnd
) -> None:
    """Restore the pictures, and keep the journal.

    Raises:
        GanInpaintError: no other picture could be restored either: the disk is full, or a model does not work. What
            is done is kept, and the next run continues.
        CannotWrite: the journal cannot be written.
        What `run` raises.
    """
    pictures = {picture.name: (picture, origin) for picture, origin in to_do}

    def tasks() -> Iterator[Task]:
        for picture, origin in to_do:
            journal.start(picture.name, origin)
            own = Options(options.sensitivity, picture.mask, options.threads, journal.claim(picture.name))
            yield Task(picture.name, picture.source, journal.output / picture.name, own)

    with closing(run(tasks())) as outcomes:  # type: ignore[type-var]
        for task, outcome in outcomes:
            if outcome.problem and outcome.problem.ends_the_run:
                hint = "Then give the same command again: it goes on where it ended."
                raise error_of(outcome.problem.code, outcome.problem.message, f"{outcome.problem.hint} {hint}".lstrip())
            picture, origin = pictures[task.name]
            journal.end(task.name, origin, outcome)
            tell(picture, outcome)


def _origin(picture: Picture, sensitivity: float) -> Origin:
    how = f"sensitivity {sensitivity:g}" if picture.mask is None else f"mask {picture.mask} {identity(picture.mask)}"
    return Origin(str(picture.source), identity(picture.source), how)


def _check_place(journal: Journal, picture: Picture, entry: Entry | None, origin: Origin) -> None:
    target = journal.output / picture.name
    if entry is None:
        try:
            journal.claim(picture.name).owned(target)
        except CannotWrite as problem:
            raise CannotWrite(
                f"{target} exists already, and is not from an earlier run.", "Choose an empty folder for the results."
            ) from problem
    elif not _are_one(entry.origin, origin):
        raise CannotWrite(
            f"{target} was restored from {entry.origin.source}, not from {origin.source}.",
            "Choose another folder for these results.",
        )


def _are_one(before: Origin, now: Origin) -> bool:
    """Return whether both have one original, which may have moved since."""
    if before.source == now.source:
        return True
    earlier = Path(before.source)
    still_there = identity(earlier) == before.identity and not earlier.samefile(now.source)
    return is_same(Path(now.source), before.identity, before.digest) and not still_there


def _is_settled(entry: Entry, origin: Origin, picture: Picture, output: Path) -> bool:
    there = entry.kept is not None and (output / entry.kept.place).exists()
    if entry.event == "rejected":
        return there
    same = _is_restored_alike(entry.origin, origin, picture.mask)
    if not same or not is_same(picture.source, entry.origin.identity, entry.origin.digest) or entry.outcome is None:
        return False
    if entry.outcome.problem is not None:
        return entry.tries >= _MOST_TRIES
    return there and not entry.outcome.note


def _is_restored_alike(before: Origin, now: Origin, mask: Path | None) -> bool:
    """Return whether the settings are the same; of a mask, the content counts and not its time."""
    if before.settings == now.settings:
        return True
    if mask is None or not before.settings.startswith(f"mask {mask} ("):
        return False
    return before.mask_digest != "" and digest(mask) == before.mask_digest
