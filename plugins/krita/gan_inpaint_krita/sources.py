"""What a fill is taken from: selection masks of the document that say where not to sample, or where alone."""

from __future__ import annotations

from typing import NamedTuple

from krita import Document, Node

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.dialogs import AVOID, SAMPLE

from .layers import walk
from .made import id_of


class Mask(NamedTuple):
    """A mask that can be chosen, by its id in the document; `name` is what the user calls it."""

    id: str
    name: str


class Sources(NamedTuple):
    """The chosen masks of a document by the name of their option; none of them is a limit that is not there."""

    document: Document
    ids: dict[str, str]

    @classmethod
    def of(cls, document: Document, avoid: str, sample: str) -> Sources:
        """Return the masks of these ids; ids that are not in the document count as none."""
        there = {mask.id for mask in masks_of(document)}
        chosen = {AVOID.name: avoid, SAMPLE.name: sample}
        return cls(document, {name: id for name, id in chosen.items() if id in there})

    def masks(self, box: Box) -> dict[str, bytes]:
        """Return the masks of a box as fields of a request; raise Refusal if one was removed."""
        return {name: bytes(self._node(id).selection().pixelData(*box)) for name, id in self.ids.items()}

    def sampling_box(self) -> Box | None:
        """Return the box of the sampling area, None if there is none; raise Refusal if it is empty."""
        if SAMPLE.name not in self.ids:
            return None
        area = self._node(self.ids[SAMPLE.name]).selection()
        size = self.document.width(), self.document.height()
        box = Box(area.x(), area.y(), area.width(), area.height()).clipped(*size)
        if not box.width or not box.height:
            raise Refusal(refusals.NO_SAMPLE)
        return box

    def _node(self, id: str) -> Node:
        node = next((node for node in walk(self.document.rootNode()) if id_of(node) == id), None)
        if node is None:
            raise Refusal(refusals.PICTURE_CHANGED)
        return node


def masks_of(document: Document) -> list[Mask]:
    """Return the selection masks of a document that can be chosen; the picture's own selection is none of them."""
    root = id_of(document.rootNode())
    nodes = (node for node in walk(document.rootNode()) if node.type() == "selectionmask")
    return [
        Mask(id_of(node), str(node.name()))
        for node in nodes
        if not (node.visible() and node.parentNode() is not None and id_of(node.parentNode()) == root)
    ]
