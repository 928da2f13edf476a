"""What to work on: a part of one layer of one document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from krita import Document, Krita, Node, Selection

from gan_inpaint_client import Box, FillRequest, Refusal, RepairRequest, context_window, refusals
from gan_inpaint_client.components import component_boxes
from gan_inpaint_client.masks import OPAQUE, product, spread
from gan_inpaint_client.patchwork import Patch, Patchwork
from gan_inpaint_client.planner import merged

from .layers import Ground, find
from .options import Damage, Options
from .pixels import PixelFormat, alpha_of, only, with_alpha


@dataclass(frozen=True)
class Selected:
    """A part of a layer. `box` is the box of the selection in the picture's coordinates, `mask` the selection in it, a
    byte a pixel, 0 to 255. The part is `everywhere` if nothing was selected. `local` is the id of the layer's mask
    that the selection is from, None if it is the picture's."""

    document: Document
    layer_id: object
    size: tuple[int, int]
    box: Box
    mask: bytes
    pixel_format: PixelFormat
    everywhere: bool
    local: object | None

    @classmethod
    def of(cls, document: Document | None) -> Selected:
        """Read the selected part of the active layer; raise Refusal if it cannot be filled."""
        document, ground = _opened(document)
        local, selection = _selection(document, ground)
        if selection is None:
            raise Refusal(refusals.NOTHING_SELECTED)
        return cls._read(document, ground, selection, local)

    @classmethod
    def of_all(cls, document: Document | None) -> Selected:
        """Read the selected part, or the whole picture if nothing is selected."""
        document, ground = _opened(document)
        return cls._read(document, ground, *reversed(_selection(document, ground)))

    @property
    def description(self) -> dict[str, Any]:
        """The fields of a request that describe the pixels."""
        return self.pixel_format._asdict()

    @property
    def area(self) -> Box:
        """The selected part and its surroundings."""
        return context_window(self.box, *self.size)

    def patchwork(self) -> Patchwork:
        """Return the work on the selected part; of whole holes, as the new layer's alpha channel blends them."""
        return Patchwork(self.mask, self.box, self.size, self.pixels, self.pixel_format.pixel_bytes, blends=False)

    def fill_request(self, options: Options, pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
        """Return the request for a fill of a crop."""
        return FillRequest(pixels, mask, sent.width, sent.height, **self.description, **options._asdict())

    def repair_request(self, damage: Damage, pixels: bytes, mask: bytes, sent: Box) -> RepairRequest:
        """Return the request for a repair of a crop."""
        return RepairRequest(pixels, mask, sent.width, sent.height, **self.description, **damage.fields())

    def pixels(self, box: Box) -> bytes:
        """Return the layer's pixels in a box, as they are now; raise Refusal if the layer or the picture is gone."""
        ground = self._ground()
        if ground.pixel_format() != self.pixel_format:
            raise Refusal(refusals.PICTURE_CHANGED)
        pixels = ground.pixels(*box)
        if len(pixels) != box.width * box.height * self.pixel_format.pixel_bytes:
            raise Refusal(refusals.UNREADABLE)
        return pixels

    def add(self, work: Patchwork) -> None:
        """Add what came back above the layer, as one layer that holds nothing else: one step of undo.

        Raises:
            Refusal: the layer has changed or is gone.
        """
        ground = self._ground()
        if not work.is_unchanged():
            raise Refusal(refusals.PICTURE_CHANGED)
        ground.add_fill(self.document, [(patch.box, self._shown(patch)) for patch in work.patches])

    def is_open(self) -> bool:
        """Return whether the picture is still open."""
        return self.document in Krita.instance().documents()

    def local_mask(self) -> Node | None:
        """Return the layer's mask that the selection is from, if it still exists."""
        return None if self.local is None else find(self.document, self.local)

    def within(self, found: bytes) -> bytes:
        """Return the selected part of `found`, a mask of the area, a byte a pixel, 0 or 255."""
        return product(found, spread(self.mask, self.box, self.area))

    @classmethod
    def _read(cls, document: Document, ground: Ground, selection: Selection | None, local: Node | None) -> Selected:
        size = document.width(), document.height()
        box, mask = _area(size, selection)
        local_id = None if local is None else local.uniqueId()
        pixel_format = ground.pixel_format()
        everywhere = selection is None
        selected = cls(document, ground.layer.uniqueId(), size, box, mask, pixel_format, everywhere, local_id)
        selected._check_not_empty()
        return selected

    def _ground(self) -> Ground:
        if not self.is_open():
            raise Refusal(refusals.PICTURE_CLOSED)
        layer = find(self.document, self.layer_id)
        if layer is None:
            raise Refusal(refusals.LAYER_REMOVED)
        return Ground.under(self.document, layer)

    def _check_not_empty(self) -> None:
        for hole in merged(component_boxes(self.mask, self.box.width)):
            place = hole.shifted(self.box.x, self.box.y)
            if self._alpha(Patch(place, self.pixels(place), spread(self.mask, self.box, place))).strip(b"\0"):
                return
        raise Refusal(refusals.EMPTY_THERE)

    def _alpha(self, patch: Patch) -> bytes:
        """Return the alpha channel, in 8 bits, of a new layer: the patch's mask times the opacity of its pixels."""
        return product(patch.mask, alpha_of(patch.pixels, self.pixel_format))

    def _shown(self, patch: Patch) -> bytes:
        """Return the pixels of a new layer; the daemon has left their opacity as it was."""
        alpha = self._alpha(patch)
        return with_alpha(only(patch.pixels, alpha, self.pixel_format.pixel_bytes), alpha, self.pixel_format)


def _opened(document: Document | None) -> tuple[Document, Ground]:
    if document is None or document.activeNode() is None:
        raise Refusal(refusals.NO_PICTURE)
    return document, Ground.under(document, document.activeNode())


def _selection(document: Document, ground: Ground) -> tuple[Node | None, Selection | None]:
    """Return the selection that is in effect for a layer, None if nothing is selected, and the mask it is from."""
    local = ground.local_selection()
    selection = document.selection() if local is None else local.selection()
    something = selection is not None and bool(selection.width() and selection.height())
    return local, selection if something else None


def _area(size: tuple[int, int], selection: Selection | None) -> tuple[Box, bytes]:
    """Return the box of the selection in the picture, and the mask in it."""
    if selection is None:
        return Box(0, 0, *size), OPAQUE * (size[0] * size[1])
    selection = selection.duplicate()  # that of the document changes while it is read
    box = Box(selection.x(), selection.y(), selection.width(), selection.height()).clipped(*size)
    if not box.width or not box.height:
        raise Refusal(refusals.OUTSIDE_PICTURE)
    return box, bytes(selection.pixelData(*box))
