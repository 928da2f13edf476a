"""What to work on: a part of one layer of one document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from krita import Document, Krita, Node, Selection

from gan_inpaint_client import Box, FillRequest, Refusal, RepairRequest, context_window, refusals
from gan_inpaint_client.components import component_boxes
from gan_inpaint_client.dialogs import SOURCE
from gan_inpaint_client.masks import OPAQUE, bounds, cut, product, spread, transparent, wholly_selected
from gan_inpaint_client.patchwork import Patch, Patchwork
from gan_inpaint_client.planner import merged

from .layers import Ground, add_on_top, add_variants_on_top, find, frame_times, thumbnail, walk
from .made import Fill
from .options import Options
from .pixels import PixelFormat, alpha_of, only, with_alpha
from .qt import QImage, QTimer
from .sources import Sources

if TYPE_CHECKING:
    from typing import Self

LAYER_LIST_MILLISECONDS = 200  # until Krita has made a new layer the active one
_COVERED_TO_0 = b"\xff" * 128 + bytes(128)


@dataclass(frozen=True)
class Selected:
    """A part of a layer. `box` is the box of the selection in the picture's coordinates, `mask` the selection in it, a
    byte a pixel, 0 to 255. The part is `everywhere` if nothing was selected. `local` is the id of the layer's mask
    that the selection is from, None if it is the picture's. The fill is taken from all `visible` layers, or from the
    layer."""

    document: Document
    layer_id: object
    size: tuple[int, int]
    box: Box
    mask: bytes
    pixel_format: PixelFormat
    everywhere: bool
    local: object | None
    visible: bool = False

    @classmethod
    def of(cls, document: Document | None, layer: Node | None = None) -> Selected:
        """Read the selected part of a layer, else of the active one; raise Refusal if it cannot be filled."""
        document, ground = opened(document, layer)
        local, selection = _selection(document, ground)
        if selection is None:
            raise Refusal(refusals.NOTHING_SELECTED)
        return cls._read(document, ground, selection, local).taken_from(SOURCE.default)

    @classmethod
    def of_all(cls, document: Document | None) -> Selected:
        """Read the selected part, or the whole picture if nothing is selected."""
        document, ground = opened(document)
        return cls._read(document, ground, *reversed(_selection(document, ground))).taken_from("active-layer")

    @classmethod
    def of_transparent_parts(cls, document: Document | None) -> Selected:
        """Read the transparent parts of the active layer, inside the selection if there is one."""
        selected = cls.of_all(document)
        alpha = alpha_of(selected.pixels(selected.box), selected.pixel_format)
        mask = product(transparent(alpha, selected.box.width), selected.mask)
        box = bounds(mask, selected.box)
        if box is None:
            raise Refusal(refusals.NOTHING_TRANSPARENT)
        return replace(selected, box=box, mask=cut(mask, selected.box, box, 1))

    def taken_from(self, source: str) -> Selected:
        """Return the same for a source of `SOURCE`; raise Refusal if nothing is seen there to take the fill from."""
        ground = self.ground()
        if source == "automatic":
            several = len([*walk(self.document.rootNode())]) > 1
            source = "visible" if several and ground.is_nearly_empty(self.size, self.area) else "active-layer"
        if source == "visible":
            return replace(self, visible=True, pixel_format=_format_of(self.document))
        selected = replace(self, visible=False, pixel_format=ground.pixel_format())
        selected._check_not_empty()
        return selected

    @property
    def description(self) -> dict[str, Any]:
        """The fields of a request that describe the pixels."""
        return self.pixel_format._asdict()

    @property
    def area(self) -> Box:
        """The selected part and its surroundings."""
        return context_window(self.box, *self.size)

    def patchwork(self, blends: bool = False) -> Patchwork:
        """Return the work on the selected part; of whole holes, as the new layer's alpha channel blends them.

        For a picture of the result the daemon `blends` them.
        """
        return Patchwork(self.mask, self.box, self.size, self.pixels, self.pixel_format.pixel_bytes, blends)

    def fill_request(
        self, options: Options, sources: Sources, pixels: bytes, mask: bytes, sent: Box, variant: int = 0
    ) -> FillRequest:
        """Return the request for a fill of a crop."""
        described = {**self.description, **options.fields(), **sources.masks(sent)}
        return FillRequest(pixels, mask, sent.width, sent.height, variant=variant, **described)

    def repair_request(self, damage: Mapping[str, Any], pixels: bytes, mask: bytes, sent: Box) -> RepairRequest:
        """Return the request for a repair of a crop; `damage` is `Damage.request_fields`."""
        fields = {**self.description, **damage, "everything": damage["everything"] and not self.everywhere}
        return RepairRequest(pixels, mask, sent.width, sent.height, **fields)

    def pixels(self, box: Box) -> bytes:
        """Return the layer's pixels in a box, as they are now; raise Refusal if the layer or the picture is gone."""
        ground = self.ground()
        if (_format_of(self.document) if self.visible else ground.pixel_format()) != self.pixel_format:
            raise Refusal(refusals.PICTURE_CHANGED)
        pixels = bytes(self.document.pixelData(*box)) if self.visible else ground.pixels(*box)
        if len(pixels) != box.width * box.height * self.pixel_format.pixel_bytes:
            raise Refusal(refusals.UNREADABLE)
        return pixels

    def add(self, work: Patchwork, masked: bool = False) -> str:
        """Add what came back above its source, as one layer that holds nothing else; return a sentence, or "".

        If it shall be `masked`, and can be, the selection becomes its mask.

        Raises:
            Refusal: the layer has changed or is gone.
        """
        return self._place(self.checked_fill(work, masked and self.can_be_masked()))

    def add_variants(self, works: list[Patchwork], chosen: int, masked: bool) -> str:
        """Add several results, where `can_be_masked`, as layers of a group, of which the chosen one is visible.

        Raises:
            Refusal: the layer has changed or is gone.
        """
        fills = [self.checked_fill(work, masked) for work in works]
        if self.visible:
            return add_variants_on_top(self.document, fills, chosen)
        return self.ground().add_variants(self.document, fills, chosen)

    def can_be_masked(self) -> bool:
        """Return whether a result becomes a layer of its own, which can have a mask, or be a group."""
        return self.visible or self.ground().can_be_masked()

    def checked_fill(self, work: Patchwork, masked: bool = False) -> Fill:
        """Return a result as it gets into the picture; raise Refusal if the layer has changed or is gone."""
        self._layer()
        if not work.is_unchanged():
            raise Refusal(refusals.PICTURE_CHANGED)
        if masked:
            pieces = [(patch.box, patch.pixels) for patch in work.patches]
            return Fill(work.model, work.variant, pieces, (self.box, self.mask))
        return Fill(work.model, work.variant, [(patch.box, self._shown(patch)) for patch in work.patches])

    def frames(self) -> list[int]:
        """Return the times at which the frames of the layer begin; none if it is not animated."""
        return frame_times(self.document, self.ground().layer)

    def _place(self, fill: Fill) -> str:
        return add_on_top(self.document, fill) if self.visible else self.ground().add_fill(self.document, fill)

    def thumbnail(self, pixels: bytes, side: int) -> QImage:
        """Return a small picture of the area, whose longer side has `side` pixels, with these pixels in it."""
        colours = self.document if self.visible else self.ground().layer
        return thumbnail(self.document, colours, pixels, self.area, side)

    def is_open(self) -> bool:
        """Return whether the picture is still open."""
        return self.document in Krita.instance().documents()

    def local_mask(self) -> Node | None:
        """Return the layer's mask that the selection is from, if it still exists."""
        return None if self.local is None else find(self.document, self.local)

    def within(self, found: bytes) -> bytes:
        """Return the selected part of `found`, a mask of the area, a byte a pixel, 0 or 255."""
        return product(found, self.chosen(self.area))

    def chosen(self, box: Box) -> bytes:
        """Return what was selected at first in a box, a byte a pixel, 0 to 255."""
        return spread(self.mask, self.box, box)

    @classmethod
    def _read(cls, document: Document, ground: Ground, selection: Selection | None, local: Node | None) -> Self:
        size = document.width(), document.height()
        box, mask = _area(size, selection)
        local_id = None if local is None else local.uniqueId()
        pixel_format = ground.pixel_format()
        everywhere = selection is None
        return cls(document, ground.layer.uniqueId(), size, box, mask, pixel_format, everywhere, local_id)

    def _layer(self) -> Node:
        if not self.is_open():
            raise Refusal(refusals.PICTURE_CLOSED)
        layer = find(self.document, self.layer_id)
        if layer is None:
            raise Refusal(refusals.LAYER_REMOVED)
        return layer

    def ground(self) -> Ground:
        """Return the layer, and the fills above it; raise Refusal if it is gone."""
        return Ground.under(self.document, self._layer())

    def _check_not_empty(self) -> None:
        for hole in merged(component_boxes(self.mask, self.box.width)):
            around = context_window(hole.shifted(self.box.x, self.box.y), *self.size)
            if alpha_of(self.pixels(around), self.pixel_format).strip(b"\0"):
                return
        raise Refusal(refusals.EMPTY_THERE)

    def _alpha(self, patch: Patch) -> bytes:
        """Return the alpha channel, in 8 bits, of a new layer: the patch's mask times the opacity of its pixels."""
        return product(patch.mask, alpha_of(patch.pixels, self.pixel_format))

    def _shown(self, patch: Patch) -> bytes:
        """Return the pixels of a new layer; where they were transparent, the daemon has made them opaque."""
        alpha = self._alpha(patch)
        return with_alpha(only(patch.pixels, alpha, self.pixel_format.pixel_bytes), alpha, self.pixel_format)


