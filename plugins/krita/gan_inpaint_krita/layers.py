"""The layer to fill, and the layer that the fill becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from krita import Document, Krita, Node

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.language import _

from .made import Fill, colours_of, fill_name, fills_of, is_made, new_group, new_layer, remember, write
from .pixels import PixelFormat, alpha_of, laid_over
from .qt import QImage

WITH_PIXELS = ("paintlayer", "grouplayer", "filelayer", "filllayer", "clonelayer", "vectorlayer")

ROWS = 48  # of a layer, by which it is measured
MOSTLY = 0.5

OPAQUE, NORMAL = 255, "normal"
GROUPED = _("The layer and its fill are now in a group that has the layer's mode, {mode}. Undo takes two steps.")


class Ground(NamedTuple):
    """A layer and the fills above it, the lowest first.

    They count as one: a fill starts from the result of the earlier fills, whichever of them is the active layer.
    """

    layer: Node
    fills: list[Node]

    @classmethod
    def under(cls, document: Document, active: Node) -> Ground:
        """Return the layer to fill if `active` is the active layer or a mask on it."""
        made = fills_of(document)
        while (parent := active.parentNode()) is not None and (active.type().endswith("mask") or is_made(parent, made)):
            active = parent
        if active.parentNode() is None:
            raise Refusal(refusals.NO_LAYER)
        siblings = active.parentNode().childNodes()
        lowest = next(index for index, node in enumerate(siblings) if node.uniqueId() == active.uniqueId())
        while lowest > 0 and is_made(siblings[lowest], made):
            lowest -= 1
        above = lowest + 1
        while above < len(siblings) and is_made(siblings[above], made):
            above += 1
        return cls(siblings[lowest], siblings[lowest + 1 : above])

    def local_selection(self) -> Node | None:
        """Return the mask on the layer that Krita uses in place of the picture's selection, if there is one."""
        masks = (node for node in self.layer.childNodes() if node.type() == "selectionmask" and node.visible())
        return next(masks, None)

    def pixel_format(self) -> PixelFormat:
        """Return the format of the layer's pixels; raise Refusal if the layer cannot be filled."""
        if self.layer.type() not in WITH_PIXELS:
            raise Refusal(refusals.WITHOUT_PIXELS)
        _check_seen(self.layer)
        return PixelFormat.of(*colours_of(self.layer))

    def pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return what the layer and the fills above it show, with the layer's masks applied."""
        pixel_format = self.pixel_format()
        seen = bytes(self.layer.projectionPixelData(x, y, width, height))
        for fill in self.fills:
            if fill.visible() and colours_of(fill) == colours_of(self.layer):
                seen = laid_over(seen, bytes(fill.projectionPixelData(x, y, width, height)), pixel_format)
        return seen

    def is_nearly_empty(self, size: tuple[int, int], near: Box) -> bool:
        """Return whether the layer is mostly transparent in a picture of that size, and also in the box `near`."""
        whole = Box(0, 0, *size)
        return all(_opaque_share(self.layer, self.pixel_format(), box) < MOSTLY for box in (whole, near))

    def covered(self, box: Box) -> bytes:
        """Return the opacity of the fills above the layer in a box, a byte a pixel."""
        opacity = bytes(box.width * box.height)
        for fill in self.fills:
            if fill.visible():
                seen = bytes(fill.projectionPixelData(*box))
                opacity = bytes(map(max, opacity, alpha_of(seen, PixelFormat.of(*colours_of(fill)))))
        return opacity

    def add_fill(self, document: Document, made: Fill, clips: bool = False) -> str:
        """Add a fill on top as a new layer: one step of undo. Return a sentence for the user, or "".

        The layer's masks are in its pixels. A layer that is seen through, or that `clips` the fill to where it is
        opaque, gets into a clipping group with it. Raise Refusal if the fill would not look right.
        """
        if not self._is_clipping() and (clips or not self.is_plain()):
            return self._add_clipped(document, made)
        fill = new_layer(document, made, colours_of(self.layer))
        if self._is_clipping():
            fill.setInheritAlpha(True)
        return _add_above(document, [self.layer, *self.fills][-1], fill)

    def add_variants(self, document: Document, made: list[Fill], chosen: int) -> str:
        """Add a group of several fills, where `can_be_masked`: one step of undo. Return no sentence."""
        group = new_group(document, made, chosen, colours_of(self.layer))
        return _add_above(document, [self.layer, *self.fills][-1], group)

    def can_be_masked(self) -> bool:
        """Return whether a new layer lies above the layer alone, so that it can have a mask, or be a group."""
        return self.is_plain() and not self._is_clipping()

    def can_be_copied(self) -> bool:
        """Return whether a copy of the layer would show its pixels as they are."""
        masks = [node for node in self.layer.childNodes() if node.type() != "selectionmask"]
        return self.can_be_masked() and not masks

    def _is_clipping(self) -> bool:
        return any(fill.inheritAlpha() for fill in self.fills)

    def is_plain(self) -> bool:
        """Return whether the layer hides what is below it, so that a fill above it hides the layer."""
        return bool(self.layer.opacity() == OPAQUE and self.layer.blendingMode() == NORMAL)

    def _add_clipped(self, document: Document, made: Fill) -> str:
        """Put a layer that is seen through into a clipping group, together with its fill.

        Beside the layer, whatever its opacity and mode, the fill would let the old pixels through. In a clipping group
        it takes their place: it has the layer's opacity, and the group the layer's mode. Krita makes the group with an
        empty layer in it as one step of undo, and keeps what is written into that layer.
        """
        parent = self.layer.parentNode()
        if colours_of(self.layer) != colours_of(document.rootNode()):
            raise Refusal(refusals.SEEN_THROUGH)
        _trigger("create_quick_clipping_group", document, self.layer)
        group = self.layer.parentNode()
        if group.uniqueId() == parent.uniqueId():
            raise Refusal(refusals.SEEN_THROUGH)
        fill = group.childNodes()[-1]
        fill.setName(fill_name(document, made))
        write(fill, made)
        remember(document, fill)
        mode = self.layer.blendingMode()
        if mode != NORMAL:
            group.setBlendingMode(mode)
        document.refreshProjection()
        return "" if mode == NORMAL else GROUPED.format(mode=mode)


