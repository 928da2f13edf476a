"""Where the daemon listens: a Unix socket in its private folder, or a port of this machine only."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from gan_inpaint.errors import CannotStart

_NAME = "daemon.sock"
_PATH_BYTES = 100  # sun_path holds 104 bytes on macOS, 108 on Linux
_BACKLOG = 256  # connections that wait to be accepted


def bind(directory: Path) -> tuple[socket.socket, str]:
    """Return a listening socket that does not block, and its endpoint as the runtime file names it. Raises CannotStart.

    A Unix socket is used where the system has them and its path, which JSON must hold, is short enough for them.
    """
    path = directory / _NAME
    try:
        if _unix_socket_fits(path):
            path.unlink(missing_ok=True)  # left behind by a daemon that was killed
            listening, name = _bound(socket.AF_UNIX, str(path)), f"ipc://{path}"
        else:
            listening = _bound(socket.AF_INET, ("127.0.0.1", 0))
            name = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
    except OSError as problem:
        raise CannotStart(
            f"The daemon's socket in {directory} cannot be opened: {problem.strerror or problem}.",
            "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own on a disk of this computer.",
        ) from problem
    return listening, name


def prepare(connected: socket.socket) -> None:
    """Set the options of a connection that was accepted."""
    connected.setblocking(False)
    if connected.family == socket.AF_INET:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def remove(directory: Path) -> None:
    """Remove the Unix socket, if there is one."""
    (directory / _NAME).unlink(missing_ok=True)


def _bound(family: socket.AddressFamily, address: str | tuple[str, int]) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # nobody can share the port
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _unix_socket_fits(path: Path) -> bool:
    if not hasattr(socket, "AF_UNIX") or len(os.fsencode(path)) > _PATH_BYTES:
        return False
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
