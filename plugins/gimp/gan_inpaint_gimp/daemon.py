"""The connection from this plug-in to the daemon, by the settings that the installer wrote."""

from __future__ import annotations

from pathlib import Path

from gan_inpaint_client import Client, Settings, connect, read_settings

SETTINGS = Path(__file__).parents[1] / "settings.json"


def plugin_settings() -> Settings:
    """Return what the installer wrote; raise ClientError if it is missing or damaged."""
    return read_settings(SETTINGS)


def open_client() -> Client:
    """Connect to the daemon, and start it if it is not running; raise ClientError if that fails."""
    settings = plugin_settings()
    return connect(settings.runtime_file, settings.command)


def new_client() -> Client:
    """Return a client that connects when it is first asked; raise ClientError if the plug-in is not installed well."""
    settings = plugin_settings()
    return Client(settings.runtime_file, settings.command)
