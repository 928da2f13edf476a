"""What the user wants filled: a part of one layer of one document, as it is at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from krita import Document, Krita

from .client import Box, FillRequest, context_window
from .failures import Refusal
from .layers import Ground, find
from .options import Options
from .pixels import PixelFormat, alpha_of, cut, product, with_alpha

SELECTED_TO_255 = bytes([0]) + bytes([255]) * 255


@dataclass(frozen=True)
class Selected:
    """`box` is the selection's box in the picture and `crop` what the daemon sees, both in the picture's coordinates;
    `pixels` (in `pixel_format`) and `mask` (a byte a pixel, 0 to 255) are those of the crop."""

    document: Document
    layer_id: object
    box: Box
    crop: Box
    pixel_format: PixelFormat
    pixels: bytes
    mask: bytes

    @classmethod
    def of(cls, document: Document | None) -> Selected:
        """Read what is selected now; raises Refusal where nothing can be filled."""
        if document is None or document.activeNode() is None:
            raise Refusal("No picture is open. Open one, and select what is to be removed.")
        ground = Ground.under(document.activeNode())
        pixel_format = ground.pixel_format()
        box, crop, mask = _selection(document)
        pixels = ground.pixels(*crop)
        if len(pixels) != crop.width * crop.height * pixel_format.pixel_bytes:
            raise Refusal("Krita does not give the pixels of the chosen layer. Choose another one.")
        selected = cls(document, ground.layer.uniqueId(), box, crop, pixel_format, pixels, mask)
        if not selected._alpha().strip(b"\0"):
            raise Refusal("The chosen layer is empty there. Choose the layer that shows what is to be removed.")
        return selected

    def request(self, options: Options) -> FillRequest:
        """What to ask the daemon for: the whole hole, since the new layer is blended by its own alpha channel."""
        return FillRequest(
            self.pixels,
            self.mask.translate(SELECTED_TO_255),
            width=self.crop.width,
            height=self.crop.height,
            **self.pixel_format._asdict(),
            **options._asdict(),
        )

    def add_fill(self, filled: bytes) -> None:
        """Put the filled crop's selected part above the layer: one step of undo.

        The fill is as opaque as the selection is and the layer was.

        Raises:
            Refusal: what was to be filled is no longer there.
        """
        if self.document not in Krita.instance().documents():
            raise Refusal("The picture was closed before its fill was ready.")
        layer = find(self.document, self.layer_id)
        if layer is None:
            raise Refusal("The layer was removed before its fill was ready. Choose another one and fill again.")
        ground = Ground.under(layer)
        if ground.pixels(*self.box) != self._cut(self.pixels):
            raise Refusal("The layer was changed there before its fill was ready, so it was left as it is. Fill again.")
        ground.add_fill(self.document, with_alpha(self._cut(filled), self._alpha(), self.pixel_format), *self.box)

    def _alpha(self) -> bytes:
        """The alpha channel of the new layer, in 8 bits."""
        selection = cut(self.mask, self.crop, self.box, 1)
        return product(selection, alpha_of(self._cut(self.pixels), self.pixel_format))

    def _cut(self, pixels: bytes) -> bytes:
        """The box's part of the crop's pixels."""
        return cut(pixels, self.crop, self.box, self.pixel_format.pixel_bytes)


def _selection(document: Document) -> tuple[Box, Box, bytes]:
    """The selection's box, the crop around it and the mask in the crop."""
    selection = document.selection()
    if selection is None or not selection.width() or not selection.height():
        raise Refusal("Nothing is selected. Select what is to be removed first.")
    selection = selection.duplicate()  # the document's own changes while it is read
    width, height = document.width(), document.height()
    outline = Box(selection.x(), selection.y(), selection.width(), selection.height())
    box, crop = outline.clipped(width, height), context_window(outline, width, height)
    if not crop.width or not crop.height:
        raise Refusal("The selection lies outside the picture. Select what is to be removed.")
    return box, crop, bytes(selection.pixelData(*crop))
