"""Whether a folder is this user's alone: nobody else can enter it, or put another one in its place."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def why_open(directory: Path) -> str:
    """Return a sentence if other users can reach or replace `directory`; empty if they cannot.

    Windows has no such modes; its per-user folders are closed to other users by their access lists.
    """
    if os.name != "posix":
        return ""
    try:
        status = directory.lstat()
        if not stat.S_ISDIR(status.st_mode):
            return f"{directory} is {'a link' if stat.S_ISLNK(status.st_mode) else 'not a folder'}."
        if status.st_uid != os.geteuid():
            return f"The folder {directory} belongs to another user of this computer."
        if status.st_mode & 0o077:
            return f"The folder {directory} is open to other users of this computer."
        for parent in (*directory.parents, *directory.resolve().parents):
            if _replaceable(parent):
                return f"Another user of this computer could replace the folder {directory}: {parent} is not safe."
    except OSError as problem:
        return f"The folder {directory} cannot be used: {problem.strerror}."
    return ""


def advice(directory: Path) -> str:
    """Return what helps where `why_open` has a reason."""
    another = "et GAN_INPAINT_RUNTIME_DIR to a folder of your own."
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or not status.st_mode & 0o077:
        return f"S{another}"
    return f"Run “chmod 700 {directory}”, or s{another}"


def _replaceable(parent: Path) -> bool:
    """Return whether another user than the system's administrator can rename what is in `parent`."""
    status = parent.stat()
    if status.st_uid not in (os.geteuid(), 0):
        return True
    if status.st_mode & stat.S_ISVTX:  # as /tmp: only owners rename
        return False
    others = stat.S_IWOTH if _only_own(status.st_gid) else stat.S_IWOTH | stat.S_IWGRP
    return bool(status.st_mode & others)


def _only_own(group: int) -> bool:
    """Return whether a group is that of the administrator, or this user's own, as some systems make one for each."""
    import grp

    if group == 0:
        return True
    try:
        return group == os.getegid() and not grp.getgrgid(group).gr_mem
    except KeyError:
        return group == os.getegid()
