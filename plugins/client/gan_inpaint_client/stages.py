"""What both editors say while the daemon works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .language import _, percent

if TYPE_CHECKING:
    from .job import Progress

STARTING = _("Starting GAN Inpaint…")

_STAGES = {
    "sending": _("Sending the picture…"),
    "waiting": _("Waiting for other work to end…"),
    "loading": _("Loading the model…"),
    "detecting": _("Looking for damage…"),
    "filling": _("Filling…"),
    "downloading": _("Downloading…"),
    "checking": _("Checking the model…"),
}


def stage_text(stage: str) -> str:
    """Return the sentence for a stage of docs/protocol.md; empty for a stage of a newer daemon."""
    return _STAGES.get(stage, "")


def percent_text(progress: Progress) -> str:
    """Return the sentence for a stage, with the percentage where it is known."""
    stage, total = stage_text(progress["stage"]), progress["total"]
    return f"{stage} {percent(progress['done'] / total)}" if total else stage
