"""The real daemon for the tests of every folder: a separate process with separate folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from tests.editors import root

from gan_inpaint.server import Config

_SERVE = """
import sys, msgspec
from gan_inpaint.server import Config, serve
serve(msgspec.json.decode(sys.argv[1], type=Config))
"""
_START_SECONDS = 20.0


def pytest_report_header() -> list[str]:
    """Say why the first tests may have to wait: processes that share the tests collect them without a word."""
    missing = [recipe.name for recipe in (root.EDITORS, root.BROWSER) if not root.folder(recipe).is_dir()]
    return [f"tests that need them first install, once: {', '.join(missing)} (a few minutes each)"] if missing else []


@dataclass(frozen=True)
class Daemon:
    """A daemon that runs, or has run."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    endpoint: str
    token: str

    @property
    def runtime_dir(self) -> Path:
        return Path(self.environment["GAN_INPAINT_RUNTIME_DIR"])

    @property
    def runtime_file(self) -> Path:
        return self.runtime_dir / "daemon.json"

    @property
    def log(self) -> str:
        return (Path(self.environment["GAN_INPAINT_LOG_DIR"]) / "daemon.log").read_text("utf-8")


@pytest.fixture
def daemon_environment() -> Iterator[dict[str, str]]:
    """Variables for a daemon that shares nothing with the user's own; the paths are short enough for Unix sockets."""
    root = Path(tempfile.mkdtemp(prefix="gi-"))
    yield {
        **os.environ,
        "GAN_INPAINT_RUNTIME_DIR": str(root / "run"),
        "GAN_INPAINT_LOG_DIR": str(root / "log"),
        "GAN_INPAINT_MODELS_DIR": str(root / "models"),
        "PYTHONPATH": os.pathsep.join(sys.path),  # the daemon imports what the tests import, installed or not
    }
    shutil.rmtree(root)


@pytest.fixture
def start_daemon(daemon_environment: dict[str, str]) -> Iterator[Callable[..., Daemon]]:
    """Start daemons with `start_daemon(config)`; the variables given by name come on top of the environment."""
    started: list[subprocess.Popen[str]] = []

    def start(config: Config | None = None, **variables: str) -> Daemon:
        environment = daemon_environment | variables
        command = [sys.executable, "-c", _SERVE, msgspec.json.encode(config or Config()).decode()]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return _ready(process, environment)

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def daemon(start_daemon: Callable[..., Daemon]) -> Daemon:
    """A daemon as a user starts it."""
    return start_daemon()


def _ready(process: subprocess.Popen[str], environment: dict[str, str]) -> Daemon:
    """Wait for the runtime file that this process writes."""
    file = Path(environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        info = json.loads(file.read_bytes()) if file.exists() else {}
        if info.get("pid") == process.pid:
            return Daemon(process, environment, info["endpoint"], info["token"])
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"the daemon ended with {process.returncode}: {process.communicate()[1]}")
    return pytest.fail("the daemon did not write its runtime file")
