"""The real editors for the tests of this folder: GIMP 3 and Krita in a Debian root, and a daemon that they reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import gan_inpaint_client as client

from . import root
from .workbench import Screen, Workbench

HERE = Path(__file__).parent
PROVISIONED = pytest.StashKey[Path | root.CannotProvision | root.BuildFailed]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the editors' root before the first test, so that its minutes count for no test."""
    if session.config.option.collectonly or not any(HERE in item.path.parents for item in session.items):
        return
    if not root.folder().is_dir() and (reporter := session.config.pluginmanager.get_plugin("terminalreporter")):
        reporter.write_line("installing GIMP and Krita for the editors' tests, once (a few minutes) …")
    try:
        session.config.stash[PROVISIONED] = root.provision()
    except (root.CannotProvision, root.BuildFailed) as reason:
        session.config.stash[PROVISIONED] = reason


@pytest.fixture(scope="session")
def editors_root(pytestconfig: pytest.Config) -> Path:
    """The Debian root with both editors; tests that need it are skipped if this machine cannot have it."""
    provisioned = pytestconfig.stash[PROVISIONED]
    if isinstance(provisioned, root.CannotProvision):
        pytest.skip(f"no real editors here: {provisioned}")
    if isinstance(provisioned, root.BuildFailed):
        raise provisioned
    return provisioned


@pytest.fixture(scope="session")
def workbench(editors_root: Path) -> Iterator[Workbench]:
    """The folder that the editors and the tests share."""
    bench = Workbench(editors_root)
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def screen(workbench: Workbench) -> Screen:
    """A virtual display for editors with windows."""
    return Screen(workbench)


@dataclass(frozen=True)
class EditorDaemon:
    """A running daemon whose runtime file and socket are seen by the editors under the same paths."""

    runtime_file: Path

    def status(self) -> dict[str, Any]:
        """Return the daemon's status."""
        with client.connect(str(self.runtime_file)) as connection:
            return connection.status()


@pytest.fixture(scope="session")
def editor_daemon(workbench: Workbench) -> Iterator[EditorDaemon]:
    """The real daemon, outside the root, for all tests of a session that leave it running."""
    environment = daemon_environment(workbench, "daemon")
    command = [sys.executable, "-m", "gan_inpaint"]
    subprocess.run([*command, "serve", "--detach"], env=environment, check=True)
    yield EditorDaemon(workbench.path / "daemon" / "daemon.json")
    subprocess.run([*command, "stop"], env=environment, check=True)


def daemon_environment(workbench: Workbench, name: str) -> dict[str, str]:
    """Return variables for a separate daemon with folders in the workbench."""
    folder = workbench.folder(name)
    return {
        **os.environ,
        "GAN_INPAINT_RUNTIME_DIR": str(folder),
        "GAN_INPAINT_LOG_DIR": str(folder / "log"),
        "GAN_INPAINT_MODELS_DIR": str(folder / "models"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }


def write_settings(plugin: Path, runtime_file: Path, command: list[str] | None = None) -> None:
    """Point an installed plug-in to a daemon, and to the command that starts one."""
    settings = json.loads((plugin / "settings.json").read_text())
    settings |= {"runtime_file": str(runtime_file), "command": command or ["/nonexistent/gan-inpaint"]}
    (plugin / "settings.json").write_text(json.dumps(settings))
