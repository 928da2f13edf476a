"""Which part of a picture goes to the daemon: the selection and its surroundings."""

from __future__ import annotations

from typing import NamedTuple

LEAST_MARGIN = 64


class Box(NamedTuple):
    """`width` × `height` pixels whose top left one is at (`x`, `y`)."""

    x: int
    y: int
    width: int
    height: int

    def clipped(self, width: int, height: int) -> Box:
        """The part inside a picture of `width` × `height` pixels; 0 wide or high where there is none."""
        left, top = min(max(self.x, 0), width), min(max(self.y, 0), height)
        right = max(left, min(self.x + self.width, width))
        bottom = max(top, min(self.y + self.height, height))
        return Box(left, top, right - left, bottom - top)

    def grown(self, margin: int) -> Box:
        """The box with `margin` pixels more on each side."""
        return Box(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)


def context_window(selection: Box, width: int, height: int) -> Box:
    """What the daemon should see to fill `selection` in a picture of `width` × `height` pixels.

    The selection's part inside the picture, grown by max(64, half its longer side) on each side and clipped; empty
    where the selection lies outside.
    """
    inside = selection.clipped(width, height)
    if not inside.width or not inside.height:
        return inside
    margin = max(LEAST_MARGIN, max(inside.width, inside.height) // 2)
    return inside.grown(margin).clipped(width, height)
