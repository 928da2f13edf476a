"""What GIMP's progress bar shows while the daemon works."""

from __future__ import annotations

from gan_inpaint_client import Progress
from gan_inpaint_client.stages import STARTING, stage_text

from .bindings import Gimp


def show_start() -> None:
    """Show the progress bar; the daemon may have to be started."""
    Gimp.progress_init(STARTING)


def show_progress(progress: Progress) -> None:
    """Show a step that the daemon reports."""
    Gimp.progress_set_text(stage_text(progress["stage"]))
    Gimp.progress_update(progress["done"] / max(progress["total"], 1))


def show_end(note: str = "") -> None:
    """Show the changed image, and `note` if the daemon has something to say about the result."""
    Gimp.displays_flush()
    Gimp.progress_end()
    if note:
        Gimp.message(note)
