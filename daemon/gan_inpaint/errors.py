"""Every error that the product raises on purpose, and the exit code with which it ends a command.

    GanInpaintError             internal             1
    ├── BadRequest              bad_request          2  a message or an argument that cannot be understood
    │   └── ProtocolMismatch    protocol_mismatch    6
    ├── InputProblem                                 3  the photograph, the mask or a list cannot be used
    │   ├── TooLarge            too_large
    │   ├── EmptyMask           empty_mask
    │   ├── MaskCoversAll       mask_covers_all
    │   ├── NoSource            no_source               nothing that may be used is left around the hole
    │   ├── MaskSizeMismatch    mask_size
    │   ├── AmbiguousMask       ambiguous_mask          several could be meant, or one for several pictures
    │   ├── UnsupportedImage    unsupported_image       CMYK, indexed, …
    │   ├── UnreadableImage     unreadable_image        missing, truncated, foreign
    │   ├── NothingFound        nothing_found           no damage in the picture
    │   ├── NoLine              no_line                 nothing stands out along a line
    │   ├── TooMuchSelected     too_much_selected       more than can be damage
    │   ├── NoPictures          no_pictures             the folders hold none
    │   ├── BadReceipt          bad_receipt             a file that should say how something was filled
    │   ├── BadJournal          bad_journal             an output folder's journal, or a list of rejected results
    │   └── OutOfMemory         out_of_memory
    ├── OutputProblem                                4  the result, a model or a plug-in cannot be written
    │   ├── CannotWrite         cannot_write            exists, read-only, disk full
    │   │   └── NoSpace         no_space                known before anything was written
    │   ├── FolderInUse         folder_in_use           another run writes there
    │   └── EditorNotFound      editor_not_found        no GIMP 3, no Krita
    ├── ModelProblem                                 5  a model cannot be used, trained or exported
    │   ├── UnknownModel        unknown_model
    │   │   └── NoDetector      no_detector             the one that ships is missing
    │   ├── BadModel            bad_model               damaged, foreign
    │   │   ├── AnotherFile     another_file            wrong SHA-256 or size
    │   │   └── NoDownload      no_download             a site does not give it
    │   ├── TrainingFailed      training_failed
    │   ├── ExportFailed        export_failed
    │   └── MissingExtra        missing_extra           packages of an extra are not installed
    ├── DaemonProblem                                6  the daemon or a cluster cannot be reached, started or used
    │   ├── NoDaemon            no_daemon
    │   ├── CannotStart         cannot_start
    │   ├── AlreadyRunning      already_running
    │   ├── Unauthorized        unauthorized
    │   ├── TimedOut            timeout
    │   ├── ConnectionLost      connection_lost
    │   ├── BadReply            bad_reply
    │   ├── Busy                busy
    │   ├── Stopping            stopping
    │   ├── DamageMapGone       heatmap_gone            a damage map that is no longer kept
    │   └── ClusterProblem      no_cluster              its scheduler or its workers
    ├── Cancelled               cancelled            7
    └── WorkerDied              worker_died          8  the process that worked on a picture ended, twice

Each has a `code` for programs, an `exit` code, a `message` (one sentence that a photographer understands) and a `hint`
(what to do about it; may be empty). The classes without a code are groups and are never raised.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ends; docs/command-line.md says what each code means."""

    OK = 0
    DEFECT = 1  # also: `doctor` found something wrong
    USAGE = 2
    INPUT = 3
    OUTPUT = 4
    MODEL = 5
    DAEMON = 6
    CANCELLED = 7
    SOME_FAILED = 8  # of many pictures; the others are done
    INTERRUPTED = 130  # Ctrl+C, as shells count it
    TERMINATED = 143  # SIGTERM


class GanInpaintError(Exception):
    """Root of the tree; raised itself only for a defect of the product."""

    code = "internal"
    exit = Exit.DEFECT

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadRequest(GanInpaintError):
    code = "bad_request"
    exit = Exit.USAGE


class ProtocolMismatch(BadRequest):
    code = "protocol_mismatch"
    exit = Exit.DAEMON


class InputProblem(GanInpaintError):
    exit = Exit.INPUT


class TooLarge(InputProblem):
    code = "too_large"


class EmptyMask(InputProblem):
    code = "empty_mask"


class MaskCoversAll(InputProblem):
    code = "mask_covers_all"


class NoSource(InputProblem):
    code = "no_source"


class MaskSizeMismatch(InputProblem):
    code = "mask_size"


class AmbiguousMask(InputProblem):
    code = "ambiguous_mask"


class UnsupportedImage(InputProblem):
    code = "unsupported_image"


class UnreadableImage(InputProblem):
    code = "unreadable_image"


class NothingFound(InputProblem):
    code = "nothing_found"


class NoLine(InputProblem):
    code = "no_line"


class TooMuchSelected(InputProblem):
    code = "too_much_selected"


class NoPictures(InputProblem):
    code = "no_pictures"


class BadReceipt(InputProblem):
    code = "bad_receipt"


class BadJournal(InputProblem):
    code = "bad_journal"


class OutOfMemory(InputProblem):
    code = "out_of_memory"


class OutputProblem(GanInpaintError):
    exit = Exit.OUTPUT


class CannotWrite(OutputProblem):
    code = "cannot_write"


class NoSpace(CannotWrite):
    code = "no_space"


class FolderInUse(OutputProblem):
    code = "folder_in_use"


class EditorNotFound(OutputProblem):
    code = "editor_not_found"


class ModelProblem(GanInpaintError):
    exit = Exit.MODEL


class UnknownModel(ModelProblem):
    code = "unknown_model"


class NoDetector(UnknownModel):
    code = "no_detector"


class BadModel(ModelProblem):
    code = "bad_model"


class AnotherFile(BadModel):
    code = "another_file"


class NoDownload(BadModel):
    code = "no_download"


class TrainingFailed(ModelProblem):
    code = "training_failed"


class ExportFailed(ModelProblem):
    code = "export_failed"


class MissingExtra(ModelProblem):
    code = "missing_extra"


class DaemonProblem(GanInpaintError):
    exit = Exit.DAEMON


class NoDaemon(DaemonProblem):
    code = "no_daemon"


class CannotStart(DaemonProblem):
    code = "cannot_start"


class AlreadyRunning(DaemonProblem):
    code = "already_running"


class Unauthorized(DaemonProblem):
    code = "unauthorized"


class TimedOut(DaemonProblem):
    code = "timeout"


class ConnectionLost(DaemonProblem):
    code = "connection_lost"


class BadReply(DaemonProblem):
    code = "bad_reply"


class Busy(DaemonProblem):
    code = "busy"


class Stopping(DaemonProblem):
    code = "stopping"


class DamageMapGone(DaemonProblem):
    code = "heatmap_gone"


class ClusterProblem(DaemonProblem):
    code = "no_cluster"


class Cancelled(GanInpaintError):
    code = "cancelled"
    exit = Exit.CANCELLED


class WorkerDied(GanInpaintError):
    code = "worker_died"
    exit = Exit.SOME_FAILED


KINDS: dict[str, type[GanInpaintError]] = {
    kind.code: kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, GanInpaintError) and "code" in vars(kind)
}
"""Every error that can be raised, by its code."""


def error_of(code: str, message: str, hint: str = "") -> GanInpaintError:
    """Return the error of that code, as another process reported it; a code that is not known here stays as it is."""
    error = KINDS.get(code, GanInpaintError)(message, hint)
    error.code = code
    return error
