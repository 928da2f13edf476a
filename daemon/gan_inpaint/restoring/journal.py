"""The journal of an output folder: what has been begun and what has come of it, so that a run can go on.

It stands in `.gan-inpaint/journal.jsonl`, a JSON object a line, each of which is on the disk before the work goes on.
A last line that power loss has cut is dropped. The pictures for the report lie beside it, a file for each name.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Literal

import msgspec
from msgspec import Struct

from gan_inpaint.errors import CannotWrite
from gan_inpaint.files import atomic, locks
from gan_inpaint.restoring.errors import BadJournal, FolderInUse
from gan_inpaint.restoring.outcome import Outcome, View

FOLDER = ".gan-inpaint"

Identity = tuple[int, int]


def identity(path: Path) -> Identity:
    """A file's size and time of change; zeros where it cannot be looked at, which its reader will tell."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


class Origin(Struct, frozen=True):
    """Where a result comes from: the path of its source, what that file is known by, and how it is restored."""

    source: str
    identity: Identity
    settings: str


class Kept(Struct, frozen=True):
    """A file that we have put into the output folder, by its `place` there, with slashes, and what it is known by."""

    place: str
    identity: Identity

    @classmethod
    def in_folder(cls, output: Path, place: str) -> Kept:
        return cls(place, identity(output / place))


class Entry(Struct, frozen=True, omit_defaults=True):
    """What has happened to the picture `name`.

    outcome: of what has ended, without its views.
    tries: how often it has failed by its own fault from the same origin.
    kept: what we have last put into the output folder for it: the result, or the original under that file's name.
    """

    event: Literal["started", "ended", "rejected"]
    name: str
    origin: Origin
    outcome: Outcome | None = None
    tries: int = 0
    kept: Kept | None = None

    def is_changed(self, output: Path, place: str) -> bool:
        """Whether what stands at `place` in the output folder is not what we have put there."""
        return (output / place).exists() and Kept.in_folder(output, place) != self.kept


class Journal:
    """The journal of the folder `output`, locked for this process; made by `opened`.

    `entries` holds what happened last to each picture.
    """

    def __init__(self, output: Path, file: IO[bytes], entries: dict[str, Entry]) -> None:
        self.output = output
        self.entries = entries
        self._file = file

    def start(self, name: str, origin: Origin) -> None:
        """Note that work on a picture begins: from now on its result in the output folder is ours."""
        before = self.entries.get(name)
        tries = before.tries if before and before.origin == origin else 0
        self._append(Entry("started", name, origin, tries=tries, kept=before.kept if before else None))

    def end(self, name: str, origin: Origin, outcome: Outcome) -> None:
        """Note what came of it, once its result is on the disk."""
        if outcome.views:
            _write_views(_views_file(self.output, name), outcome.views)
        before, outcome = self.entries[name], msgspec.structs.replace(outcome, views=())
        if outcome.problem is None:
            self._append(Entry("ended", name, origin, outcome, kept=Kept.in_folder(self.output, name)))
        else:
            tries = before.tries + outcome.problem.lasting
            self._append(Entry("ended", name, origin, outcome, tries, before.kept))

    def reject(self, name: str, place: str) -> None:
        """Note that the original is there instead of the result, at `place`."""
        entry = self.entries[name]
        assert entry.outcome is not None
        outcome = msgspec.structs.replace(entry.outcome, problem=None)
        self._append(Entry("rejected", name, entry.origin, outcome, kept=Kept.in_folder(self.output, place)))

    def views(self, name: str) -> tuple[View, ...]:
        """The pictures for the report; none where they are lost, since nothing else depends on them."""
        try:
            return msgspec.json.decode(_views_file(self.output, name).read_bytes(), type=tuple[View, ...])
        except (OSError, msgspec.DecodeError):
            return ()

    def _append(self, entry: Entry) -> None:
        line = msgspec.json.encode(entry) + b"\n"
        try:
            if self._file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())
        except OSError as problem:
            raise CannotWrite(
                f"The journal in {self.output} cannot be written: {problem.strerror}.",
                "Free some space, and give the same command again: it goes on where it ended.",
            ) from problem
        self.entries[entry.name] = entry


@contextmanager
def opened(output: Path) -> Iterator[Journal]:
    """The journal of `output`, which is made where it is missing, for this process alone.

    Raises:
        FolderInUse: another run has it.
        CannotWrite: the folder cannot be made or written.
        BadJournal: it is damaged.
    """
    folder = output / FOLDER
    with ExitStack() as stack:
        try:
            (folder / "views").mkdir(parents=True, exist_ok=True)
            if not locks.take(stack.enter_context((folder / "lock").open("ab"))):
                raise FolderInUse(
                    f"Another run writes into {output}.", "Wait until it has ended, or choose another folder."
                )
            file = stack.enter_context((folder / "journal.jsonl").open("a+b", buffering=0))
            entries = _read(file, output)
            _clear_unfinished(output, entries)
        except OSError as problem:
            raise CannotWrite(
                f"{output} cannot be written: {problem.strerror}.", "Choose another folder, or free some space."
            ) from problem
        yield Journal(output, file, entries)


def _read(file: IO[bytes], output: Path) -> dict[str, Entry]:
    """What happened last to each picture; a line that was never completed is cut off."""
    file.seek(0)
    content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.truncate(len(whole))
    try:
        entries = [msgspec.json.decode(line, type=Entry) for line in whole.splitlines()]
    except msgspec.DecodeError as problem:
        raise BadJournal(
            f"The journal in {output / FOLDER} is damaged.",
            "Restore into another folder; the results here stay as they are.",
        ) from problem
    return {entry.name: entry for entry in entries}


def _clear_unfinished(output: Path, entries: dict[str, Entry]) -> None:
    """Remove what processes that were killed have left half-written."""
    begun = [output / entry.name for entry in entries.values() if entry.event == "started"]
    places = [*((target.parent, f"{glob.escape(target.name)}.") for target in (*begun, output / "report.html"))]
    for folder, name in (*places, (output / FOLDER / "views", "")):
        for left in folder.glob(f".{name}*.part"):
            left.unlink()


def _views_file(output: Path, name: str) -> Path:
    return output / FOLDER / "views" / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"


def _write_views(path: Path, views: tuple[View, ...]) -> None:
    with atomic.writing(path, force=True) as temporary:
        temporary.write_bytes(msgspec.json.encode(views))
