"""What both editors say while the daemon works."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .job import Progress

STARTING = "Starting GAN Inpaint…"

_STAGES = {
    "sending": "Sending the picture…",
    "waiting": "Waiting for other work to end…",
    "loading": "Loading the model…",
    "detecting": "Looking for damage…",
    "filling": "Filling…",
}


def stage_text(stage: str) -> str:
    """Return the sentence for a stage of docs/protocol.md; empty for a stage of a newer daemon."""
    return _STAGES.get(stage, "")


def percent_text(progress: Progress) -> str:
    """Return the sentence for a stage, with the percentage where it is known."""
    total = progress["total"]
    share = f" {100 * progress['done'] // total} %" if total else ""
    return stage_text(progress["stage"]) + share
