"""A lock on an open file that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(file: IO[bytes]) -> bool:
    """Lock `file` until it is closed; False where another process holds it, or the file system has no locks."""
    try:
        _lock(file)
    except OSError:
        return False
    return True
