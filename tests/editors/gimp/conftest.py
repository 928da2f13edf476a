"""A real GIMP 3 with the plug-in as a user installs it, beside a real daemon."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.detector import product_with, write_detector

from gan_inpaint import installer

from ..conftest import EditorDaemon, write_settings
from ..workbench import Lasting, Screen, Workbench, eventually
from .scan import serving
from .session import MESSAGE, Gimp, profile


@pytest.fixture(scope="session")
def installed_plugin(workbench: Workbench) -> Path:
    """The folder of the plug-in in the user's GIMP folder, made by the installer."""
    folder = profile(workbench) / "plug-ins"
    installer.install("gimp", directory=folder)
    return folder / "gan-inpaint"


@pytest.fixture
def plugin(installed_plugin: Path, editor_daemon: EditorDaemon) -> Path:
    """The plug-in with settings for the daemon; a test may change them."""
    write_settings(installed_plugin, editor_daemon.runtime_file)
    return installed_plugin


@pytest.fixture(scope="session")
def _console(workbench: Workbench, installed_plugin: Path) -> Iterator[Lasting[Gimp]]:
    console = Lasting(lambda: Gimp(workbench), lambda gimp: gimp.call("close_all"))
    yield console
    console.close()


@pytest.fixture
def gimp(request: pytest.FixtureRequest, _console: Lasting[Gimp], plugin: Path) -> Iterator[Gimp]:
    """A GIMP without a window, and without an image."""
    yield from _console.lent(request.node)


@pytest.fixture(scope="session")
def _windowed(workbench: Workbench, screen: Screen, installed_plugin: Path) -> Iterator[Lasting[Gimp]]:
    def tidied(gimp: Gimp) -> None:
        eventually(lambda: not gimp.filling())  # else the plug-in misses its image, and the next test gets the message
        gimp.call("close_all")
        assert not screen.windows(MESSAGE)

    window = Lasting(lambda: Gimp(workbench, screen), tidied)
    yield window
    window.close()


@pytest.fixture
def gimp_window(request: pytest.FixtureRequest, _windowed: Lasting[Gimp], plugin: Path) -> Iterator[Gimp]:
    """A GIMP in a window on the virtual screen, without an image."""
    yield from _windowed.lent(request.node)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a daemon that ships with the tiny detector."""
    folder = tmp_path_factory.mktemp("product")
    return product_with(write_detector(folder / "tiny.onnx"), folder / "product", os.pathsep.join(sys.path))


@pytest.fixture(scope="session")
def finder(workbench: Workbench, product: dict[str, str]) -> Iterator[EditorDaemon]:
    """Such a daemon for all tests that leave it running."""
    with serving(workbench, product, "finder") as daemon:
        yield daemon


@pytest.fixture
def console(gimp: Gimp, plugin: Path, finder: EditorDaemon) -> Gimp:
    """A GIMP without a window, whose plug-in uses that daemon."""
    write_settings(plugin, finder.runtime_file)
    return gimp


@pytest.fixture
def window(gimp_window: Gimp, plugin: Path, finder: EditorDaemon) -> Gimp:
    """The same in a window."""
    write_settings(plugin, finder.runtime_file)
    return gimp_window
