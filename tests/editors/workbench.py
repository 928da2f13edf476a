"""A folder that has the same name inside the editors' root and outside it, and programs that run inside.

Files in the folder (pictures, scripts, the daemon's socket) have one path on both sides, so an `ipc://…`
endpoint that the daemon writes on the host leads an editor in the chroot to it.
"""

from __future__ import annotations

import inspect
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import psutil
import pytest

T = TypeVar("T")
E = TypeVar("E", bound="Editor")

FAILED = pytest.StashKey[bool]()
"""Whether a test has failed, in its setup or itself."""
SHARED = Path("/tmp")  # short: the path of a Unix socket has at most 107 bytes


class Workbench:
    """A temporary folder seen by both sides as `path`, removed by `close` with every program that was started."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._inside = Path(tempfile.mkdtemp(prefix="gi-", dir=root / "tmp"))
        self.path = SHARED / self._inside.name
        self.path.symlink_to(self._inside)
        self._programs: list[subprocess.Popen[str]] = []
        self.environment = {
            "PATH": f"{self.folder('bin')}:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder("home")),
            "XDG_RUNTIME_DIR": str(self.folder("run")),
            "TMPDIR": str(self.folder("tmp")),
            "NO_AT_BRIDGE": "1",
            "GSETTINGS_BACKEND": "memory",
        }

    def folder(self, name: str) -> Path:
        """A folder of this name in the workbench, private to the user."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def run(self, *command: str | Path, environment: Mapping[str, str] | None = None, timeout: float = 60) -> str:
        """Run a program inside to its end; return what it prints, raise CalledProcessError if it fails."""
        return subprocess.run(
            self._inside_command(command, environment), check=True, text=True, capture_output=True, timeout=timeout
        ).stdout

    def start(
        self, *command: str | Path, log: str, environment: Mapping[str, str] | None = None, stdout: int | None = None
    ) -> subprocess.Popen[str]:
        """Start a program inside, in a new process group; its output goes to the file `log`."""
        with (self.path / log).open("a") as output:
            program = subprocess.Popen(
                self._inside_command(command, environment),
                stdin=subprocess.DEVNULL,
                stdout=output if stdout is None else stdout,
                stderr=output,
                text=True,
                start_new_session=True,
            )
        self._programs.append(program)
        return program

    def stop(self, program: subprocess.Popen[str]) -> None:
        """End a program that `start` returned, and all that it started itself."""
        for ending in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(program.pid, ending)
                program.wait(timeout=5)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        program.wait()
        self._programs.remove(program)

    def running(self) -> list[str]:
        """The command lines of the programs, of whatever parent, that name the folder."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = " ".join(process.info["cmdline"] or ())
            if str(self.path) in line:
                found.append(line)
        return found

    def close(self) -> None:
        for program in reversed(list(self._programs)):
            self.stop(program)
        self.path.unlink()
        shutil.rmtree(self._inside)

    def _inside_command(self, command: tuple[str | Path, ...], environment: Mapping[str, str] | None) -> list[str]:
        variables = {**self.environment, **(environment or {})}
        settings = [f"{name}={value}" for name, value in variables.items()]
        return ["chroot", str(self.root), "env", "-i", *settings, *map(str, command)]


class Screen:
    """A virtual display with a window manager, inside the root, for editors that open windows."""

    SIZE = (1280, 900)
    FRAME = (2, 24)  # what the window manager draws around a window

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        geometry = "{}x{}x24".format(*self.SIZE)
        server = workbench.start(
            *("Xvfb", "-displayfd", "1", "-screen", "0", geometry, "-nolisten", "tcp", "-noreset"),
            log="xvfb.log",
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        self.environment = {"DISPLAY": f":{int(server.stdout.readline())}"}
        self.start("openbox", log="openbox.log")

    def start(self, *command: str | Path, log: str, **environment: str) -> subprocess.Popen[str]:
        """Start a program inside the root that shows its windows here."""
        return self.workbench.start(*command, log=log, environment={**self.environment, **environment})

    def windows(self, title: str) -> list[str]:
        """Return X's numbers of the visible windows whose title matches a regular expression."""
        while True:
            try:
                return self._xdotool("search", "--onlyvisible", "--name", title).splitlines()
            except subprocess.CalledProcessError as problem:
                if not problem.stderr:
                    return []
                # else a window vanished while xdotool looked through them all

    def press(self, *keys: str, window: str) -> None:
        """Press keys such as `ctrl+z` in the window whose title matches."""
        self._xdotool("windowactivate", "--sync", self._window(window), "key", "--clearmodifiers", *keys)

    def maximize(self, window: str) -> None:
        """Let the window whose title matches fill the screen, however often it resizes itself meanwhile."""
        width, height = (str(side - frame) for side, frame in zip(self.SIZE, self.FRAME, strict=True))

        def fills_the_screen() -> bool:
            number = self._window(window)
            self._xdotool("windowmove", number, "0", "0", "windowsize", number, width, height)
            return self._shape(number) == {"WIDTH": int(width), "HEIGHT": int(height)}

        eventually(fills_the_screen)
        self._xdotool("mousemove", *(str(side - 1) for side in self.SIZE))  # let the pointer rest in a corner

    def click(self, x: int, y: int, window: str) -> None:
        """Click in the window whose title matches; negative numbers count from its lower right corner."""
        number = self._window(window)
        self._xdotool("windowactivate", "--sync", number)
        shape = self._shape(number)
        self._xdotool("mousemove", "--window", number, str(x % shape["WIDTH"]), str(y % shape["HEIGHT"]), "click", "1")

    def screenshot(self, name: str) -> Path:
        """Write what is seen as a PNG in the workbench."""
        path = self.workbench.path / name
        self.workbench.run("import", "-window", "root", path, environment=self.environment)
        return path

    def _shape(self, number: str) -> dict[str, int]:
        """A window's WIDTH and HEIGHT."""
        lines = self._xdotool("getwindowgeometry", "--shell", number).splitlines()
        return {name: int(value) for name, value in (line.split("=") for line in lines) if name in ("WIDTH", "HEIGHT")}

    def _window(self, title: str) -> str:
        return eventually(lambda: self.windows(title))[0]

    def _xdotool(self, *arguments: str) -> str:
        return self.workbench.run("xdotool", *arguments, environment=self.environment)


class Editor(Protocol):
    """A running editor."""

    def close(self) -> None:
        """End it."""


class Lasting(Generic[E]):
    """An editor that tests share until one of them fails, so that no failure causes the next one."""

    def __init__(self, start: Callable[[], E], tidy: Callable[[E], None]) -> None:
        """Share the editor that `start` starts; after each test `tidy` closes its pictures."""
        self._start, self._tidy = start, tidy
        self._editor: E | None = None

    def lent(self, item: pytest.Item) -> Iterator[E]:
        """Yield the editor to one test."""
        editor = self._editor = self._editor or self._start()
        yield editor
        if item.stash[FAILED]:
            return self.close()
        try:
            self._tidy(editor)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._editor is not None:
            self._editor.close()
            self._editor = None


def eventually(condition: Callable[[], T], seconds: float = 90.0) -> T:
    """Ask until the answer is true, and return it; fail if it stays false."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {inspect.getsource(condition).strip()}")
        time.sleep(0.05)
    return answer
