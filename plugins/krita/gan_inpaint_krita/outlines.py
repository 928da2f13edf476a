"""Selections that Krita draws.

Krita draws a selection from a stored outline and updates that outline only in its own operations: a selection whose
pixels a plug-in has written is in effect, but invisible.
"""

from __future__ import annotations

from krita import Krita, Selection

from gan_inpaint_client import Box

SIDE = 2  # pixels


class OutlinedSelections:
    """Makes selections whose outline Krita computes as soon as they are shown.

    They are duplicates of the selection of a tiny hidden document that Krita has cropped. Krita takes the outlines of
    such duplicates for outdated.
    """

    def __init__(self) -> None:
        document = Krita.instance().createDocument(SIDE, SIDE, "", "RGBA", "U8", "", 72.0)
        everything = Selection()
        everything.select(0, 0, SIDE, SIDE, 255)
        document.setSelection(everything)
        document.crop(0, 0, SIDE - 1, SIDE - 1)
        document.waitForDone()
        self._model = document.selection().duplicate()
        document.close()
        self._model.setPixelData(bytes(SIDE * SIDE), 0, 0, SIDE, SIDE)

    def of(self, mask: bytes, box: Box) -> Selection:
        """Return the selection of `mask`, a byte a pixel, in `box`, and of nothing around it."""
        selection = self._model.duplicate()
        selection.setPixelData(mask, *box)
        return selection
