"""Every error that the product raises on purpose.

    GanInpaintError
    ├── BadRequest           bad_request        a message that does not follow the protocol
    │   └── ProtocolMismatch protocol_mismatch
    ├── TooLarge             too_large
    ├── EmptyMask            empty_mask
    ├── MaskCoversAll        mask_covers_all
    ├── MaskSizeMismatch     mask_size
    ├── UnsupportedImage     unsupported_image  CMYK, indexed, …
    ├── UnreadableImage      unreadable_image   missing, truncated, foreign
    ├── CannotWrite          cannot_write       exists, read-only, disk full
    ├── EditorNotFound       editor_not_found   no GIMP 3, no Krita
    ├── UnknownModel         unknown_model
    │   └── NoDetector       no_detector        the one that ships is missing
    ├── BadModel             bad_model          damaged, foreign, wrong SHA-256
    ├── NothingFound         nothing_found      no damage in the picture
    ├── TooMuchSelected      too_much_selected  so much that it can be no damage
    ├── HeatmapGone          heatmap_gone       a damage map that is no longer kept
    ├── Busy                 busy
    ├── Cancelled            cancelled
    ├── Stopping             stopping
    ├── OutOfMemory          out_of_memory
    └── DaemonProblem        no_daemon, cannot_start, already_running, …

Each carries a `code` for programs, a `message` (one sentence that a photographer understands) and a `hint` (what to do
about it, possibly empty).
"""

from __future__ import annotations


class GanInpaintError(Exception):
    """Base of the tree; never raised itself."""

    code = "internal"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadRequest(GanInpaintError):
    code = "bad_request"


class ProtocolMismatch(BadRequest):
    code = "protocol_mismatch"


class TooLarge(GanInpaintError):
    code = "too_large"


class EmptyMask(GanInpaintError):
    code = "empty_mask"


class MaskCoversAll(GanInpaintError):
    code = "mask_covers_all"


class MaskSizeMismatch(GanInpaintError):
    code = "mask_size"


class UnsupportedImage(GanInpaintError):
    code = "unsupported_image"


class UnreadableImage(GanInpaintError):
    code = "unreadable_image"


class CannotWrite(GanInpaintError):
    code = "cannot_write"


class EditorNotFound(GanInpaintError):
    code = "editor_not_found"


class UnknownModel(GanInpaintError):
    code = "unknown_model"


class NoDetector(UnknownModel):
    code = "no_detector"


class BadModel(GanInpaintError):
    code = "bad_model"


class NothingFound(GanInpaintError):
    code = "nothing_found"


class TooMuchSelected(GanInpaintError):
    code = "too_much_selected"


class HeatmapGone(GanInpaintError):
    code = "heatmap_gone"


class Busy(GanInpaintError):
    code = "busy"


class Cancelled(GanInpaintError):
    code = "cancelled"


class Stopping(GanInpaintError):
    code = "stopping"


class OutOfMemory(GanInpaintError):
    code = "out_of_memory"


class DaemonProblem(GanInpaintError):
    """The daemon cannot be reached, started or stopped; `code` says which."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
