"""The runtime file: how a client finds the daemon, and the token that it must show."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gan_inpaint import machine, paths
from gan_inpaint.errors import CannotStart
from gan_inpaint.files import atomic
from gan_inpaint.protocol import PROTOCOL
from gan_inpaint.server import private
from gan_inpaint_client import ClientError, RuntimeInfo, read_runtime_file

__all__ = ["RuntimeInfo", "make_private_dir", "read", "remove", "write"]


def read() -> RuntimeInfo | None:
    """Return the daemon that runs; None if the file is missing, damaged, another user's or of a process that ended."""
    try:
        info = read_runtime_file(paths.runtime_file())
    except ClientError:
        return None
    return info if machine.is_alive(info.pid) else None


def write(info: RuntimeInfo) -> None:
    """Write the file in one step, readable only by its owner. Raises CannotStart, CannotWrite."""
    file = paths.runtime_file()
    if file.is_dir():
        raise CannotStart(f"{file} is a folder.", "Remove it, or set GAN_INPAINT_RUNTIME_DIR to another folder.")
    with atomic.writing(file, force=True, private=True) as temporary:
        temporary.write_bytes(msgspec.json.encode({**info._asdict(), "protocol": PROTOCOL}))


def remove() -> None:
    """Remove the file, if it exists."""
    paths.runtime_file().unlink(missing_ok=True)


def make_private_dir() -> Path:
    """Make the runtime directory, mode 0700, and check that no other user can reach or replace it.

    Raises:
        CannotStart: it cannot be made, or is open to other users, or they could put another one in its place.
    """
    directory = paths.runtime_dir()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotStart(
            f"The folder {directory} cannot be used: {problem.strerror}.",
            "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
        ) from problem
    if reason := private.why_open(directory):
        raise CannotStart(reason, private.advice(directory))
    return directory
