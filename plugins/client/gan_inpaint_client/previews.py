"""What both editors' fill dialogs show before the fill: first a coarse one, then one in the chosen quality.

A preview is a fill like any other, of which nothing gets into the picture. It is dropped as soon as an option changes.
"""

from __future__ import annotations

from .crop import Box
from .language import _

COARSE = "fast"  # of the qualities of docs/protocol.md
MOST_PIXELS = 1 << 21  # of the selection with its surroundings; more of them take seconds, even coarsely
MOST_SENT = 1 << 24  # pixels of a crop; a sampling area far away is in it
SIDE = 360  # pixels of the longer side of the preview
STILL_MILLISECONDS = 60  # that the options stand still before they are previewed

TOO_LARGE = _("There is no preview of a selection as large as this one.")
SPLIT_DESCRIPTION = _("Left of the slider is the picture, right of it the fill")
REFINING = _("A coarse preview. The chosen quality follows…")
DONE = _("This is the fill. Move the slider to see the picture before it.")


def qualities(wanted: str) -> list[str]:
    """Return the qualities in which a fill is previewed, one after the other."""
    return [COARSE] if wanted == COARSE else [COARSE, wanted]


def sentence(left: list[str]) -> str:
    """Return what stands below a preview while these qualities are still to come."""
    return REFINING if left else DONE


def is_too_large(area: Box) -> bool:
    """Return whether a selection with its surroundings is too large for a preview."""
    return area.width * area.height > MOST_PIXELS


def split_columns(width: int, share: float) -> int:
    """Return how many of the columns of a preview show the picture before the fill, for a slider at 0 to 1."""
    return round(min(max(share, 0.0), 1.0) * width)
