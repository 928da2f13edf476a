"""A Krita on the virtual screen that a test talks to."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import time
from pathlib import Path
from typing import Any

from ..workbench import Screen, Workbench

DRIVER = Path(__file__).with_name("driver")
START_SECONDS = 240.0
CALL_SECONDS = 90.0
PREFERENCES = """\
HideSplash=true
AutoSaveInterval=0

[python]
enable_gan_inpaint=true
enable_gan_inpaint_driver=true

[theme]
Theme=Krita dark.colors
"""
# What Settings → Configure Krita → Keyboard Shortcuts writes.
SHORTCUTS = """\
[Shortcuts]
gan_inpaint_again=Ctrl+Alt+G
"""


class KritaFailed(Exception):
    """An operation inside Krita raised, or what it waits for did not come; the message is its traceback."""


class Krita:
    """A running Krita; `call` runs one of the operations of `driver/gan_inpaint_driver` in it."""

    def __init__(self, workbench: Workbench, screen: Screen) -> None:
        self._workbench = workbench
        self._socket = workbench.path / "krita.sock"
        self.log = workbench.path / "krita.log"
        self._program = screen.start(
            *("krita", "--nosplash"),
            log=self.log.name,
            KRITA_TEST_SOCKET=str(self._socket),
            QT_QPA_PLATFORM="xcb",
            LIBGL_ALWAYS_SOFTWARE="1",
        )
        self._wait_until_ready()

    def call(self, operation: str, **arguments: Any) -> Any:
        """Run an operation and return its result; raise KritaFailed if it raises."""
        return self._exchange(operation, arguments, until=False)

    def until(self, operation: str, **arguments: Any) -> Any:
        """Run an operation until its result is true, and return that."""
        return self._exchange(operation, arguments, until=True)

    def bytes(self, operation: str, **arguments: Any) -> bytes:
        """Run an operation that returns pixels."""
        return base64.b64decode(self.call(operation, **arguments))

    def close_pictures(self) -> None:
        self.until("calm")
        self.call("close_all")

    def ended(self) -> int | None:
        """The status with which Krita has ended; None as long as it runs."""
        return self._program.poll()

    def close(self) -> None:
        self._workbench.stop(self._program)
        self._socket.unlink(missing_ok=True)

    def _exchange(self, operation: str, arguments: dict[str, Any], until: bool) -> Any:
        call = {"operation": operation, "arguments": arguments, "until": until}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(CALL_SECONDS)
            connection.connect(str(self._socket))
            with connection.makefile("rwb") as stream:
                stream.write(json.dumps(call).encode() + b"\n")
                stream.flush()
                answer = json.loads(stream.readline() or b'{"error": "Krita is gone"}')
        if "error" in answer:
            raise KritaFailed(answer["error"])
        return answer["value"]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._socket.exists():
            if self._program.poll() is not None or time.monotonic() > deadline:
                raise KritaFailed(self.log.read_text(errors="replace"))
            time.sleep(0.05)


def resources(workbench: Workbench) -> Path:
    """The user's folder of Krita's resources, with the driver in it, and preferences that load both plug-ins."""
    home = workbench.path / "home"
    folder = home / ".local" / "share" / "krita"
    shutil.copytree(DRIVER, folder / "pykrita", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    (home / ".config").mkdir(exist_ok=True)
    (home / ".config" / "kritarc").write_text(PREFERENCES)
    (home / ".config" / "kritashortcutsrc").write_text(SHORTCUTS)
    return folder
