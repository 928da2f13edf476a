"""What the installer wrote beside the plug-in: how to find the daemon, and how to start it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from .errors import ClientError
from .language import _


class Settings(NamedTuple):
    """`command` starts the daemon; `runtime_file` says where it listens; `version` is the plug-in's.

    `log_file` is the daemon's; empty where an earlier installer did not write it.
    """

    command: list[str]
    runtime_file: str
    version: str
    log_file: str = ""


def read_settings(path: str | os.PathLike[str]) -> Settings:
    """Read a plug-in's `settings.json`.

    Raises:
        ClientError: `no_daemon` if it is missing or damaged.
    """
    try:
        content = json.loads(Path(path).read_bytes())
        settings = Settings(
            content["command"], content["runtime_file"], content["version"], content.get("log_file", "")
        )
        if not settings.command or not all(isinstance(text, str) for text in (*settings.command, *settings[1:])):
            raise ValueError("not settings")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise ClientError(
            "no_daemon",
            _("The plug-in is not installed completely."),
            _("Run “gan-inpaint plugin install” for your editor again, then restart it."),
        ) from problem
    return settings
