"""Documents and selections; pixels are sent as base64 of Krita's bytes."""

from __future__ import annotations

import base64
import itertools
from typing import Any

from krita import Document, Krita, Selection
from PyQt5.QtGui import QImage
from PyQt5.QtWidgets import QMdiArea

from .noise import even, noise
from .windows import trigger


def create(width: int, height: int, model: str = "RGBA", depth: str = "U8", profile: str = "") -> None:
    """Show a picture with one opaque layer of noise, "Background"."""
    krita = Krita.instance()
    document = krita.createDocument(width, height, "picture", model, depth, profile, 300.0)
    layer = document.rootNode().childNodes()[0]
    layer.setName("Background")
    if model in ("RGBA", "GRAYA"):
        layer.setPixelData(noise(width * height, layer), 0, 0, width, height)
    document.refreshProjection()
    document.waitForDone()
    krita.activeWindow().addView(document)


def create_even(width: int, height: int, level: float) -> None:
    """Show a picture with one opaque gray layer."""
    krita = Krita.instance()
    document = krita.createDocument(width, height, "picture", "RGBA", "U8", "", 300.0)
    layer = document.rootNode().childNodes()[0]
    layer.setPixelData(even(width * height, layer, level), 0, 0, width, height)
    document.refreshProjection()
    document.waitForDone()
    krita.activeWindow().addView(document)


def open_file(path: str) -> None:
    krita = Krita.instance()
    krita.activeWindow().addView(krita.openDocument(path))


def ready() -> bool:
    """Whether a picture is shown and one of its layers is the active one."""
    document = Krita.instance().activeDocument()
    return bool(document and document.activeNode() and Krita.instance().activeWindow().activeView())


def show_picture(number: int) -> None:
    """Bring a picture to the front; they are numbered as they were opened, from 0."""
    pictures = Krita.instance().activeWindow().qwindow().findChild(QMdiArea)
    pictures.setActiveSubWindow(pictures.subWindowList(QMdiArea.WindowOrder.CreationOrder)[number])


def picture_is_shown(number: int) -> bool:
    return ready() and current() == _picture(number)


def layers_of_picture_are(number: int, count: int) -> bool:
    """Whether a picture has so many layers."""
    nodes = _picture(number).rootNode().childNodes()
    return sum(node.type() != "selectionmask" for node in nodes) == count


def close_all() -> None:
    """Close every picture, as the user does."""
    for document in Krita.instance().documents():
        document.setModified(False)
    trigger("file_close_all")


def select(box: tuple[int, int, int, int], value: int = 255, feather: int = 0) -> None:
    selection = Selection()
    selection.select(*box, value)
    if feather:
        selection.feather(feather)
    current().setSelection(selection)
    current().waitForDone()


def select_boxes(boxes: list[tuple[int, int, int, int]]) -> None:
    selection = Selection()
    for x, y, width, height in boxes:
        selection.setPixelData(b"\xff" * width * height, x, y, width, height)
    current().setSelection(selection)
    current().waitForDone()


def select_mask(path: str) -> None:
    """Select what is white in a picture of the document's size."""
    mask, selection = QImage(path).convertToFormat(QImage.Format.Format_Grayscale8), Selection()
    for y in range(mask.height()):
        selection.setPixelData(mask.constScanLine(y).asstring(mask.width()), 0, y, mask.width(), 1)
    current().setSelection(selection)
    for _ in range(2):  # there and back: only Krita's own entries compute the outline again
        trigger("invert_selection")
    current().waitForDone()


def select_speckles(spacing: int, side: int) -> None:
    """Select squares of `side` pixels all over the picture, every `spacing` pixels: much work, spread widely."""
    document, selection = current(), Selection()
    for x, y in itertools.product(
        *(range(spacing, end - side, spacing) for end in (document.width(), document.height()))
    ):
        selection.setPixelData(b"\xff" * side * side, x, y, side, side)
    document.setSelection(selection)
    document.waitForDone()


def has_selection() -> bool:
    return current().selection() is not None


def selection() -> str:
    """The selection over the picture, a byte a pixel."""
    document = current()
    return encoded(document.selection().pixelData(0, 0, document.width(), document.height()))


def clear_selection() -> None:
    current().setSelection(None)
    current().waitForDone()


def is_something_selected() -> bool:
    return current().selection() is not None


def picture() -> str:
    """The pixels of the merged picture."""
    document = current()
    document.waitForDone()
    return encoded(document.pixelData(0, 0, document.width(), document.height()))


def resize(width: int, height: int) -> None:
    """Cut the picture down to a size, from its lower right corner on."""
    document = current()
    document.crop(document.width() - width, document.height() - height, width, height)
    document.waitForDone()


def step(action: str) -> bool:
    """Undo or redo one step, which Krita leaves out while it is at work on the picture; false where there is none."""
    current().waitForDone()
    return trigger(action)


def next_undo() -> list[Any]:
    """What the entry Undo offers to take back."""
    current().waitForDone()
    entry = Krita.instance().action("edit_undo")
    return [entry.isEnabled(), entry.text(), entry.toolTip()]


def forget_changes() -> None:
    current().setModified(False)


def modified() -> bool:
    return current().modified()


def current() -> Document:
    """The document that is shown."""
    return Krita.instance().activeDocument()


def _picture(number: int) -> Document:
    return Krita.instance().documents()[number]


def encoded(data: Any) -> str:
    return base64.b64encode(bytes(data)).decode()
