"""The layer to fill, and the layer that the fill becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from krita import Document, Node

from gan_inpaint_client import Refusal, refusals

from .pixels import PixelFormat, laid_over

FILL_NAME = "GAN Inpaint"
WITH_PIXELS = ("paintlayer", "grouplayer", "filelayer", "filllayer", "clonelayer", "vectorlayer")


class Ground(NamedTuple):
    """A layer and the fills above it, the lowest first.

    They count as one: a fill starts from the result of the earlier fills, whichever of them is the active layer.
    """

    layer: Node
    fills: list[Node]

    @classmethod
    def under(cls, active: Node) -> Ground:
        """Return the layer to fill if `active` is the active layer or a mask on it."""
        while active.type().endswith("mask") and active.parentNode() is not None:
            active = active.parentNode()
        if active.parentNode() is None:
            raise Refusal(refusals.NO_LAYER)
        siblings = active.parentNode().childNodes()
        lowest = next(index for index, node in enumerate(siblings) if node.uniqueId() == active.uniqueId())
        while lowest > 0 and _is_fill(siblings[lowest]):
            lowest -= 1
        above = lowest + 1
        while above < len(siblings) and _is_fill(siblings[above]):
            above += 1
        return cls(siblings[lowest], siblings[lowest + 1 : above])

    def pixel_format(self) -> PixelFormat:
        """Return the format of the layer's pixels; raise Refusal if the layer cannot be filled."""
        if self.layer.type() not in WITH_PIXELS:
            raise Refusal(refusals.WITHOUT_PIXELS)
        if not self.layer.visible():
            raise Refusal(refusals.HIDDEN)
        return PixelFormat.of(*_colours(self.layer))

    def pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return what the layer and the fills above it show, with the layer's masks applied."""
        pixel_format = self.pixel_format()
        seen = bytes(self.layer.projectionPixelData(x, y, width, height))
        for fill in self.fills:
            if fill.visible() and _colours(fill) == _colours(self.layer):
                seen = laid_over(seen, bytes(fill.projectionPixelData(x, y, width, height)), pixel_format)
        return seen

    def add_fill(self, document: Document, pixels: bytes, x: int, y: int, width: int, height: int) -> None:
        """Add `pixels` on top as a new layer: one step of undo.

        They are written before the layer is in the picture: Krita's undo would not record it later.
        """
        fill = document.createNode(FILL_NAME, "paintlayer")
        if _colours(fill) != _colours(self.layer):
            fill.setColorSpace(*_colours(self.layer))
        fill.setPixelData(pixels, x, y, width, height)
        self.layer.parentNode().addChildNode(fill, [self.layer, *self.fills][-1])


def find(document: Document, unique_id: object) -> Node | None:
    """Return the layer of this id, wherever it is in the document now."""
    return next((node for node in _walk(document.rootNode()) if node.uniqueId() == unique_id), None)


def _walk(node: Node) -> Iterator[Node]:
    for child in node.childNodes():
        yield child
        yield from _walk(child)


def _is_fill(node: Node) -> bool:
    return bool(node.type() == "paintlayer" and node.name() == FILL_NAME)


def _colours(node: Node) -> tuple[str, str, str]:
    return node.colorModel(), node.colorDepth(), node.colorProfile()
