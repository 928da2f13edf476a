"""One daemon for a runtime directory: a lock that the system releases when its process ends, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gan_inpaint.errors import AlreadyRunning, CannotStart
from gan_inpaint.files import locks
from gan_inpaint.server import runtime_file

# A daemon is invisible between taking the lock and writing the runtime file, and between removing it and its end.
_SETTLE_SECONDS = 5.0
_RETRY_SECONDS = 0.05


@contextmanager
def single_instance(directory: Path) -> Iterator[None]:
    """Hold the lock of `directory`.

    Raises:
        AlreadyRunning: the message says where the other daemon is.
        CannotStart: the lock's file cannot be made.
        CannotWrite: the file system has no locks.
    """
    path = directory / "daemon.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o600)
    except OSError as problem:
        raise CannotStart(
            f"The file {path} cannot be used: {problem.strerror}.",
            "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
        ) from problem
    with os.fdopen(descriptor, "ab") as file:
        deadline = time.monotonic() + _SETTLE_SECONDS
        while not locks.take(file):
            running = runtime_file.read()
            if running is not None or time.monotonic() > deadline:
                raise _already_running(running)
            time.sleep(_RETRY_SECONDS)
        yield


def _already_running(running: runtime_file.RuntimeInfo | None) -> AlreadyRunning:
    where = f"process {running.pid} at {running.endpoint}" if running else "but it does not answer yet"
    return AlreadyRunning(f"The daemon runs already: {where}.", "“gan-inpaint stop” ends it, if you want another one.")
