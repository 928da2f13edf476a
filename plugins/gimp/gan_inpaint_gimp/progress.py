"""What GIMP's progress bar shows while the daemon works."""

from __future__ import annotations

from gan_inpaint_client import Progress
from gan_inpaint_client.batch import numbered
from gan_inpaint_client.stages import STARTING, stage_text

from .bindings import Gimp


def show_start() -> None:
    """Show the progress bar; the daemon may have to be started."""
    Gimp.progress_init(STARTING)


def show_progress(progress: Progress) -> None:
    """Show a step that the daemon reports."""
    _show(progress, stage_text(progress["stage"]))


def show_numbered(number: int, count: int, progress: Progress) -> None:
    """Show a step of the work on the image of that number, of so many."""
    _show(progress, numbered(number, count, stage_text(progress["stage"])))


def _show(progress: Progress, sentence: str) -> None:
    Gimp.progress_set_text(sentence)
    Gimp.progress_update(progress["done"] / max(progress["total"], 1))


def show_end(note: str = "") -> None:
    """Show the changed image, and `note` if the daemon has something to say about the result."""
    Gimp.displays_flush()
    Gimp.progress_end()
    if note:
        Gimp.message(note)
