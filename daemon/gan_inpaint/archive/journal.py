"""The journal of an output folder: what was begun and how it ended, so that a run can be continued.

It is the file `.gan-inpaint/journal.jsonl`, one JSON object per line; each line is on the disk before the work goes on.
A last line that power loss has cut is dropped. The views for the report are files beside it, one for each picture.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Literal

import msgspec
from msgspec import Struct

from gan_inpaint.archive.outcome import Contents, Outcome, View
from gan_inpaint.archive.ownership import Claim, Identity, Kept
from gan_inpaint.errors import BadJournal, CannotWrite, FolderInUse
from gan_inpaint.files import atomic, locks

FOLDER = ".gan-inpaint"


class Origin(Struct, frozen=True, omit_defaults=True):
    """Where a result comes from: the path of its source, that file's identity, and how it is restored.

    digest, mask_digest: hashes of the source and of its mask, once it has ended.
    """

    source: str
    identity: Identity
    settings: str
    digest: str = ""
    mask_digest: str = ""

    @property
    def begun(self) -> Origin:
        """What is known before the picture has ended."""
        return msgspec.structs.replace(self, digest="", mask_digest="")


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
        path = output / place
        return path.exists() and not (self.kept and self.kept.place == place and self.kept.is_at(path))


class Journal:
    """The journal of the folder `output`, locked for this process; made by `opened`.

    `entries`: the last event of each picture. `lost`: the number of damaged lines.
    """

    def __init__(self, output: Path, file: IO[bytes], entries: dict[str, Entry], lost: int = 0) -> None:
        self.output = output
        self.entries = entries
        self.lost = lost
        self._file = file

    def start(self, name: str, origin: Origin) -> None:
        """Note that work on a picture begins: from now on `restore` owns its result in the output folder."""
        before = self.entries.get(name)
        tries = before.tries if before and before.origin.begun == origin else 0
        self._append(Entry("started", name, origin, tries=tries, kept=before.kept if before else None))

    def end(self, name: str, origin: Origin, outcome: Outcome) -> None:
        """Note how it ended, once its result is on the disk."""
        if outcome.views:
            _write_views(_views_file(self.output, name), outcome.views)
        before, outcome = self.entries[name], msgspec.structs.replace(outcome, views=())
        if outcome.problem is None:
            known = outcome.contents or Contents("", "")
            origin = msgspec.structs.replace(origin, digest=known.source, mask_digest=known.mask)
            outcome = msgspec.structs.replace(outcome, contents=None)
            self._append(Entry("ended", name, origin, outcome, kept=Kept.in_folder(self.output, name, known.result)))
        else:
            tries = before.tries + outcome.problem.lasting
            self._append(Entry("ended", name, origin, outcome, tries, before.kept))

    def reject(self, name: str, place: str) -> None:
        """Note that the original replaces the result, at `place`."""
        entry = self.entries[name]
        assert entry.outcome is not None
        outcome = msgspec.structs.replace(entry.outcome, problem=None)
        self._append(Entry("rejected", name, entry.origin, outcome, kept=Kept.in_folder(self.output, place)))

    def claim(self, name: str) -> Claim:
        """Return what is known about the place of a result."""
        entry = self.entries.get(name)
        kept = entry.kept if entry and entry.kept and entry.kept.place == name else None
        return Claim(kept, self.output.absolute() / FOLDER / "results" / _hash(name))

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
            atomic.flush(self._file.fileno())
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
            for name in ("views", "results"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            if not locks.take(stack.enter_context((folder / "lock").open("ab"))):
                raise FolderInUse(
                    f"Another run writes into {output}.", "Wait until it has ended, or choose another folder."
                )
            file = stack.enter_context((folder / "journal.jsonl").open("a+b", buffering=0))
            entries, lost = _read(file, output)
            _clear_unfinished(output, entries)
        except OSError as problem:
            raise CannotWrite(
                f"{output} cannot be written: {problem.strerror}.", "Choose another folder, or free some space."
            ) from problem
        yield Journal(output, file, entries, lost)


def _read(file: IO[bytes], output: Path) -> tuple[dict[str, Entry], int]:
    """Return the last event of each picture, and the number of damaged lines.

    A line that was never completed is cut off; damaged ones are skipped, unless all are.
    """
    file.seek(0)
    content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.truncate(len(whole))
    lines = whole.splitlines()
    entries = [entry for line in lines if (entry := _entry(line))]
    if lines and not entries:
        raise BadJournal(
            f"The journal in {output / FOLDER} is damaged.",
            "Restore into another folder; the results here stay as they are.",
        )
    return {entry.name: entry for entry in entries}, len(lines) - len(entries)


def _entry(line: bytes) -> Entry | None:
    try:
        return msgspec.json.decode(line, type=Entry)
    except msgspec.DecodeError:
        return None


def _clear_unfinished(output: Path, entries: dict[str, Entry]) -> None:
    """Remove the unfinished files of processes that were killed."""
    begun = [output / entry.name for entry in entries.values() if entry.event == "started"]
    for target in (*begun, output / "report.html"):
        atomic.remove_unfinished(target, alone=True)
    for name in ("views", "results"):
        for left in (output / FOLDER / name).glob(".*.part"):
            left.unlink()


def _views_file(output: Path, name: str) -> Path:
    return output / FOLDER / "views" / f"{_hash(name)}.json"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _write_views(path: Path, views: tuple[View, ...]) -> None:
    with atomic.writing(path, force=True) as temporary:
        temporary.write_bytes(msgspec.json.encode(views))
