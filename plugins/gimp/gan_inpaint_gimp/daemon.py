"""The connection from this plug-in to the daemon, by the settings that the installer wrote."""

from __future__ import annotations

from pathlib import Path

from gan_inpaint_client import Client, connect, read_settings

SETTINGS = Path(__file__).parents[1] / "settings.json"


def open_client() -> Client:
    """Connect to the daemon, and start it if it is not running; raise ClientError if that fails."""
    settings = read_settings(SETTINGS)
    return connect(settings.runtime_file, settings.command)
