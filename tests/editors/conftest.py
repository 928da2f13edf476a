"""The real editors for the tests of this folder: GIMP 3 and Krita in a Debian root, and a daemon that they reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.published import lama
from tests.site import Site, offered, product_offering, serving

import gan_inpaint_client as client

from . import root
from .workbench import FAILED, Screen, Workbench

HERE = Path(__file__).parent
AGAIN = pytest.mark.flaky(reruns=1)  # a loaded machine can lose an editor a key or a click; `-ra` names what ran twice
PROVISIONED = pytest.StashKey[Path | root.CannotProvision | root.BuildFailed]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in _of_editors(items):
        item.add_marker(AGAIN)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[pytest.TestReport]:
    report = yield
    if call.when != "teardown":
        item.stash[FAILED] = report.failed
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the editors' root before the first test, so that its minutes count for no test."""
    if session.config.option.collectonly or not _of_editors(session.items):
        return
    try:
        session.config.stash[PROVISIONED] = root.provision()
    except (root.CannotProvision, root.BuildFailed) as reason:
        session.config.stash[PROVISIONED] = reason


def _of_editors(items: list[pytest.Item]) -> list[pytest.Item]:
    return [item for item in items if HERE in item.path.parents]


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


@pytest.fixture
def separate(editors_root: Path) -> Iterator[Workbench]:
    """A folder of its own for an editor that one test starts and ends."""
    bench = Workbench(editors_root)
    yield bench
    bench.close()


@pytest.fixture
def german(separate: Workbench) -> Workbench:
    """Such a folder of a user who speaks German."""
    separate.environment["LANGUAGE"] = "de"
    return separate


@dataclass(frozen=True)
class EditorDaemon:
    """A running daemon whose runtime file and socket are seen by the editors under the same paths."""

    runtime_file: Path

    def status(self) -> dict[str, Any]:
        """Return the daemon's status."""
        with client.connect(str(self.runtime_file)) as connection:
            return connection.status()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the daemon in the midst of what it does, as long as the block lasts."""
        daemon = psutil.Process(json.loads(self.runtime_file.read_text())["pid"])
        daemon.suspend()
        try:
            yield
        finally:
            daemon.resume()


@pytest.fixture(scope="session")
def editor_daemon(workbench: Workbench) -> Iterator[EditorDaemon]:
    """The real daemon, outside the root, for all tests of a session that leave it running."""
    environment = daemon_environment(workbench, "daemon")
    command = [sys.executable, "-m", "gan_inpaint"]
    subprocess.run([*command, "serve", "--detach"], env=environment, check=True)
    yield EditorDaemon(workbench.path / "daemon" / "daemon.json")
    subprocess.run([*command, "stop"], env=environment, check=True)


OPENER = """\
[Desktop Entry]
Type=Application
Name=Opener
Exec={program} %u
MimeType=text/html;text/plain;
"""
DEFAULTS = """\
[Default Applications]
text/html=opener.desktop
text/plain=opener.desktop
"""


@pytest.fixture(scope="session")
def opened(workbench: Workbench) -> Callable[[], list[str]]:
    """The files that the editors have let the desktop open, since the last call."""
    kept, program = workbench.path / "opened", workbench.folder("bin") / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {kept}.$$ && mv {kept}.$$ {kept}\n')  # whole, or not there
    program.chmod(0o755)
    applications = workbench.path / "home" / ".local" / "share" / "applications"
    applications.mkdir(parents=True)
    (applications / "opener.desktop").write_text(OPENER.format(program=program))
    (applications / "mimeapps.list").write_text(DEFAULTS)

    def since() -> list[str]:
        lines = kept.read_text().splitlines() if kept.exists() else []
        kept.unlink(missing_ok=True)
        return [line.removeprefix("file://") for line in lines]

    return since


@dataclass
class Offering:
    """A daemon whose catalogue has models of a site on this machine; `plugin` points a plug-in to it."""

    site: Site
    environment: dict[str, str]

    @property
    def runtime_file(self) -> Path:
        return Path(self.environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"

    @property
    def log_file(self) -> Path:
        return Path(self.environment["GAN_INPAINT_LOG_DIR"]) / "daemon.log"

    def installed(self) -> list[str]:
        """What is in the folder of the user's models, half files too."""
        folder = Path(self.environment["GAN_INPAINT_MODELS_DIR"])
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def is_up(self) -> bool:
        """Whether the daemon answers."""
        try:
            client.connect(str(self.runtime_file)).close()
        except client.ClientError:
            return False
        return True


@pytest.fixture
def offering(request: pytest.FixtureRequest, workbench: Workbench, tmp_path: Path) -> Iterator[Offering]:
    """The site gives the first model as the test says (tests/site.py), the second one whole."""
    first = getattr(request, "param", "whole")
    for name, width in (("large.onnx", 12), ("small.onnx", 8)):
        lama(tmp_path / name, blocks=1, width=width)
    with serving({path.name: path.read_bytes() for path in tmp_path.glob("*.onnx")}) as site:
        models = [offered(site, "lama", "large.onnx", first), offered(site, "lama-small", "small.onnx")]
        environment = daemon_environment(workbench, f"offering-{tmp_path.name[-20:]}")
        environment |= product_offering(models, tmp_path / "product", environment["PYTHONPATH"])
        command = [sys.executable, "-m", "gan_inpaint"]
        subprocess.run([*command, "serve", "--detach"], env=environment, check=True)
        offering = Offering(site, environment)
        yield offering
        site.go_on.set()
        if offering.is_up():
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


def write_settings(plugin: Path, runtime_file: Path, command: list[str] | None = None, log: Path | None = None) -> None:
    """Point an installed plug-in to a daemon, to the command that starts one, and to its log."""
    settings = json.loads((plugin / "settings.json").read_text())
    settings |= {"runtime_file": str(runtime_file), "command": command or ["/nonexistent/gan-inpaint"]}
    settings |= {"log_file": str(log or "/nonexistent/daemon.log")}
    (plugin / "settings.json").write_text(json.dumps(settings))
