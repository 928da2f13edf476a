"""The layer to fill, and the layer that the fill becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from krita import Document, Krita, Node

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.dialogs import layer_name
from gan_inpaint_client.language import _

from .pixels import PixelFormat, alpha_of, laid_over
from .qt import QImage

WITH_PIXELS = ("paintlayer", "grouplayer", "filelayer", "filllayer", "clonelayer", "vectorlayer")

ROWS = 48  # of a layer, by which it is measured
MOSTLY = 0.5

# The document remembers the ids of all fills, so that the user may rename them; it is saved with them.
FILLS = "gan_inpaint_fills"
FILLS_TITLE = "The layers that GAN Inpaint has added"

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
        while active.type().endswith("mask") and active.parentNode() is not None:
            active = active.parentNode()
        if active.parentNode() is None:
            raise Refusal(refusals.NO_LAYER)
        made = _fills_of(document)
        siblings = active.parentNode().childNodes()
        lowest = next(index for index, node in enumerate(siblings) if node.uniqueId() == active.uniqueId())
        while lowest > 0 and id_of(siblings[lowest]) in made:
            lowest -= 1
        above = lowest + 1
        while above < len(siblings) and id_of(siblings[above]) in made:
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
        return PixelFormat.of(*_colours(self.layer))

    def pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return what the layer and the fills above it show, with the layer's masks applied."""
        pixel_format = self.pixel_format()
        seen = bytes(self.layer.projectionPixelData(x, y, width, height))
        for fill in self.fills:
            if fill.visible() and _colours(fill) == _colours(self.layer):
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
                seen = bytes(fill.pixelData(*box))
                opacity = bytes(map(max, opacity, alpha_of(seen, PixelFormat.of(*_colours(fill)))))
        return opacity

    def add_fill(self, document: Document, made: Fill, clips: bool = False) -> str:
        """Add a fill on top as a new layer: one step of undo. Return a sentence for the user, or "".

        The layer's masks are in its pixels. A layer that is seen through, or that `clips` the fill to where it is
        opaque, gets into a clipping group with it. Raise Refusal if the fill would not look right.
        """
        clipped = any(fill.inheritAlpha() for fill in self.fills)
        if not clipped and (clips or not self.is_plain()):
            return self._add_clipped(document, made)
        fill = _node(document, made, _colours(self.layer))
        if clipped:
            fill.setInheritAlpha(True)
        self.layer.parentNode().addChildNode(fill, [self.layer, *self.fills][-1])
        _remember(document, fill)
        return ""

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
        if _colours(self.layer) != _colours(document.rootNode()):
            raise Refusal(refusals.SEEN_THROUGH)
        _trigger("create_quick_clipping_group", document, self.layer)
        group = self.layer.parentNode()
        if group.uniqueId() == parent.uniqueId():
            raise Refusal(refusals.SEEN_THROUGH)
        fill = group.childNodes()[-1]
        fill.setName(_name(document, made))
        _write(fill, made)
        _remember(document, fill)
        mode = self.layer.blendingMode()
        if mode != NORMAL:
            group.setBlendingMode(mode)
        document.refreshProjection()
        return "" if mode == NORMAL else GROUPED.format(mode=mode)


class Fill(NamedTuple):
    """What a fill adds: the pixels of some boxes; they are a `variant` of what `model` makes."""

    model: str
    variant: int
    pieces: list[tuple[Box, bytes]]


def add_on_top(document: Document, made: Fill) -> str:
    """Add a fill above all layers, in the picture's own colours: one step of undo. Return no sentence."""
    fill = _node(document, made, _colours(document))
    document.rootNode().addChildNode(fill, None)
    _remember(document, fill)
    return ""


def _trigger(action: str, document: Document, layer: Node) -> None:
    """Do with a layer what one of Krita's own entries does."""
    krita = Krita.instance()
    krita.setActiveDocument(document)
    document.setActiveNode(layer)
    document.waitForDone()
    krita.action(action).trigger()
    document.waitForDone()


def _node(document: Document, made: Fill, colours: tuple[str, str, str]) -> Node:
    """Return a new layer that is not in the picture yet: later Krita's undo would not record its pixels."""
    node = document.createNode(_name(document, made), "paintlayer")
    if _colours(node) != colours:
        node.setColorSpace(*colours)
    _write(node, made)
    return node


def _name(document: Document, made: Fill) -> str:
    return layer_name(len(_fills_of(document)) + 1, made.model, made.variant)


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
    if _colours(node) != _colours(colours):
        node.setColorSpace(*_colours(colours))
    node.setPixelData(pixels, 0, 0, box.width, box.height)
    scale = min(1.0, side / max(box.width, box.height))  # Krita enlarges nothing, and would leave a margin
    return node.thumbnail(max(1, round(box.width * scale)), max(1, round(box.height * scale)))


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


def _write(fill: Node, made: Fill) -> None:
    for box, pixels in made.pieces:
        fill.setPixelData(pixels, *box)


def _remember(document: Document, fill: Node) -> None:
    document.setAnnotation(FILLS, FILLS_TITLE, "\n".join([*_fills_of(document), id_of(fill)]).encode())


def _fills_of(document: Document) -> list[str]:
    """Return the ids of the layers that were added here, also of those that were removed since."""
    known = FILLS in document.annotationTypes()
    return bytes(document.annotation(FILLS)).decode(errors="replace").split() if known else []


def id_of(node: Node) -> str:
    """Return the id that the document keeps for a node, also in its file."""
    return str(node.uniqueId().toString())


def _colours(node: Node | Document) -> tuple[str, str, str]:
    return node.colorModel(), node.colorDepth(), node.colorProfile()
