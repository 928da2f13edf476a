"""Start the daemon as a separate process that outlives the one that starts it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from gan_inpaint import paths
from gan_inpaint.errors import CannotStart
from gan_inpaint.server import runtime_file
from gan_inpaint.server.runtime_file import RuntimeInfo
from gan_inpaint_client import ClientError, connect

_TAIL_BYTES = 2_000
_LOOK_SECONDS = 0.02
_HELLO_SECONDS = 1.0


def detach(timeout: float = 25.0) -> RuntimeInfo:
    """Start `python -m gan_inpaint serve` and return where it listens, once it has answered a `hello`.

    If another daemon runs already, or starts first, that one is returned.

    Raises:
        CannotStart: it has ended, and the hint holds the end of what it wrote or of the log; or it does not answer yet.
    """
    deadline = time.monotonic() + timeout
    if running := _wait_for_the_last(deadline):
        return running
    with _errors_file() as errors:
        process = _spawn(subprocess.DEVNULL if errors is None else errors)
        while time.monotonic() < deadline:
            if running := _answering():
                return running
            if _ended(process, _LOOK_SECONDS) and runtime_file.read() is None:
                break
        if process.poll() is None:
            raise CannotStart(
                f"The daemon does not answer yet, {timeout:.0f} seconds after its start.",
                "Try again in a moment; “gan-inpaint status” shows whether it runs.",
            )
        raise CannotStart("The daemon could not be started.", _tail(errors))


def _wait_for_the_last(deadline: float) -> RuntimeInfo | None:
    """Return the daemon that runs; None if none does, or the one that was stopping has ended. Raises CannotStart."""
    while (info := runtime_file.read()) is not None and (stopping := _welcome(info)) is not None:
        if not stopping:
            return info
        if time.monotonic() > deadline:
            raise CannotStart(
                "The daemon is stopping, and still busy with its last work.",
                "Try again when it has ended; “gan-inpaint stop --now” ends it at once.",
            )
        time.sleep(_LOOK_SECONDS)
    return None


def _spawn(errors: IO[bytes] | int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gan_inpaint", "serve"]
    root = Path(sys.executable).anchor  # so that the daemon keeps no folder from being removed or unmounted
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, creationflags=flags
        )
    return subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes], wait_seconds: float) -> bool:
    try:
        process.wait(wait_seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _answering() -> RuntimeInfo | None:
    """Return the daemon of the runtime file, if it welcomes a client within a second and goes on running."""
    info = runtime_file.read()
    return info if info is not None and _welcome(info) is False else None


def _welcome(info: RuntimeInfo) -> bool | None:
    """Return whether a daemon is stopping; None if it does not answer within a second."""
    if runtime_file.read() != info:
        return None
    try:
        with connect(paths.runtime_file(), timeout=_HELLO_SECONDS) as client:
            return client.stopping
    except ClientError:
        return None


@contextmanager
def _errors_file() -> Iterator[IO[bytes] | None]:
    """Yield a file for what the daemon writes before its log is open; None where there is no room for one."""
    with ExitStack() as stack:
        try:
            file: IO[bytes] | None = stack.enter_context(tempfile.TemporaryFile())
        except OSError:
            file = None
        yield file


def _tail(errors: IO[bytes] | None) -> str:
    """Return the end of what the process wrote to standard error, else of the log."""
    written = b""
    if errors is not None:
        errors.seek(0)
        written = errors.read()
    log = paths.log_file()
    if not written and log.is_file():
        written = log.read_bytes()
    return written[-_TAIL_BYTES:].decode("utf-8", "replace").strip()
