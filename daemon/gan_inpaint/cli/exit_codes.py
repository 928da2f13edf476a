"""The exit codes that docs/command-line.md promises, by the code of the error."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    DEFECT = 1  # also: `doctor` found something wrong
    USAGE = 2
    BAD_INPUT = 3
    CANNOT_WRITE = 4
    MODEL = 5
    DAEMON = 6
    CANCELLED = 7
    SOME_FAILED = 8  # of many pictures; the others are done
    INTERRUPTED = 130  # Ctrl+C, as shells count it
    TERMINATED = 143  # SIGTERM


_BY_ERROR = {
    "bad_request": Exit.USAGE,
    "bad_journal": Exit.BAD_INPUT,
    "empty_mask": Exit.BAD_INPUT,
    "mask_covers_all": Exit.BAD_INPUT,
    "mask_size": Exit.BAD_INPUT,
    "no_pictures": Exit.BAD_INPUT,
    "nothing_found": Exit.BAD_INPUT,
    "out_of_memory": Exit.BAD_INPUT,
    "too_large": Exit.BAD_INPUT,
    "too_much_selected": Exit.BAD_INPUT,
    "unreadable_image": Exit.BAD_INPUT,
    "unsupported_image": Exit.BAD_INPUT,
    "cannot_write": Exit.CANNOT_WRITE,
    "editor_not_found": Exit.CANNOT_WRITE,
    "folder_in_use": Exit.CANNOT_WRITE,
    "bad_model": Exit.MODEL,
    "export_failed": Exit.MODEL,
    "missing_extra": Exit.MODEL,
    "no_detector": Exit.MODEL,
    "training_failed": Exit.MODEL,
    "unknown_model": Exit.MODEL,
    "already_running": Exit.DAEMON,
    "bad_reply": Exit.DAEMON,
    "busy": Exit.DAEMON,
    "cannot_start": Exit.DAEMON,
    "connection_lost": Exit.DAEMON,
    "heatmap_gone": Exit.DAEMON,
    "no_cluster": Exit.DAEMON,
    "no_daemon": Exit.DAEMON,
    "protocol_mismatch": Exit.DAEMON,
    "stopping": Exit.DAEMON,
    "timeout": Exit.DAEMON,
    "unauthorized": Exit.DAEMON,
    "cancelled": Exit.CANCELLED,
    "worker_died": Exit.SOME_FAILED,
}


def exit_code(error_code: str) -> Exit:
    """The exit code for an error; a code that nobody has assigned is a defect."""
    return _BY_ERROR.get(error_code, Exit.DEFECT)
