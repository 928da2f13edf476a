"""The runtime file: how a client finds the daemon, and the token that it must show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec

from gan_inpaint import machine, paths
from gan_inpaint.errors import CannotStart
from gan_inpaint.files import atomic


class RuntimeInfo(msgspec.Struct, frozen=True):
    """The content of `daemon.json`."""

    endpoint: str
    token: str
    pid: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    version: str
    protocol: int

    def __repr__(self) -> str:
        """Without the token, so that it never gets into a log or a traceback."""
        return f"RuntimeInfo(pid={self.pid}, endpoint={self.endpoint!r}, version={self.version!r})"


def read() -> RuntimeInfo | None:
    """Return the daemon that runs; None if the file is missing, damaged or from a process that has ended."""
    try:
        info = msgspec.json.decode(paths.runtime_file().read_bytes(), type=RuntimeInfo)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return info if machine.is_alive(info.pid) else None


def write(info: RuntimeInfo) -> None:
    """Write the file in one step, readable only by its owner. Raises CannotWrite."""
    with atomic.writing(paths.runtime_file(), force=True, private=True) as temporary:
        temporary.write_bytes(msgspec.json.encode(info))


def remove() -> None:
    """Remove the file, if it exists."""
    paths.runtime_file().unlink(missing_ok=True)


def make_private_dir() -> Path:
    """Make the runtime directory, mode 0700, and check that no other user can reach it.

    Raises:
        CannotStart: it cannot be made, or is open to other users.
    """
    directory = paths.runtime_dir()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.lstat()
    except OSError as problem:
        raise CannotStart(
            f"The folder {directory} cannot be used: {problem.strerror}.",
            "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
        ) from problem
    # Windows has no such modes; its per-user folders are closed to other users by their access lists.
    if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
        raise CannotStart(
            f"The folder {directory} is open to other users of this computer.",
            f"Run “chmod 700 {directory}” if it is yours, or set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
        )
    return directory
