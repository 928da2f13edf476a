"""Write a file completely or not at all, and never over another one by accident."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gan_inpaint.errors import CannotWrite
from gan_inpaint.files import locks

_UNFINISHED = ".part"
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_MOST_BYTES_OF_A_NAME = 200
_CANNOT_FLUSH = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}
"""What file systems answer that have no way to bring a file to the disk at once."""


def check(target: Path, force: bool) -> None:
    """Raise CannotWrite before the work starts for anything that would make `writing` fail after it."""
    try:
        _check(target, force)
    except PermissionError as problem:
        raise _forbidden(target.parent) from problem


def _check(target: Path, force: bool) -> None:
    folder = target.parent
    if target.is_dir():
        raise CannotWrite(f"{target} is a folder.", "Give the name of a file.")
    if os.path.lexists(target):
        _check_existing(target, force)
    if not folder.is_dir():
        raise CannotWrite(f"There is no folder {folder}.", "Make it first, or choose another one.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _forbidden(folder)


def _forbidden(folder: Path) -> CannotWrite:
    return CannotWrite(f"You may not write into the folder {folder}.", "Choose a folder of yours.")


def _check_existing(target: Path, force: bool) -> None:
    if not force:
        raise _exists(target)
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        raise CannotWrite(f"{target} is not a plain file.", "Give the name of a file.")


@contextmanager
def writing(
    target: Path, force: bool = False, *, private: bool = False, last_look: Callable[[Path], None] | None = None
) -> Iterator[Path]:
    """Yield an empty temporary file in `target`'s folder; it is renamed to `target` when the block ends without error.

    `private`: only the owner can read the file. `last_look` is called with the finished temporary file right before it
    is renamed, and stops that by raising. What a killed process has left of the same target is removed.

    Raises:
        CannotWrite: `target` exists and `force` is not given; the folder is missing or read-only; the disk is full.
            Nothing of `target` has changed then, and no temporary file is left.
    """
    check(target, force)
    target = Path(os.path.realpath(target))  # a link stays a link: the file that it names is replaced
    remove_unfinished(target)
    temporary: Path | None = None
    try:
        mode = 0o600 if private else _mode_of(target)
        descriptor, temporary = _new_file(target, mode)
        with _held(descriptor):
            yield temporary
            _flush_to_disk(temporary)
            _dress(temporary, target, mode)
            replaces = force and os.path.lexists(target)
            if last_look:
                last_look(temporary)
            _rename(temporary, target, replaces)
        temporary = None
        with suppress(OSError):  # the file is there; some file systems do not let folders be opened or flushed
            _flush_to_disk(target.parent)
    except OSError as problem:
        raise CannotWrite(
            f"{target} cannot be written: {problem.strerror or problem}.", "Choose another place, or free some space."
        ) from problem
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def remove_unfinished(target: Path, *, alone: bool = False) -> None:
    """Remove the temporary files of `target` that killed processes have left.

    Those in use are locked, and stay. `alone`: none is in use, as the caller knows.
    """
    for left in target.parent.glob(f"{glob.escape(_prefix(target))}*{_UNFINISHED}"):
        with suppress(OSError, CannotWrite):
            if alone or _is_abandoned(left):
                left.unlink()


def _is_abandoned(temporary: Path) -> bool:
    if os.name == "nt":  # open files cannot be renamed there, so that none is locked while it is written
        return False
    with temporary.open("r+b") as file:
        return locks.take(file)


def _prefix(target: Path) -> str:
    """Return how the names of `target`'s temporary files begin; names of up to 255 bytes leave no room for more."""
    name = target.name
    if len(os.fsencode(name)) > _MOST_BYTES_OF_A_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:32]
    return f".{name}."


@contextmanager
def _held(descriptor: int) -> Iterator[None]:
    """Lock a temporary file while it is used, where open files can be renamed."""
    with os.fdopen(descriptor, "r+b") as file:
        if os.name == "nt":
            file.close()
        else:
            with suppress(CannotWrite):  # a file system without locks: what is left there is never removed
                locks.take(file)
        yield


def _mode_of(target: Path) -> int | None:
    """Return the mode of the file that is replaced; None if there is none."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None


def _new_file(target: Path, mode: int | None) -> tuple[int, Path]:
    """Make a temporary file of `target` with a mode, else with that of any new file; return it open.

    It has its mode from the beginning: some file systems do not let it be changed later.
    """
    while True:
        path = target.parent / f"{_prefix(target)}{secrets.token_hex(4)}{_UNFINISHED}"
        with suppress(FileExistsError):
            return os.open(path, _NEW, 0o666 if mode is None else mode | 0o600), path


def _dress(temporary: Path, target: Path, mode: int | None) -> None:
    """Give a finished file the mode and the extended attributes of the file that it replaces.

    The file systems of some shares know neither; the file is worth more than both.
    """
    if mode is None:
        return
    with suppress(OSError):
        temporary.chmod(mode)
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(temporary, name, os.getxattr(target, name))


def _rename(temporary: Path, target: Path, replaces: bool) -> None:
    if replaces:
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


def flush(descriptor: int) -> None:
    """Bring an open file to the disk, where its file system can do that; raises OSError."""
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in _CANNOT_FLUSH:
            raise


def _flush_to_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # folders cannot be opened there
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def _exists(target: Path) -> CannotWrite:
    return CannotWrite(f"{target} exists already.", "Give another name, or --force to replace it.")
