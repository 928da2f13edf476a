"""Start the daemon from inside an editor."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from .errors import ClientError
from .language import _

_FLATPAK_INFO = Path("/.flatpak-info")  # exists inside a Flatpak, and only there
_FLATPAK_SPAWN = "flatpak-spawn"
# AppImages, Flatpaks, Snaps and application bundles set these variables for their own libraries and Python.
_FOREIGN = ("LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "__PYVENV_LAUNCHER__")
_FOREIGN_PREFIXES = ("PYTHON", "DYLD_")
_TAIL_BYTES = 4_000
_TAIL_LINES = 6


class DaemonStart:
    """Run a process that starts the daemon and ends once it answers, as `gan-inpaint serve --detach` does.

    `close`, or the end of the context, ends the process if it still runs, and leaves no zombie.

    Raises:
        ClientError: `cannot_start` if the command cannot be run at all.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`; a pipe could fill up)
        try:
            self._process = subprocess.Popen(
                outside_sandbox(command),
                cwd=Path(sys.executable or os.sep).anchor or os.sep,  # the editor's folder may hold any Python file
                env=clean_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError, IndexError) as problem:
            self._errors.close()
            raise ClientError(
                "cannot_start",
                _("The command that starts the GAN Inpaint daemon cannot be run: {problem}.").format(problem=problem),
                _("Run “gan-inpaint plugin install” for your editor again."),
            ) from problem

    def __enter__(self) -> DaemonStart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def finished(self) -> bool:
        """Return at once whether the daemon is up.

        Raises:
            ClientError: `cannot_start`; the hint holds the last lines that the process wrote.
        """
        status = self._process.poll()
        if status is None:
            return False
        if status != 0:
            raise self._failed(_("The GAN Inpaint daemon could not be started."))
        return True

    def wait(self, seconds: float) -> None:
        """Wait until the daemon is up.

        Raises:
            ClientError: `cannot_start`, also if it takes longer than `seconds`.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, seconds))
        if not self.finished():
            raise self._failed(_("The GAN Inpaint daemon did not start in time."))

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._errors.close()

    def _failed(self, message: str) -> ClientError:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _TAIL_BYTES))
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        hint = "\n".join(lines[-_TAIL_LINES:]) or _("“gan-inpaint doctor” looks for the cause.")
        return ClientError("cannot_start", message, hint)


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` without the variables that an editor sets for its own Python and libraries."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _FOREIGN and not name.startswith(_FOREIGN_PREFIXES)
    }


def outside_sandbox(command: Sequence[str], flatpak_info: Path = _FLATPAK_INFO) -> list[str]:
    """Return the command as it has to be run from here; from inside a Flatpak, on the host."""
    spawn = shutil.which(_FLATPAK_SPAWN) if flatpak_info.exists() else None
    return [spawn, "--host", *command] if spawn else list(command)