def add_on_top(document: Document, made: Fill) -> str:
    """Add a fill above all layers, in the picture's own colours: one step of undo. Return no sentence."""
    return _add_above(document, None, new_layer(document, made, colours_of(document)))


def add_variants_on_top(document: Document, made: list[Fill], chosen: int) -> str:
    """Add a group of several fills above all layers: one step of undo. Return no sentence."""
    return _add_above(document, None, new_group(document, made, chosen, colours_of(document)))


def _add_above(document: Document, below: Node | None, added: Node) -> str:
    """Add a new layer above another one, or above all; return no sentence."""
    parent = document.rootNode() if below is None else below.parentNode()
    parent.addChildNode(added, below)
    remember(document, added)
    if added.childNodes():
        document.refreshProjection()  # else Krita shows nothing around a layer with something inside it
    return ""


def _trigger(action: str, document: Document, layer: Node) -> None:
    """Do with a layer what one of Krita's own entries does; raise Refusal if its picture is not shown."""
    krita = Krita.instance()
    if krita.activeDocument() != document:
        raise Refusal(refusals.NOT_SHOWN)
    document.setActiveNode(layer)
    document.waitForDone()
    krita.action(action).trigger()
    document.waitForDone()


def _opaque_share(layer: Node, pixel_format: PixelFormat, box: Box) -> float:
    """Return the share of a box that is not transparent in a layer, by some of its rows."""
    rows = range(box.y, box.y + box.height, max(1, box.height // ROWS))
    seen = b"".join(bytes(layer.projectionPixelData(box.x, row, box.width, 1)) for row in rows)
    alpha = alpha_of(seen, pixel_format)
    return 1 - alpha.count(0) / len(alpha) if alpha else 0.0


def thumbnail(document: Document, colours: Node | Document, pixels: bytes, box: Box, side: int) -> QImage:
    """Return the pixels of a box, in the colours of a layer or a picture, reduced to `side` pixels on the longer side.

    Krita converts the colours of a layer that is in no picture.
    """
    node = document.createNode("", "paintlayer")
    if colours_of(node) != colours_of(colours):
        node.setColorSpace(*colours_of(colours))
    node.setPixelData(pixels, 0, 0, box.width, box.height)
    scale = min(1.0, side / max(box.width, box.height))  # Krita enlarges nothing, and would leave a margin
    return node.thumbnail(max(1, round(box.width * scale)), max(1, round(box.height * scale)))


def frame_times(document: Document, layer: Node) -> list[int]:
    """Return the times at which the frames of a layer begin; none if it is not animated."""
    last = max(document.fullClipRangeEndTime(), document.playBackEndTime(), document.currentTime())
    return [time for time in range(last + 1) if layer.animated() and layer.hasKeyframeAtTime(time)]


def find(document: Document, unique_id: object) -> Node | None:
    """Return the layer of this id, wherever it is in the document now."""
    return next((node for node in walk(document.rootNode()) if node.uniqueId() == unique_id), None)


def walk(node: Node) -> Iterator[Node]:
    """Yield all nodes below a node."""
    for child in node.childNodes():
        yield child
        yield from walk(child)


def _check_seen(layer: Node) -> None:
    """Raise Refusal if the layer, or a group that it is in, is hidden."""
    if not layer.visible():
        raise Refusal(refusals.HIDDEN)
    group = layer.parentNode()
    while group is not None and group.parentNode() is not None:
        if not group.visible():
            raise Refusal(refusals.HIDDEN_GROUP)
        group = group.parentNode()
