"""Recognise files that `restore` has written by their content, and keep notes about them.

Sizes and times are compared first. Content counts where times differ: copies, backups and disks that store local time
change times alone.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from msgspec import Struct

from gan_inpaint.errors import CannotWrite
from gan_inpaint.files import atomic

Identity = tuple[int, int]


def identity(path: Path) -> Identity:
    """Return a file's size and time of change; zeros if there is no access, which its reader reports later."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def digest(path: Path) -> str:
    """Return the hash of a file's content; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError:
        return ""


def is_same(path: Path, before: Identity, content: str) -> bool:
    """Return whether the file at `path` is the one of identity `before` and of the hash `content` ("" if unknown)."""
    now = identity(path)
    return now == before or (now[0] == before[0] and content != "" and digest(path) == content)


class Kept(Struct, frozen=True, omit_defaults=True):
    """A file that `restore` has written: its `place` in the output folder, with slashes, its identity and content."""

    place: str
    identity: Identity
    digest: str = ""

    @classmethod
    def in_folder(cls, output: Path, place: str, content: str = "") -> Kept:
        path = output / place
        return cls(place, identity(path), content or digest(path))

    def is_at(self, path: Path) -> bool:
        """Return whether the file at `path` is this one."""
        return is_same(path, self.identity, self.digest)


class Claim(Struct, frozen=True):
    """What `restore` knows about the place of a result.

    kept: the earlier result, if the journal has one.
    note: a file of hashes of results, so that one is known again whose process ended before the journal was written.
    """

    kept: Kept | None = None
    note: Path | None = None

    def owned(self, target: Path) -> Kept | None:
        """Return the earlier result at `target`, None if there is no file; raise CannotWrite if it is another file."""
        if not os.path.lexists(target):
            return None
        if self.kept and self.kept.is_at(target):
            return self.kept
        content = digest(target)
        if not content or content not in self._noted():
            raise _foreign(target)
        return Kept(target.name, identity(target), content)

    def announce(self, result: Path, owned: Kept | None) -> str:
        """Note that `result` is about to replace `owned`; return its hash."""
        content = digest(result)
        if self.note:
            with atomic.writing(self.note, force=True) as written:
                written.write_text(f"{content} {owned.digest if owned else ''}", "ascii")
        return content

    def _noted(self) -> list[str]:
        try:
            return self.note.read_text("ascii").split() if self.note else []
        except (OSError, UnicodeDecodeError):
            return []


class Place:
    """The place of a result, which is looked at before the work and again right before it is taken.

    `content`: the hash of the result, once it is there. Raises CannotWrite for a file that `restore` has not written.
    """

    def __init__(self, target: Path, claim: Claim) -> None:
        self._target, self._claim = target, claim
        self._owned = claim.owned(target)
        self.content = ""

    def take(self, result: Path) -> None:
        """Note that `result` comes here, and check that it still may; for `last_look` of `files.atomic.writing`."""
        self.content = self._claim.announce(result, self._owned)
        _check_unchanged(self._target, self._owned)


def _check_unchanged(target: Path, owned: Kept | None) -> None:
    """Raise CannotWrite unless `target` is still the file `owned`, or still missing."""
    if os.path.lexists(target) and not (owned and owned.is_at(target)):
        raise _foreign(target)


def _foreign(target: Path) -> CannotWrite:
    return CannotWrite(f"{target} was made or changed by others.", "Move it away, and give the same command again.")
