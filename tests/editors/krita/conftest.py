"""A real Krita with the plug-in as a user installs it, beside a real daemon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gan_inpaint import installer

from ..conftest import EditorDaemon, write_settings
from ..workbench import Lasting, Screen, Workbench
from .session import Krita, resources


@pytest.fixture(scope="session")
def installed_plugin(workbench: Workbench) -> Path:
    """The folder of the plug-in in the user's Krita folder, made by the installer."""
    folder = resources(workbench)
    installer.install("krita", directory=folder)
    return folder / "pykrita" / "gan_inpaint"


@pytest.fixture
def plugin(installed_plugin: Path, editor_daemon: EditorDaemon) -> Path:
    """The plug-in with settings for the daemon; a test may change them."""
    write_settings(installed_plugin, editor_daemon.runtime_file)
    return installed_plugin


@pytest.fixture(scope="session")
def _window(workbench: Workbench, screen: Screen, installed_plugin: Path) -> Iterator[Lasting[Krita]]:
    window = Lasting(lambda: Krita(workbench, screen), tidied)
    yield window
    window.close()


@pytest.fixture
def krita(request: pytest.FixtureRequest, _window: Lasting[Krita], plugin: Path) -> Iterator[Krita]:
    """A Krita in a window on the virtual screen, without a picture; no exception may leave a slot of the plug-in."""
    yield from _window.lent(request.node)


def tidied(krita: Krita) -> None:
    krita.close_pictures()
    krita.call("messages")  # the next test shall not see them
    assert krita.call("defects") == []
