"""The layer to fill, and the layer that the fill becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from krita import Document, Node

from gan_inpaint_client import Box, Refusal, refusals

from .pixels import PixelFormat, laid_over

FILL_NAME = "GAN Inpaint"
WITH_PIXELS = ("paintlayer", "grouplayer", "filelayer", "filllayer", "clonelayer", "vectorlayer")

# The document remembers the ids of all fills, so that the user may rename them; it is saved with them.
FILLS = "gan_inpaint_fills"
FILLS_TITLE = "The layers that GAN Inpaint has added"


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
        while lowest > 0 and _id(siblings[lowest]) in made:
            lowest -= 1
        above = lowest + 1
        while above < len(siblings) and _id(siblings[above]) in made:
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

    def add_fill(self, document: Document, pieces: list[tuple[Box, bytes]]) -> None:
        """Add the pixels of some boxes on top as a new layer: one step of undo.

        They are written before the layer is in the picture: Krita's undo would not record it later. The new layer has
        the opacity and the blending mode of the layer; the layer's masks are in its pixels.
        """
        fill = document.createNode(FILL_NAME, "paintlayer")
        if _colours(fill) != _colours(self.layer):
            fill.setColorSpace(*_colours(self.layer))
        for box, pixels in pieces:
            fill.setPixelData(pixels, *box)
        fill.setOpacity(self.layer.opacity())
        fill.setBlendingMode(self.layer.blendingMode())
        self.layer.parentNode().addChildNode(fill, [self.layer, *self.fills][-1])
        document.setAnnotation(FILLS, FILLS_TITLE, "\n".join([*_fills_of(document), _id(fill)]).encode())


def find(document: Document, unique_id: object) -> Node | None:
    """Return the layer of this id, wherever it is in the document now."""
    return next((node for node in _walk(document.rootNode()) if node.uniqueId() == unique_id), None)


def _walk(node: Node) -> Iterator[Node]:
    for child in node.childNodes():
        yield child
        yield from _walk(child)


def _check_seen(layer: Node) -> None:
    """Raise Refusal if the layer, or a group that it is in, is hidden."""
    if not layer.visible():
        raise Refusal(refusals.HIDDEN)
    group = layer.parentNode()
    while group is not None and group.parentNode() is not None:
        if not group.visible():
            raise Refusal(refusals.HIDDEN_GROUP)
        group = group.parentNode()


def _fills_of(document: Document) -> list[str]:
    """Return the ids of the layers that were added here, also of those that were removed since."""
    known = FILLS in document.annotationTypes()
    return bytes(document.annotation(FILLS)).decode(errors="replace").split() if known else []


def _id(node: Node) -> str:
    return str(node.uniqueId().toString())


def _colours(node: Node) -> tuple[str, str, str]:
    return node.colorModel(), node.colorDepth(), node.colorProfile()
