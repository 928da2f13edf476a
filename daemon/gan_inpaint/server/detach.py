"""Start the daemon as a separate process that outlives the one that starts it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

import zmq

from gan_inpaint import paths
from gan_inpaint.errors import BadRequest, CannotStart
from gan_inpaint.protocol import USERNAME, Hello, Welcome, decode_reply, encode
from gan_inpaint.server import runtime_file
from gan_inpaint.server.runtime_file import RuntimeInfo

_TAIL_BYTES = 2_000
_LOOK_SECONDS = 0.02
_HELLO_MS = 1_000


def detach(timeout: float = 10.0) -> RuntimeInfo:
    """Start `python -m gan_inpaint serve` and return where it listens, once it has answered a `hello`.

    If another daemon runs already, or starts first, that one is returned.

    Raises:
        CannotStart: the hint holds the end of what the process wrote, or of the log.
    """
    if running := _answering():
        return running
    deadline = time.monotonic() + timeout
    with tempfile.TemporaryFile() as errors:
        process = _spawn(errors)
        while time.monotonic() < deadline:
            if running := _answering():
                return running
            if _ended(process, _LOOK_SECONDS) and runtime_file.read() is None:
                break
        raise CannotStart("The daemon could not be started.", _tail(errors))


def _spawn(errors: IO[bytes]) -> subprocess.Popen[bytes]:
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
    """Return the daemon of the runtime file, if it welcomes a client within a second."""
    info = runtime_file.read()
    return info if info is not None and _welcomes(info) else None


def _welcomes(info: RuntimeInfo) -> bool:
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.plain_username = USERNAME.encode()
        dealer.plain_password = info.token.encode()
        dealer.connect(info.endpoint)
        dealer.send(encode(Hello(id="detach", client="gan-inpaint serve")))
        if not dealer.poll(_HELLO_MS):
            return False
        try:
            return isinstance(decode_reply(dealer.recv()), Welcome)
        except BadRequest:
            return False


def _tail(errors: IO[bytes]) -> str:
    """Return the end of what the process wrote to standard error, else of the log."""
    errors.seek(0)
    written = errors.read()
    log = paths.log_file()
    if not written and log.exists():
        written = log.read_bytes()
    return written[-_TAIL_BYTES:].decode("utf-8", "replace").strip()
