"""The way from this plug-in to the daemon, as the installer wrote it beside the plug-in."""

from __future__ import annotations

from pathlib import Path

from gan_inpaint_client import Client, connect, read_settings

SETTINGS = Path(__file__).parents[1] / "settings.json"


def open_client() -> Client:
    """A client of the daemon, which is started where it is not running; raises ClientError."""
    settings = read_settings(SETTINGS)
    return connect(settings.runtime_file, settings.command)
