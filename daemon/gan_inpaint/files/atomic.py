"""Write a file completely or not at all, and never over another one by accident."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gan_inpaint.errors import CannotWrite

_READING_THE_UMASK = threading.Lock()  # a process has one umask, which can only be read by setting it


def check(target: Path, force: bool) -> None:
    """Raise CannotWrite before the work starts for anything that would make `writing` fail after it."""
    folder = target.parent
    if target.is_dir():
        raise CannotWrite(f"{target} is a folder.", "Give the name of a file.")
    if os.path.lexists(target):
        _check_existing(target, force)
    if not folder.is_dir():
        raise CannotWrite(f"There is no folder {folder}.", "Make it first, or choose another one.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(f"You may not write into the folder {folder}.", "Choose a folder of yours.")


def _check_existing(target: Path, force: bool) -> None:
    if not force:
        raise _exists(target)
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        raise CannotWrite(f"{target} is not a plain file.", "Give the name of a file.")


@contextmanager
def writing(target: Path, force: bool = False, *, private: bool = False) -> Iterator[Path]:
    """Yield an empty temporary file in `target`'s folder; it is renamed to `target` when the block ends without error.

    `private`: only the owner can read the file.

    Raises:
        CannotWrite: `target` exists and `force` is not given; the folder is missing or read-only; the disk is full.
            Nothing of `target` has changed then, and no temporary file is left.
    """
    check(target, force)
    target = Path(os.path.realpath(target))  # a link stays a link: the file that it names is replaced
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        os.close(descriptor)
        temporary = Path(name)
        yield temporary
        _flush_to_disk(temporary)
        temporary.chmod(0o600 if private else _mode_for(target))
        _rename(temporary, target, force)
        temporary = None
        _flush_to_disk(target.parent)
    except OSError as problem:
        raise CannotWrite(
            f"{target} cannot be written: {problem.strerror or problem}.", "Choose another place, or free some space."
        ) from problem
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _rename(temporary: Path, target: Path, force: bool) -> None:
    if force:
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)  # unlike a rename, this fails if another process made the file meanwhile
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a file system without links
        if target.exists():
            raise _exists(target) from None
        temporary.replace(target)
    else:
        temporary.unlink()


def _mode_for(target: Path) -> int:
    """Return the mode of the file that is replaced, or of any new file."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        with _READING_THE_UMASK:
            mask = os.umask(0)
            os.umask(mask)
        return 0o666 & ~mask


def _flush_to_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # folders cannot be opened there
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(target: Path) -> CannotWrite:
    return CannotWrite(f"{target} exists already.", "Give another name, or --force to replace it.")
