"""The layers that fills become, before they are in the picture: later Krita's undo would not record their pixels.

A layer that has a mask, or others inside it, is put together first, and then copied. Each addition to it is a step of
undo, although nobody sees it. These steps are taken back; adding the copy to the picture is the one step that stays.
"""

from __future__ import annotations

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
    layer = _layer(document, fill, colours, fill_name(document, fill))
    return layer if fill.mask is None else _copied(document, layer)


def new_group(document: Document, fills: list[Fill], chosen: int, colours: tuple[str, str, str]) -> Node:
    """Return a group of the layers of several fills, of which the chosen one is visible; the first is the topmost."""
    group = document.createGroupLayer(VARIANTS_TITLE)
    for number, fill in reversed([*enumerate(fills)]):
        layer = _layer(document, fill, colours, fill_name(document, fill, number))
        layer.setVisible(number == chosen)
        group.addChildNode(layer, None)
    return _copied(document, group)


def _copied(document: Document, node: Node) -> Node:
    """Return a copy of a layer and all inside it, and take back the steps of undo in which that got there.

    They change nothing that anybody sees. If the picture is not the one that is shown, they stay.
    """
    copy = node.duplicate()
    for inside in range(_count(node), 0, -1):
        if Krita.instance().activeDocument() != document:
            break
        document.waitForDone()
        Krita.instance().action("edit_undo").trigger()
        document.waitForDone()
        if _count(node) >= inside:  # that was another step
            Krita.instance().action("edit_redo").trigger()
            break
    return copy


def _count(node: Node) -> int:
    """Return how many layers and masks are inside a layer."""
    return sum(1 + _count(child) for child in node.childNodes())


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
