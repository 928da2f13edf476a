"""The daemon's log: a rotating file, and standard error if it was started in a terminal."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler

from gan_inpaint import paths
from gan_inpaint.errors import CannotStart

_BYTES = 1_000_000
_OLD_FILES = 3


def configure() -> None:
    """Send the package's log to the file and to the terminal, if there is one.

    The level is `$GAN_INPAINT_LOG_LEVEL`, by default INFO.

    Raises:
        CannotStart: the log file cannot be written, or there is no such level.
    """
    log = logging.getLogger("gan_inpaint")
    handlers: list[logging.Handler] = [_file_handler()]
    if sys.stderr is not None and sys.stderr.isatty():  # None under pythonw
        handlers.append(logging.StreamHandler())
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in handlers:
        handler.setFormatter(formatter)
        log.addHandler(handler)
    level = os.environ.get("GAN_INPAINT_LOG_LEVEL", "INFO").upper()
    try:
        log.setLevel(level)
    except ValueError as problem:
        raise CannotStart(
            f"GAN_INPAINT_LOG_LEVEL is “{level}”, which is no level of the log.",
            "Use DEBUG, INFO, WARNING or ERROR.",
        ) from problem


def _file_handler() -> logging.Handler:
    file = paths.log_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(file, maxBytes=_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
    except OSError as problem:
        raise CannotStart(
            f"The log {file} cannot be written: {problem.strerror}.",
            "Set GAN_INPAINT_LOG_DIR to a folder of your own.",
        ) from problem
