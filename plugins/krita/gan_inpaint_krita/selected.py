"""What to work on: a part of one layer of one document, as it is now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from krita import Document, Krita, Selection

from gan_inpaint_client import (
    Box,
    DetectRequest,
    FillReply,
    FillRequest,
    Refusal,
    RepairReply,
    RepairRequest,
    context_window,
    refusals,
)
from gan_inpaint_client.masks import cut, product, wholly_selected

from .layers import Ground, find
from .options import Damage, Options
from .pixels import PixelFormat, alpha_of, bounds, only, with_alpha


@dataclass(frozen=True)
class Selected:
    """A part of a layer. `box` is the box of the selection and `crop` what the daemon sees, both in the picture's
    coordinates; `pixels` (in `pixel_format`) and `mask` (a byte a pixel, 0 to 255) are those of the crop. The part is
    `everywhere` if nothing was selected."""

    document: Document
    layer_id: object
    box: Box
    crop: Box
    pixel_format: PixelFormat
    pixels: bytes
    mask: bytes
    everywhere: bool = False

    @classmethod
    def of(cls, document: Document | None) -> Selected:
        """Read the selected part of the active layer; raise Refusal if it cannot be filled."""
        document, ground = _opened(document)
        selection = document.selection()
        if not _selects(selection):
            raise Refusal(refusals.NOTHING_SELECTED)
        return cls._read(document, ground, selection)

    @classmethod
    def of_all(cls, document: Document | None) -> Selected:
        """Read the selected part, or the whole picture if nothing is selected."""
        document, ground = _opened(document)
        selection = document.selection()
        if _selects(selection):
            return cls._read(document, ground, selection)
        everything = Selection()
        everything.select(0, 0, document.width(), document.height(), 255)
        return replace(cls._read(document, ground, everything), everywhere=True)

    def fill_request(self, options: Options) -> FillRequest:
        """Return the request for a fill; of the whole hole, as the new layer's alpha channel blends it."""
        return FillRequest(self.pixels, wholly_selected(self.mask), **self._description(), **options._asdict())

    def detect_request(self, damage: Damage) -> DetectRequest:
        """Return the request for a search; the daemon sees the surroundings of the selection too, for comparison."""
        return DetectRequest(self.pixels, **self._description(), **damage.fields())

    def repair_request(self, damage: Damage) -> RepairRequest:
        """Return the request for a repair; of the whole hole, as for a fill."""
        return RepairRequest(self.pixels, wholly_selected(self.mask), **self._description(), **damage.fields())

    def add_fill(self, reply: FillReply) -> None:
        """Add the selected part of the filled crop above the layer: one step of undo.

        The new layer has the opacity of the selection times that of the layer.

        Raises:
            Refusal: the layer has changed or is gone.
        """
        self._add(reply.pixels, self.mask, self.box)

    def add_repair(self, reply: RepairReply) -> None:
        """Add a repair as `add_fill` does; the new layer holds the repaired pixels and nothing else."""
        repaired = product(reply.mask, self.mask)
        inside = bounds(repaired, self.crop.width)
        box = inside._replace(x=inside.x + self.crop.x, y=inside.y + self.crop.y)
        self._add(reply.pixels, repaired, box)

    def is_open(self) -> bool:
        """Return whether the picture is still open."""
        return self.document in Krita.instance().documents()

    def within(self, found: bytes) -> bytes:
        """Return the selected part of `found`, a mask of the crop, a byte a pixel, 0 or 255."""
        return product(found, self.mask)

    @classmethod
    def _read(cls, document: Document, ground: Ground, selection: Selection) -> Selected:
        pixel_format = ground.pixel_format()
        box, crop, mask = _area(document, selection)
        pixels = ground.pixels(*crop)
        if len(pixels) != crop.width * crop.height * pixel_format.pixel_bytes:
            raise Refusal(refusals.UNREADABLE)
        selected = cls(document, ground.layer.uniqueId(), box, crop, pixel_format, pixels, mask)
        if not selected._alpha(mask, box).strip(b"\0"):
            raise Refusal(refusals.EMPTY_THERE)
        return selected

    def _description(self) -> dict[str, Any]:
        return {"width": self.crop.width, "height": self.crop.height, **self.pixel_format._asdict()}

    def _add(self, pixels: bytes, mask: bytes, box: Box) -> None:
        """Add the part of `pixels` in a box above the layer, with the opacity of `mask` times that of the layer."""
        if not self.is_open():
            raise Refusal(refusals.PICTURE_CLOSED)
        layer = find(self.document, self.layer_id)
        if layer is None:
            raise Refusal(refusals.LAYER_REMOVED)
        ground = Ground.under(layer)
        if ground.pixels(*box) != self._cut(self.pixels, box):
            raise Refusal(refusals.PICTURE_CHANGED)
        alpha = self._alpha(mask, box)
        shown = only(self._cut(pixels, box), alpha, self.pixel_format.pixel_bytes)
        ground.add_fill(self.document, with_alpha(shown, alpha, self.pixel_format), *box)

    def _alpha(self, mask: bytes, box: Box) -> bytes:
        """Return the alpha channel, in 8 bits, of a new layer over `box`."""
        return product(cut(mask, self.crop, box, 1), alpha_of(self._cut(self.pixels, box), self.pixel_format))

    def _cut(self, pixels: bytes, box: Box) -> bytes:
        """Return the box's part of the crop's pixels."""
        return cut(pixels, self.crop, box, self.pixel_format.pixel_bytes)


def _opened(document: Document | None) -> tuple[Document, Ground]:
    if document is None or document.activeNode() is None:
        raise Refusal(refusals.NO_PICTURE)
    return document, Ground.under(document.activeNode())


def _selects(selection: Selection | None) -> bool:
    return selection is not None and bool(selection.width() and selection.height())


def _area(document: Document, selection: Selection) -> tuple[Box, Box, bytes]:
    """Return the box of the selection, the crop around it and the mask in the crop."""
    selection = selection.duplicate()  # that of the document changes while it is read
    width, height = document.width(), document.height()
    inside = Box(selection.x(), selection.y(), selection.width(), selection.height())
    box, crop = inside.clipped(width, height), context_window(inside, width, height)
    if not crop.width or not crop.height:
        raise Refusal(refusals.OUTSIDE_PICTURE)
    return box, crop, bytes(selection.pixelData(*crop))
