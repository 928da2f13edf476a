"""Rough strokes along scratches, and the selection that they become."""

from __future__ import annotations

from dataclasses import dataclass

from krita import Document, Krita, Node, Selection

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.masks import bounds, cut, wholly_selected
from gan_inpaint_client.tracing import MOST_DRAWN, Tracing, stroke_lines

from .layers import WITH_PIXELS, Ground, find
from .outlines import OutlinedSelections
from .pixels import PixelFormat, alpha_of
from .selected import Selected, opened


@dataclass(frozen=True)
class Drawn:
    """Strokes along scratches: `mask`, a byte a pixel of `box`. The picture is what the layer `source` shows.

    They are `painted` on the layer above it, or selected.
    """

    document: Document
    source: object
    size: tuple[int, int]
    box: Box
    mask: bytes
    pixel_format: PixelFormat
    painted: bool

    @classmethod
    def of(cls, document: Document | None) -> Drawn:
        """Return what is painted on the active layer, else what is selected; raise Refusal if nothing is."""
        document, ground = opened(document)
        drawn = cls._painted(document, ground) or cls._selected(document)
        if len(drawn.mask) - drawn.mask.count(0) > MOST_DRAWN:
            raise Refusal(refusals.STROKE_TOO_BROAD)
        return drawn

    @classmethod
    def _painted(cls, document: Document, ground: Ground) -> Drawn | None:
        """Return what is painted on a layer that is empty otherwise; None if the layer is another one."""
        size = document.width(), document.height()
        whole = Box(0, 0, *size)
        if ground.layer.type() != "paintlayer" or not ground.is_nearly_empty(size, whole):
            return None
        alpha = alpha_of(bytes(ground.layer.pixelData(*whole)), ground.pixel_format())
        box = bounds(alpha, whole)
        if box is None:
            return None
        below = Ground(_below(ground.layer), [])
        mask = wholly_selected(cut(alpha, whole, box, 1))
        return cls(document, below.layer.uniqueId(), size, box, mask, below.pixel_format(), painted=True)

    @classmethod
    def _selected(cls, document: Document) -> Drawn:
        selected = Selected.of_all(document)
        if selected.everywhere:
            raise Refusal(refusals.NO_STROKE)
        mask = wholly_selected(selected.mask)
        return cls(document, selected.layer_id, selected.size, selected.box, mask, selected.pixel_format, painted=False)

    def tracing(self) -> Tracing:
        """Return the work on the lines under the strokes."""
        return Tracing(stroke_lines(self.mask, self.box), self.size, self.pixels, self.pixel_format._asdict())

    def pixels(self, box: Box) -> bytes:
        """Return the pixels of a box, without the strokes; raise Refusal if the layer or the picture is gone."""
        self._check_open()
        layer = find(self.document, self.source)
        if layer is None:
            raise Refusal(refusals.LAYER_REMOVED)
        return Ground(layer, []).pixels(*box)

    def select(self, tracing: Tracing) -> str:
        """Make the lines that were found the selection; add them to it if the strokes are painted."""
        self._check_open()
        selection = OutlinedSelections().of(tracing.mask, tracing.area)
        before: Selection | None = self.document.selection()
        if self.painted and before is not None:
            selection.add(before)
        self.document.setSelection(selection)
        return ""

    def _check_open(self) -> None:
        if self.document not in Krita.instance().documents():
            raise Refusal(refusals.PICTURE_CLOSED)


def _below(layer: Node) -> Node:
    """Return the next visible layer with pixels below another one; raise Refusal if there is none."""
    while (parent := layer.parentNode()) is not None:
        siblings = parent.childNodes()
        place = next(index for index, node in enumerate(siblings) if node.uniqueId() == layer.uniqueId())
        for node in reversed(siblings[:place]):
            if node.visible() and node.type() in WITH_PIXELS:
                return node
        layer = parent
    raise Refusal(refusals.NO_LAYER_BELOW)
