"""The layers that fills become, before they are in the picture: later Krita's undo would not record their pixels.

A layer that has a mask, or others inside it, is put together in another picture and copied. Adding the copy is one step
of undo, while each addition to a layer of this picture would be another one, also to one that nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from krita import Document, Krita, Node, Selection

from gan_inpaint_client import Box
from gan_inpaint_client.dialogs import VARIANTS_TITLE, layer_name
from gan_inpaint_client.language import _

# The document remembers the ids of all fills, so that the user may rename them; it is saved with them.
FILLS = "gan_inpaint_fills"
FILLS_TITLE = "The layers that GAN Inpaint has added"
MASK_NAME = _("Selection")


class Fill(NamedTuple):
    """What a fill adds: the pixels of some boxes; they are a `variant` of what `model` makes.

    `mask` is a box and how much of it is seen, a byte a pixel; without it, all is.
    """

    model: str
    variant: int
    pieces: list[tuple[Box, bytes]]
    mask: tuple[Box, bytes] | None = None


def new_layer(document: Document, fill: Fill, colours: tuple[str, str, str]) -> Node:
    """Return the layer of a fill, in these colours."""
    name = fill_name(document, fill)
    if fill.mask is None:
        return _layer(document, fill, colours, name)
    with _beside(document) as other:
        return _layer(other, fill, colours, name).duplicate()


def new_group(document: Document, fills: list[Fill], chosen: int, colours: tuple[str, str, str]) -> Node:
    """Return a group of the layers of several fills, of which the chosen one is visible; the first is the topmost."""
    with _beside(document) as other:
        group = other.createGroupLayer(VARIANTS_TITLE)
        for number, fill in reversed([*enumerate(fills)]):
            layer = _layer(other, fill, colours, fill_name(document, fill, number))
            layer.setVisible(number == chosen)
            group.addChildNode(layer, None)
        return group.duplicate()


@contextmanager
def _beside(document: Document) -> Iterator[Document]:
    """Lend a picture that nobody sees, with the size and the colours of a document."""
    size = document.width(), document.height()
    other = Krita.instance().createDocument(*size, "", *colours_of(document), document.resolution())
    try:
        yield other
    finally:
        other.waitForDone()
        other.setModified(False)
        other.close()


def _layer(document: Document, fill: Fill, colours: tuple[str, str, str], name: str) -> Node:
    node = document.createNode(name, "paintlayer")
    if colours_of(node) != colours:
        node.setColorSpace(*colours)
    write(node, fill)
    if fill.mask is not None:
        box, seen = fill.mask
        mask, selection = document.createTransparencyMask(MASK_NAME), Selection()
        selection.setPixelData(seen, *box)
        mask.setSelection(selection)
        node.addChildNode(mask, None)
    return node


def fill_name(document: Document, fill: Fill, before: int = 0) -> str:
    """Return the name of the next fill in a document, after so many others."""
    return layer_name(len(fills_of(document)) + 1 + before, fill.model, fill.variant)


def write(node: Node, fill: Fill) -> None:
    """Write the pixels of a fill into a layer."""
    for box, pixels in fill.pieces:
        node.setPixelData(pixels, *box)


def remember(document: Document, *nodes: Node) -> None:
    """Note in the document that these layers are fills; of a group, those inside it."""
    layers = [child for node in nodes for child in (node.childNodes() if node.type() == "grouplayer" else [node])]
    ids = [*fills_of(document), *map(id_of, layers)]
    document.setAnnotation(FILLS, FILLS_TITLE, "\n".join(ids).encode())


def fills_of(document: Document) -> list[str]:
    """Return the ids of the layers that were added here, also of those that were removed since."""
    known = FILLS in document.annotationTypes()
    return bytes(document.annotation(FILLS)).decode(errors="replace").split() if known else []


def is_made(node: Node, made: list[str]) -> bool:
    """Return whether a layer is one of the fills `made`, or a group of nothing else."""
    inside = node.childNodes() if node.type() == "grouplayer" else []
    return id_of(node) in made or (bool(inside) and all(id_of(child) in made for child in inside))


def id_of(node: Node) -> str:
    """Return the id that the document keeps for a node, also in its file."""
    return str(node.uniqueId().toString())


def colours_of(node: Node | Document) -> tuple[str, str, str]:
    return node.colorModel(), node.colorDepth(), node.colorProfile()
