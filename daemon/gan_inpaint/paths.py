"""Where the daemon's files are on each platform, and the environment variables that move them.

None of these functions creates anything.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import platformdirs

from gan_inpaint.errors import CannotStart

APPLICATION = "gan-inpaint"


def runtime_dir() -> Path:
    """Return the folder of socket, lock and runtime file: `$GAN_INPAINT_RUNTIME_DIR`, else the user's own.

    Raises CannotStart if the system gives the user no such folder and another user owns its replacement.
    """
    if configured := _from_environment("GAN_INPAINT_RUNTIME_DIR"):
        return configured
    with warnings.catch_warnings():  # without XDG_RUNTIME_DIR a temporary folder is used; the user need not act
        warnings.simplefilter("ignore")
        try:
            return Path(platformdirs.user_runtime_dir(APPLICATION, appauthor=False))
        except OSError as problem:
            reason = str(problem).partition(";")[0]  # behind it is platformdirs' own advice
            raise CannotStart(
                f"There is no safe folder for the daemon's socket: the {reason}.",
                "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own.",
            ) from problem


def runtime_file() -> Path:
    """Return the file that tells clients where the daemon listens."""
    return runtime_dir() / "daemon.json"


def log_dir() -> Path:
    """Return the folder of the daemon's rotating log: `$GAN_INPAINT_LOG_DIR`, else the user's log folder."""
    return _from_environment("GAN_INPAINT_LOG_DIR") or Path(platformdirs.user_log_dir(APPLICATION, appauthor=False))


def log_file() -> Path:
    """Return the log file that is written now."""
    return log_dir() / "daemon.log"


def models_dir() -> Path:
    """Return the folder of the user's models: `$GAN_INPAINT_MODELS_DIR`, else `models` in the user's data folder."""
    configured = _from_environment("GAN_INPAINT_MODELS_DIR")
    return configured or Path(platformdirs.user_data_dir(APPLICATION, appauthor=False)) / "models"


def _from_environment(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).expanduser().absolute() if value else None
