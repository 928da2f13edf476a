"""What GIMP's progress bar says while the daemon works."""

from __future__ import annotations

from gan_inpaint_client import Progress

from .bindings import Gimp

STAGES = {
    "waiting": "Waiting for other work to end…",
    "loading": "Loading the model…",
    "detecting": "Looking for scratches…",
    "filling": "Filling…",
}


def show_progress(progress: Progress) -> None:
    """To be called with each step that the daemon reports."""
    Gimp.progress_set_text(STAGES.get(progress["stage"], ""))
    Gimp.progress_update(progress["done"] / max(progress["total"], 1))


def show_end(note: str) -> None:
    """To be called when the image has been written; `note` is what the daemon wants told, if anything."""
    Gimp.displays_flush()
    Gimp.progress_end()
    if note:
        Gimp.message(note)
