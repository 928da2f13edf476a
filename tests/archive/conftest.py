"""The command line as a user runs it, and a real browser for its report."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.editors import root

from .browser import Browser, opened

HERE = Path(__file__).parent
Ended = subprocess.CompletedProcess[str]
PROVISIONED = pytest.StashKey[Path | root.CannotProvision | root.BuildFailed]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the browser's root before the first test, where its minutes count against no test's time."""
    wanted = any("browser" in getattr(item, "fixturenames", ()) for item in session.items)
    if session.config.option.collectonly or not wanted:
        return
    try:
        session.config.stash[PROVISIONED] = root.provision(root.BROWSER)
    except (root.CannotProvision, root.BuildFailed) as reason:
        session.config.stash[PROVISIONED] = reason


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """A real Chromium; tests that need it are skipped where this machine cannot have it."""
    provisioned = pytestconfig.stash[PROVISIONED]
    if isinstance(provisioned, root.CannotProvision):
        pytest.skip(f"no real browser here: {provisioned}")
    if isinstance(provisioned, root.BuildFailed):
        raise provisioned
    with opened(provisioned) as browser:
        yield browser


@pytest.fixture
def restore(daemon_environment: dict[str, str]) -> Callable[..., Ended]:
    """Run `gan-inpaint restore` to its end."""

    def restore(*arguments: object) -> Ended:
        words = [sys.executable, "-m", "gan_inpaint", "restore", *map(str, arguments)]
        return subprocess.run(words, env=daemon_environment, capture_output=True, text=True, timeout=100)

    return restore
