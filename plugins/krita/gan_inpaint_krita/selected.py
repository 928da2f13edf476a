"""What the user wants worked on: a part of one layer of one document, as it is at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from krita import Document, Krita, Selection

from gan_inpaint_client import Box, DetectRequest, FillReply, FillRequest, RepairReply, RepairRequest, context_window

from .failures import Refusal
from .layers import Ground, find
from .options import Damage, Options
from .pixels import PixelFormat, alpha_of, bounds, cut, only, product, with_alpha

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
        document, ground = _opened(document)
        selection = document.selection()
        if not _selects(selection):
            raise Refusal("Nothing is selected. Select what is to be removed first.")
        return cls._read(document, ground, selection)

    @classmethod
    def of_all(cls, document: Document | None) -> Selected:
        """The same, and the whole picture where nothing is selected."""
        document, ground = _opened(document)
        selection = document.selection()
        if _selects(selection):
            return cls._read(document, ground, selection)
        everything = Selection()
        everything.select(0, 0, document.width(), document.height(), 255)
        return cls._read(document, ground, everything)

    def fill_request(self, options: Options) -> FillRequest:
        """What to ask the daemon for: the whole hole, since the new layer is blended by its own alpha channel."""
        return FillRequest(self.pixels, self._hole(), **self._shape(), **options._asdict())

    def detect_request(self, damage: Damage) -> DetectRequest:
        """In what to look for damage; what surrounds the selection is looked at too, to tell the one from the other."""
        return DetectRequest(self.pixels, **self._shape(), **damage.keys())

    def repair_request(self, damage: Damage) -> RepairRequest:
        """What to ask the daemon to repair; wholly, as with a fill."""
        return RepairRequest(self.pixels, self._hole(), **self._shape(), **damage.keys())

    def add_fill(self, reply: FillReply) -> None:
        """Put the filled crop's selected part above the layer: one step of undo.

        The fill is as opaque as the selection is and the layer was.

        Raises:
            Refusal: what was to be filled is no longer there.
        """
        self._add(reply.pixels, self.mask, self.box)

    def add_repair(self, reply: RepairReply) -> None:
        """The same for a repair: the new layer holds the repaired pixels and nothing else."""
        repaired = product(reply.mask, self.mask)
        inside = bounds(repaired, self.crop.width)
        box = inside._replace(x=inside.x + self.crop.x, y=inside.y + self.crop.y)
        self._add(reply.pixels, repaired, box)

    def is_open(self) -> bool:
        """Whether the picture is still there."""
        return self.document in Krita.instance().documents()

    def within(self, found: bytes) -> bytes:
        """What is `found` in the crop, a byte a pixel, 0 or 255, as far as it is selected."""
        return product(found, self.mask)

    @classmethod
    def _read(cls, document: Document, ground: Ground, selection: Selection) -> Selected:
        pixel_format = ground.pixel_format()
        box, crop, mask = _area(document, selection)
        pixels = ground.pixels(*crop)
        if len(pixels) != crop.width * crop.height * pixel_format.pixel_bytes:
            raise Refusal("Krita does not give the pixels of the chosen layer. Choose another one.")
        selected = cls(document, ground.layer.uniqueId(), box, crop, pixel_format, pixels, mask)
        if not selected._alpha(mask, box).strip(b"\0"):
            raise Refusal("The chosen layer is empty there. Choose the layer that shows what is to be removed.")
        return selected

    def _hole(self) -> bytes:
        return self.mask.translate(SELECTED_TO_255)

    def _shape(self) -> dict[str, Any]:
        return {"width": self.crop.width, "height": self.crop.height, **self.pixel_format._asdict()}

    def _add(self, pixels: bytes, mask: bytes, box: Box) -> None:
        """Put the pixels in a box, as opaque as `mask` and the layer are, above the layer; both are of the crop."""
        if not self.is_open():
            raise Refusal("The picture was closed before the work on it was done.")
        layer = find(self.document, self.layer_id)
        if layer is None:
            raise Refusal("The layer was removed before the work on it was done. Choose another one and try again.")
        ground = Ground.under(layer)
        if ground.pixels(*box) != self._cut(self.pixels, box):
            raise Refusal("The layer was changed there meanwhile, so it was left as it is. Try again.")
        alpha = self._alpha(mask, box)
        shown = only(self._cut(pixels, box), alpha, self.pixel_format.pixel_bytes)
        ground.add_fill(self.document, with_alpha(shown, alpha, self.pixel_format), *box)

    def _alpha(self, mask: bytes, box: Box) -> bytes:
        """The alpha channel, in 8 bits, of a new layer over `box`."""
        return product(cut(mask, self.crop, box, 1), alpha_of(self._cut(self.pixels, box), self.pixel_format))

    def _cut(self, pixels: bytes, box: Box) -> bytes:
        """The box's part of the crop's pixels."""
        return cut(pixels, self.crop, box, self.pixel_format.pixel_bytes)


def _opened(document: Document | None) -> tuple[Document, Ground]:
    if document is None or document.activeNode() is None:
        raise Refusal("No picture is open. Open one, and choose the layer that is to be worked on.")
    return document, Ground.under(document.activeNode())


def _selects(selection: Selection | None) -> bool:
    return selection is not None and bool(selection.width() and selection.height())


def _area(document: Document, selection: Selection) -> tuple[Box, Box, bytes]:
    """The selection's box, the crop around it and the mask in the crop."""
    selection = selection.duplicate()  # the document's own changes while it is read
    width, height = document.width(), document.height()
    inside = Box(selection.x(), selection.y(), selection.width(), selection.height())
    box, crop = inside.clipped(width, height), context_window(inside, width, height)
    if not crop.width or not crop.height:
        raise Refusal("The selection lies outside the picture. Select a part of it.")
    return box, crop, bytes(selection.pixelData(*crop))
