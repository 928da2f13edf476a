"""The journal of an output folder: what was begun and how it ended, so that a run can be continued.

It is the file `.gan-inpaint/journal.jsonl`, one JSON object per line; each line is on the disk before the work goes on.
A last line that power loss has cut is dropped. The views for the report are files beside it, one for each picture.
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

from gan_inpaint.archive.outcome import Outcome, View
from gan_inpaint.errors import BadJournal, CannotWrite, FolderInUse
from gan_inpaint.files import atomic, locks

FOLDER = ".gan-inpaint"

Identity = tuple[int, int]


def identity(path: Path) -> Identity:
    """Return a file's size and time of change; zeros if there is no access, which its reader reports later."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


class Origin(Struct, frozen=True):
    """Where a result comes from: the path of its source, that file's identity, and how it is restored."""

    source: str
    identity: Identity
    settings: str


class Kept(Struct, frozen=True):
    """A file that `restore` has written: its `place` in the output folder, with slashes, and its identity."""

    place: str
    identity: Identity

    @classmethod
    def in_folder(cls, output: Path, place: str) -> Kept:
        return cls(place, identity(output / place))


class Entry(Struct, frozen=True, omit_defaults=True):
    """What has happened to the picture `name`.

    outcome: if it has ended; without its views.
    tries: how often it has failed for a lasting reason, from the same origin.
    kept: the file last written for it: the result, or the original under that file's name.
    """

    event: Literal["started", "ended", "rejected"]
    name: str
    origin: Origin
    outcome: Outcome | None = None
    tries: int = 0
    kept: Kept | None = None

    def is_changed(self, output: Path, place: str) -> bool:
        """Return whether the file at `place` in the output folder is not the one that `restore` has written."""
        return (output / place).exists() and Kept.in_folder(output, place) != self.kept


class Journal:
    """The journal of the folder `output`, locked for this process; made by `opened`.

    `entries`: the last event of each picture.
    """

    def __init__(self, output: Path, file: IO[bytes], entries: dict[str, Entry]) -> None:
        self.output = output
        self.entries = entries
        self._file = file

    def start(self, name: str, origin: Origin) -> None:
        """Note that work on a picture begins: from now on `restore` owns its result in the output folder."""
        before = self.entries.get(name)
        tries = before.tries if before and before.origin == origin else 0
        self._append(Entry("started", name, origin, tries=tries, kept=before.kept if before else None))

    def end(self, name: str, origin: Origin, outcome: Outcome) -> None:
        """Note how it ended, once its result is on the disk."""
        if outcome.views:
            _write_views(_views_file(self.output, name), outcome.views)
        before, outcome = self.entries[name], msgspec.structs.replace(outcome, views=())
        if outcome.problem is None:
            self._append(Entry("ended", name, origin, outcome, kept=Kept.in_folder(self.output, name)))
        else:
            tries = before.tries + outcome.problem.lasting
            self._append(Entry("ended", name, origin, outcome, tries, before.kept))

    def reject(self, name: str, place: str) -> None:
        """Note that the original replaces the result, at `place`."""
        entry = self.entries[name]
        assert entry.outcome is not None
        outcome = msgspec.structs.replace(entry.outcome, problem=None)
        self._append(Entry("rejected", name, entry.origin, outcome, kept=Kept.in_folder(self.output, place)))

    def views(self, name: str) -> tuple[View, ...]:
        """Return the views for the report; none if they are lost, since nothing else depends on them."""
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
    """Open the journal of `output` for this process alone; folder and journal are made if missing.

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
    """Return the last event of each picture; a line that was never completed is cut off."""
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
    """Remove the unfinished files of processes that were killed."""
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
