"""Where the daemon listens: its runtime file (docs/protocol.md, "Finding the daemon").

This is the only reader of that file, for the plug-ins, the command line and the daemon itself. It trusts a file of this
user, or of the system's administrator, and nobody else's.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import NamedTuple, Union

from .errors import ClientError
from .language import _

Address = Union[str, tuple[str, int]]  # noqa: UP007 (evaluated, and Python 3.9 has no other way)

_TOKEN_BYTES = 255
_FLATPAK_INFO = Path("/.flatpak-info")  # inside a Flatpak, the numbers of processes are others
_MOST_BYTES = 64 * 1024


class RuntimeInfo(NamedTuple):
    """A daemon: its `endpoint`, the token that both sides know, its process and its version.

    `address` is the endpoint as a socket takes it: the path of a Unix socket, or 127.0.0.1 and a port.
    """

    endpoint: str
    token: str
    pid: int
    version: str

    @property
    def address(self) -> Address:
        return parse_endpoint(self.endpoint)

    def __repr__(self) -> str:
        """Leave out the token, so that it never gets into a log or a traceback."""
        return f"RuntimeInfo(pid={self.pid}, endpoint={self.endpoint!r}, version={self.version!r})"


def read_runtime_file(path: str | os.PathLike[str]) -> RuntimeInfo:
    """Read where the daemon listens. Only a connection shows whether it still does.

    Raises:
        ClientError: `no_daemon` if the file is missing, unreadable, damaged or another user's, or if its daemon was at
            a port and has ended, since another program may listen there now.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a named pipe would keep it waiting
        with os.fdopen(descriptor, "rb") as file:
            _check_owner(file.fileno(), path)
            content = json.loads(file.read(_MOST_BYTES))
        info = RuntimeInfo(
            content["endpoint"], _checked_token(content["token"]), _checked_pid(content["pid"]), str(content["version"])
        )
        at_a_port = not isinstance(info.address, str)
    except FileNotFoundError as problem:
        raise not_running() from problem
    except OSError as problem:
        raise ClientError(
            "no_daemon",
            _("The file {path} cannot be read: {problem}.").format(path=path, problem=problem.strerror),
            _("Check who may read it."),
        ) from problem
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise ClientError(
            "no_daemon",
            _("The file {path} is damaged.").format(path=path),
            _("Start the daemon again with “gan-inpaint serve --detach”."),
        ) from problem
    if at_a_port and not _is_own_process(info.pid):
        raise not_running()
    return info


def not_running(detail: str = "") -> ClientError:
    """Return the error for a daemon that is not there; `detail` is what the system says."""
    start = _("Start it with “gan-inpaint serve --detach”.")
    hint = f"{start} ({detail})" if detail else start
    return ClientError("no_daemon", _("The GAN Inpaint daemon is not running."), hint)


def parse_endpoint(endpoint: str) -> Address:
    """Return the address of `ipc://PATH` or `tcp://127.0.0.1:PORT`.

    Raises:
        ValueError: any other endpoint, since the client connects to this machine only.
    """
    if not isinstance(endpoint, str):
        raise ValueError("not an endpoint")
    if (ipc := re.fullmatch(r"ipc://(/[^\0]+|[A-Za-z]:[^\0]+)", endpoint)) is not None:
        os.fsencode(ipc[1])  # a UnicodeEncodeError is a ValueError
        return ipc[1]
    if (tcp := re.fullmatch(r"tcp://127\.0\.0\.1:([0-9]{1,5})", endpoint)) is not None and 0 < int(tcp[1]) < 65536:
        return "127.0.0.1", int(tcp[1])
    raise ValueError(f"not an endpoint on this machine: {endpoint}")


def _checked_token(token: str) -> str:
    if not isinstance(token, str) or not 0 < len(token.encode()) <= _TOKEN_BYTES:
        raise ValueError("not a token")
    return token


def _checked_pid(pid: int) -> int:
    if not isinstance(pid, int) or not 0 < pid < 2**31:
        raise ValueError("not a process")
    return pid


def _is_own_process(pid: int) -> bool:
    """Return whether this user has a process of that number; True where that cannot be known."""
    if os.name != "posix" or _FLATPAK_INFO.exists():
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _check_owner(descriptor: int, path: str | os.PathLike[str]) -> None:
    """Refuse another user's file: it could send the picture to another user's program."""
    if os.name == "posix" and os.fstat(descriptor).st_uid not in (os.geteuid(), 0):
        raise ClientError(
            "no_daemon",
            _("The file {path} belongs to another user of this computer.").format(path=path),
            _("Set GAN_INPAINT_RUNTIME_DIR to one of your own folders and install the plug-in again."),
        )
