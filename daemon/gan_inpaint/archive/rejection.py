"""Put originals back in the place of results that were rejected in the report."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

import msgspec
from msgspec import Struct

from gan_inpaint.archive.journal import Entry, Journal
from gan_inpaint.errors import BadJournal, CannotWrite, UnreadableImage
from gan_inpaint.files import atomic
from gan_inpaint.imagefile import reading


class Decisions(Struct, frozen=True):
    """The file `accepted.json` that the report saves: names of results."""

    rejected: tuple[str, ...]
    accepted: tuple[str, ...] = ()


def read(path: Path) -> Decisions:
    """Read `accepted.json`. Raises UnreadableImage, BadJournal."""
    try:
        return msgspec.json.decode(reading.read(path), type=Decisions)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadJournal(
            f"{path} is not a list of accepted and rejected pictures.", "Save it with the button in report.html."
        ) from problem


def reject(journal: Journal, decisions: Decisions) -> list[str]:
    """Replace rejected results by their originals; return the names of those that were not replaced before.

    If the result has another format, the original keeps its own name.

    Raises:
        BadJournal: a name is not one of the folder's results; nothing is changed then.
        UnreadableImage: an original is missing.
        CannotWrite: an original cannot be written, or a result was changed since; those before it are done and noted.
    """
    unknown = [name for name in decisions.rejected if not _is_result(journal.entries.get(name))]
    if unknown:
        raise BadJournal(
            f"{journal.output} holds no result called {unknown[0]}.", "Take the list from this folder's report.html."
        )
    rejected = [name for name in decisions.rejected if journal.entries[name].event != "rejected"]
    for name in rejected:
        journal.reject(name, _put_back(journal, journal.entries[name]))
    return rejected


def _is_result(entry: Entry | None) -> bool:
    return entry is not None and entry.outcome is not None and entry.kept is not None


def _put_back(journal: Journal, entry: Entry) -> str:
    """Copy the original; return its place in the output folder."""
    source, result = Path(entry.origin.source), journal.output / entry.name
    target = result.with_name(source.name)
    if not source.is_file():
        raise UnreadableImage(f"The original {source} is missing.", "Put it back where it was.")
    _check_result(journal, entry)
    if target != result and target.exists() and not filecmp.cmp(source, target, shallow=False):
        raise CannotWrite(f"{target} exists already.", "Move it away.")
    with atomic.writing(target, force=True, last_look=lambda _: _check_result(journal, entry)) as temporary:
        shutil.copyfile(source, temporary)
    if target != result:
        result.unlink(missing_ok=True)
    return target.relative_to(journal.output).as_posix()


def _check_result(journal: Journal, entry: Entry) -> None:
    if entry.is_changed(journal.output, entry.name):
        raise CannotWrite(f"{journal.output / entry.name} was changed after it was restored.", "Move it away.")
