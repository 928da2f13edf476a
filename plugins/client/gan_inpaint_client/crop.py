"""Which part of a picture goes to the daemon: the selection and a context ring around it."""

from __future__ import annotations

from typing import NamedTuple

LEAST_MARGIN = 64  # pixels


class Box(NamedTuple):
    """`width` × `height` pixels, of which (`x`, `y`) is the top left one."""

    x: int
    y: int
    width: int
    height: int

    def clipped(self, width: int, height: int) -> Box:
        """Return the part inside a picture of `width` × `height` pixels; 0 wide or high if there is none."""
        left, top = min(max(self.x, 0), width), min(max(self.y, 0), height)
        right = max(left, min(self.x + self.width, width))
        bottom = max(top, min(self.y + self.height, height))
        return Box(left, top, right - left, bottom - top)

    def shifted(self, right: int, down: int) -> Box:
        """Return the box moved by so many pixels."""
        return self._replace(x=self.x + right, y=self.y + down)

    def with_margin(self, margin: int) -> Box:
        """Return the box with `margin` pixels more on each side."""
        return Box(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)


def context_window(selection: Box, width: int, height: int) -> Box:
    """Return what the daemon should see to fill `selection` in a picture of `width` × `height` pixels.

    That is the part of the selection inside the picture with a context ring of max(64, half its longer side) pixels on
    each side, clipped to the picture. It is empty if the selection is outside the picture.
    """
    inside = selection.clipped(width, height)
    if not inside.width or not inside.height:
        return inside
    margin = max(LEAST_MARGIN, max(inside.width, inside.height) // 2)
    return inside.with_margin(margin).clipped(width, height)
