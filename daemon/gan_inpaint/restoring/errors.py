"""What can be wrong with the restoring of many pictures, beside what can be wrong with one."""

from __future__ import annotations

from gan_inpaint.errors import GanInpaintError


class NoPictures(GanInpaintError):
    """The folders hold no picture."""

    code = "no_pictures"


class FolderInUse(GanInpaintError):
    """Another run writes into the output folder."""

    code = "folder_in_use"


class BadJournal(GanInpaintError):
    """The journal in the output folder, or the list of what is rejected, cannot be understood."""

    code = "bad_journal"


class WorkerDied(GanInpaintError):
    """The process that worked on a picture ended, such as for want of memory, twice."""

    code = "worker_died"


class ClusterProblem(GanInpaintError):
    """The scheduler or its workers cannot be reached or used."""

    code = "no_cluster"


class RunEnded(GanInpaintError):
    """What made one picture fail would make all others fail, too; `code` says what it was."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code