@dataclass(frozen=True)
class Painted(Selected):
    """What is painted on a layer and not covered by a fill yet, inside the selection if there is one.

    The picture as it is seen is the source: where nothing is painted, the layer adds nothing to it. The fill and the
    paint get into a clipping group, in which the paint is seen no more: its opacity is that of the fill.
    """

    @classmethod
    def of_layer(cls, document: Document | None) -> Painted:
        """Read what is painted on the active layer; raise Refusal if that is nothing, or nothing new."""
        document, ground = opened(document)
        whole = Box(0, 0, document.width(), document.height())
        if ground.layer.type() != "paintlayer" or not ground.is_nearly_empty(whole[2:], whole):
            raise Refusal(refusals.NOTHING_PAINTED)
        selected = cls._read(document, ground, *reversed(_selection(document, ground)))
        alpha = alpha_of(bytes(ground.layer.pixelData(*selected.box)), selected.pixel_format)
        painted = selected._part_of(product(wholly_selected(selected.mask), alpha))
        uncovered = ground.covered(painted.box).translate(_COVERED_TO_0)
        painted = painted._part_of(product(uncovered, painted.mask))
        if not ground.is_plain():
            raise Refusal(refusals.PAINT_SEEN_THROUGH)
        if selected.pixel_format != _format_of(document):
            raise Refusal(refusals.OTHER_COLOURS)
        return replace(painted, visible=True)

    def taken_from(self, source: str) -> Painted:
        """Return the same: there is one source only."""
        return self

    def can_be_masked(self) -> bool:
        """Return False: the paint clips the fill."""
        return False

    def _part_of(self, mask: bytes) -> Painted:
        """Return the same with another mask of its box; raise Refusal if that is empty."""
        box = bounds(mask, self.box)
        if box is None:
            raise Refusal(refusals.NOTHING_PAINTED)
        return replace(self, box=box, mask=cut(mask, self.box, box, 1))

    def _place(self, fill: Fill) -> str:
        said = self.ground().add_fill(self.document, fill, clips=True)
        # The function keeps this object, of which Qt would keep no bound method.
        QTimer.singleShot(LAYER_LIST_MILLISECONDS, lambda: self._activate())
        return said

    def _activate(self) -> None:
        """Make the painted layer the active one again, on which the user paints the next stroke."""
        layer = find(self.document, self.layer_id) if self.is_open() else None
        if layer is not None:
            self.document.setActiveNode(layer)

    def _alpha(self, patch: Patch) -> bytes:
        """Return opaque pixels wherever there is paint, whose opacity clips them."""
        return product(wholly_selected(patch.mask), alpha_of(patch.pixels, self.pixel_format))


def _format_of(document: Document) -> PixelFormat:
    """Return the format of the picture's pixels; raise Refusal if the daemon takes no such pixels."""
    return PixelFormat.of(document.colorModel(), document.colorDepth(), document.colorProfile())


def opened(document: Document | None, layer: Node | None = None) -> tuple[Document, Ground]:
    """Return the open picture and a layer of it, else its active one; raise Refusal if there is none."""
    if document is None or document.activeNode() is None:
        raise Refusal(refusals.NO_PICTURE)
    return document, Ground.under(document, layer or document.activeNode())


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
