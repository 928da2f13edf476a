"""The runtime file: how a client finds the daemon, and the token that it shows there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec

from gan_inpaint import machine, paths
from gan_inpaint.errors import DaemonProblem


class RuntimeInfo(msgspec.Struct, frozen=True):
    """What `daemon.json` says."""

    endpoint: str
    token: str
    pid: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    version: str
    protocol: int

    def __repr__(self) -> str:
        """Without the token, so that it never gets into a log or a traceback."""
        return f"RuntimeInfo(pid={self.pid}, endpoint={self.endpoint!r}, version={self.version!r})"


def read() -> RuntimeInfo | None:
    """The daemon that runs, or None where the file is missing, damaged or left behind by a process that is gone."""
    try:
        info = msgspec.json.decode(paths.runtime_file().read_bytes(), type=RuntimeInfo)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return info if machine.is_alive(info.pid) else None


def write(info: RuntimeInfo) -> None:
    """Put the file there in one step, readable by its owner only."""
    target = paths.runtime_file()
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(info))
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove() -> None:
    """Take the file away, if it is there."""
    paths.runtime_file().unlink(missing_ok=True)


def make_private_dir() -> Path:
    """Make the runtime directory, mode 0700, and check that nobody else can get at it.

    Raises:
        DaemonProblem: `cannot_start`, when it cannot be made or is open to other users.
    """
    directory = paths.runtime_dir()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.lstat()
    except OSError as problem:
        raise DaemonProblem(
            "cannot_start",
            f"The folder {directory} cannot be used: {problem.strerror}.",
            "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
        ) from problem
    # Windows has no such modes; its per-user folders are closed to other users by their access lists.
    if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
        raise DaemonProblem(
            "cannot_start",
            f"The folder {directory} is open to other users of this computer.",
            f"Run “chmod 700 {directory}” if it is yours, or set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
        )
    return directory
