"""The daemon's log: a rotating file, and standard error if it was started in a terminal."""

from __future__ import annotations

import faulthandler
import logging
import os
import stat
import sys
from io import TextIOWrapper
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
    logging.raiseExceptions = False  # a full disk would fill standard error instead
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
        if file.exists() and not file.is_file():
            raise OSError(0, "it is not a plain file")
        return _Log(file, maxBytes=_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
    except OSError as problem:
        if "GAN_INPAINT_LOG_DIR" not in os.environ:  # a read-only home is no reason not to fill
            return logging.NullHandler()
        raise CannotStart(
            f"The log {file} cannot be written: {problem.strerror}.",
            "Set GAN_INPAINT_LOG_DIR to a folder of your own.",
        ) from problem


class _Log(RotatingFileHandler):
    """A rotating log in which a crash of a library leaves its traceback, too."""

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        faulthandler.enable(stream)
        return stream


def leave_the_starter() -> None:
    """Let go of the temporary file in which `detach` looked for errors of the start: nobody would ever empty it."""
    if os.name != "posix" or sys.stderr is None:
        return
    try:
        status = os.fstat(2)
    except OSError:
        return
    if stat.S_ISREG(status.st_mode) and not status.st_nlink:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
