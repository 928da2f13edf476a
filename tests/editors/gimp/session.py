"""A GIMP that a test talks to: without a window, or in one on a virtual screen."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from ..workbench import Screen, Workbench, eventually

INSIDE = Path(__file__).with_name("inside.py")
BESIDE = Path(__file__).with_name("unfillable.py")
PLUGIN = "gan-inpaint.py"
MESSAGE = "GIMP Message"
START_SECONDS = 180.0
PREFERENCES = """\
(config-version "{version}")
(show-welcome-dialog no)
(check-updates no)
"""
WITHOUT_DOCKS = """\
(restore-session no)
(save-session-info no)
"""


class GimpFailed(Exception):
    """An operation inside GIMP raised; the message is its traceback."""


class Gimp:
    """A running GIMP; `call` runs one of the operations of `inside.py` in it."""

    def __init__(self, workbench: Workbench, screen: Screen | None = None, *pictures: Path) -> None:
        self._workbench = workbench
        name = "gimp-window" if screen else "gimp-console"
        self._socket = workbench.path / f"{name}.sock"
        self.log = workbench.path / f"{name}.log"
        script = shutil.copy(INSIDE, workbench.path)
        shutil.copy(BESIDE, workbench.path)
        arguments = (
            *("--new-instance", "--no-splash", "--no-shm"),
            *("--batch-interpreter", "python-fu-eval", "--batch", f"exec(open('{script}').read())", "--quit"),
        )
        variables = {"GIMP_TEST_SOCKET": str(self._socket)}
        if screen:
            self._program = screen.start("gimp", *arguments, *pictures, log=self.log.name, **variables)
        else:
            headless = ("--no-interface", "--no-data", *arguments)
            self._program = workbench.start("gimp-console", *headless, log=self.log.name, environment=variables)
        eventually(self._is_ready, START_SECONDS)

    def call(self, operation: str, **arguments: Any) -> Any:
        """Run an operation and return its result; raise GimpFailed if it raises."""
        answer = json.loads(self._exchange(json.dumps({"operation": operation, "arguments": arguments})))
        if "error" in answer:
            raise GimpFailed(answer["error"])
        return answer["value"]

    def bytes(self, operation: str, **arguments: Any) -> bytes:
        """Run an operation that returns pixels."""
        return base64.b64decode(self.call(operation, **arguments))

    def filling(self) -> bool:
        """Return whether the plug-in works, or waits for its dialog."""
        programs = psutil.process_iter(["ppid", "cmdline"])
        return any(
            program.info["ppid"] == self._program.pid and any(PLUGIN in part for part in program.info["cmdline"] or ())
            for program in programs
        )

    def ended(self) -> int | None:
        """The status with which GIMP has ended; None as long as it runs."""
        return self._program.poll()

    def close(self) -> None:
        self._workbench.stop(self._program)
        self._socket.unlink(missing_ok=True)

    def _exchange(self, line: str) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(START_SECONDS)
            connection.connect(str(self._socket))
            with connection.makefile("rwb") as stream:
                stream.write(line.encode() + b"\n")
                stream.flush()
                return stream.readline()

    def _is_ready(self) -> bool:
        if self._program.poll() is not None:
            raise GimpFailed(self.log.read_text(errors="replace"))
        return self._socket.exists()


def dismiss_message(screen: Screen) -> None:
    """Wait for a message of GIMP, and close it; a key can get lost while its window moves to the front."""
    eventually(lambda: screen.windows(MESSAGE))

    def closes() -> bool:
        with suppress(subprocess.CalledProcessError):  # it has vanished before the key came
            screen.press("Return", window=MESSAGE)
        return not screen.windows(MESSAGE)

    eventually(closes)


def profile(workbench: Workbench, docks: bool = False) -> Path:
    """The user's GIMP folder, with preferences that keep first-run dialogs away."""
    version = workbench.run("gimp-console", "--version").split()[-1]
    folder = workbench.path / "home" / ".config" / "GIMP" / ".".join(version.split(".")[:2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gimprc").write_text(PREFERENCES.format(version=version) + ("" if docks else WITHOUT_DOCKS))
    return folder
