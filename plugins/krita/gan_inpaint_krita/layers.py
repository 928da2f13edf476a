"""The layer that is filled, and the layer that a fill becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from krita import Document, Node

from .failures import Refusal
from .pixels import PixelFormat, laid_over

FILL_NAME = "GAN Inpaint"
WITH_PIXELS = ("paintlayer", "grouplayer", "filelayer", "filllayer", "clonelayer", "vectorlayer")


class Ground(NamedTuple):
    """A layer, and the fills that lie on it already, the lowest first.

    They are seen as one: a fill starts from what the fills before it have left, whichever of them is the active layer.
    """

    layer: Node
    fills: list[Node]

    @classmethod
    def under(cls, active: Node) -> Ground:
        """What is meant when `active` is the active layer, or a mask on it."""
        while active.type().endswith("mask") and active.parentNode() is not None:
            active = active.parentNode()
        if active.parentNode() is None:
            raise Refusal("No layer is chosen. Choose the layer that shows what is to be removed.")
        siblings = active.parentNode().childNodes()
        lowest = next(index for index, node in enumerate(siblings) if node.uniqueId() == active.uniqueId())
        while lowest > 0 and _is_fill(siblings[lowest]):
            lowest -= 1
        above = lowest + 1
        while above < len(siblings) and _is_fill(siblings[above]):
            above += 1
        return cls(siblings[lowest], siblings[lowest + 1 : above])

    def pixel_format(self) -> PixelFormat:
        """Raises Refusal where the layer is none that can be filled."""
        if self.layer.type() not in WITH_PIXELS:
            raise Refusal("The chosen layer has no pixels of its own. Choose the one that shows what is to be removed.")
        if not self.layer.visible():
            raise Refusal("The chosen layer is hidden. Show it, or choose the one that shows what is to be removed.")
        return PixelFormat.of(*_colours(self.layer))

    def pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """What is seen of the layer and of the fills on it, with the layer's masks applied."""
        pixel_format = self.pixel_format()
        seen = bytes(self.layer.projectionPixelData(x, y, width, height))
        for fill in self.fills:
            if fill.visible() and _colours(fill) == _colours(self.layer):
                seen = laid_over(seen, bytes(fill.projectionPixelData(x, y, width, height)), pixel_format)
        return seen

    def add_fill(self, document: Document, pixels: bytes, x: int, y: int, width: int, height: int) -> None:
        """Put `pixels` on top as a layer of their own: one step of undo.

        Only a layer that is not in the picture yet may be written: later, Krita would not record it.
        """
        fill = document.createNode(FILL_NAME, "paintlayer")
        if _colours(fill) != _colours(self.layer):
            fill.setColorSpace(*_colours(self.layer))
        fill.setPixelData(pixels, x, y, width, height)
        self.layer.parentNode().addChildNode(fill, [self.layer, *self.fills][-1])


def find(document: Document, unique_id: object) -> Node | None:
    """The layer of this id, wherever it now stands in the document."""
    return next((node for node in _walk(document.rootNode()) if node.uniqueId() == unique_id), None)


def _walk(node: Node) -> Iterator[Node]:
    for child in node.childNodes():
        yield child
        yield from _walk(child)


def _is_fill(node: Node) -> bool:
    return bool(node.type() == "paintlayer" and node.name() == FILL_NAME)


def _colours(node: Node) -> tuple[str, str, str]:
    return node.colorModel(), node.colorDepth(), node.colorProfile()
