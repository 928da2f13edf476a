"""A lock on an open file that the system releases when its process ends, however it ends."""

from __future__ import annotations

import sys
from typing import IO

from gan_inpaint.errors import CannotWrite

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(file: IO[bytes]) -> bool:
    """Lock `file` until it is closed; return False if another process holds it.

    Raises CannotWrite if the file cannot be locked at all, for example on a file system without locks.
    """
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as problem:
        raise CannotWrite(
            f"{file.name} cannot be locked: {problem.strerror}.", "Choose a folder on a disk of this computer."
        ) from problem
    return True
