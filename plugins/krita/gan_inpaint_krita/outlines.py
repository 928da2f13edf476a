"""Selections that Krita draws.

Krita draws a selection from an outline that it keeps, and follows the pixels with it only in what it does itself: a
selection whose pixels a plug-in has written is in effect, but is not seen.
"""

from __future__ import annotations

from krita import Krita, Selection

from gan_inpaint_client import Box

SIDE = 2


class OutlinedSelections:
    """Makes selections whose outline Krita finds as soon as they are shown.

    Their model is the selection of a tiny document, never shown, after Krita has cropped it: Krita takes the outline of
    that, and those of its duplicates, for out of date.
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
        """What `mask`, a byte a pixel, selects in `box`, and nothing around it."""
        selection = self._model.duplicate()
        selection.setPixelData(mask, *box)
        return selection
