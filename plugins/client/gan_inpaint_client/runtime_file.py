"""Where the daemon listens: its runtime file (docs/protocol.md, "Finding the daemon")."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import NamedTuple, Union

from .errors import ClientError

Address = Union[str, tuple[str, int]]  # noqa: UP007 (evaluated, and Python 3.9 has no other way)

_TOKEN_BYTES = 255  # the PLAIN mechanism takes no more
_START = "Start it with “gan-inpaint serve --detach”."


class RuntimeInfo(NamedTuple):
    """Where the daemon listens: `address` is the path of a Unix socket, or 127.0.0.1 and a port."""

    address: Address
    token: str

    def __repr__(self) -> str:
        """Leave out the token, so that it never gets into a traceback."""
        return f"RuntimeInfo(address={self.address!r})"


def read_runtime_file(path: str | os.PathLike[str]) -> RuntimeInfo:
    """Read where the daemon listens. Only a connection shows whether it still does.

    Raises:
        ClientError: `no_daemon` if the file is missing, unreadable, damaged or another user's.
    """
    try:
        with Path(path).open("rb") as file:
            _check_owner(file.fileno(), path)
            content = json.loads(file.read())
        return RuntimeInfo(parse_endpoint(content["endpoint"]), _checked_token(content["token"]))
    except FileNotFoundError as problem:
        raise ClientError("no_daemon", "The GAN Inpaint daemon is not running.", _START) from problem
    except OSError as problem:
        raise ClientError(
            "no_daemon", f"The file {path} cannot be read: {problem.strerror}.", "Check who may read it."
        ) from problem
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise ClientError("no_daemon", f"The file {path} is damaged.", _START) from problem


def parse_endpoint(endpoint: str) -> Address:
    """Return the address of `ipc://PATH` or `tcp://127.0.0.1:PORT`.

    Raises:
        ValueError: any other endpoint, since the client connects to this machine only.
    """
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


def _check_owner(descriptor: int, path: str | os.PathLike[str]) -> None:
    """Refuse another user's file: it could send the picture to another user's program."""
    if os.name == "posix" and os.fstat(descriptor).st_uid != os.geteuid():
        raise ClientError(
            "no_daemon",
            f"The file {path} belongs to another user of this computer.",
            "Set GAN_INPAINT_RUNTIME_DIR to one of your own folders and install the plug-in again.",
        )
