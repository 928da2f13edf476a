"""What the tests can ask of Krita; pixels travel as base64 of the bytes that Krita holds."""

from __future__ import annotations

import base64
import itertools
import random
import struct
import sys
import time
import traceback
from typing import Any

from krita import Document, Krita, Node, Selection, View
from PyQt5.QtCore import QTimer
from PyQt5.QtGui import QImage
from PyQt5.QtWidgets import (
    QAction,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QMenu,
    QMessageBox,
    QProgressDialog,
    QPushButton,
    QSpinBox,
    QWidget,
)

ONE = {"U8": b"\xff", "U16": b"\xff\xff", "F16": struct.pack("<e", 1), "F32": struct.pack("<f", 1)}
FLOATS = {"F16": "e", "F32": "f"}
TITLE = "GAN Inpaint"
LAYER_LIST_SECONDS = 0.1

last_call = 0.0

_messages: list[str] = []
_defects: list[str] = []


def watch_failures() -> None:
    """Keep what is shown as a floating message, which Krita draws itself, and what no slot has caught."""
    show = View.showFloatingMessage

    def keep_and_show(view: View, message: str, *style: Any) -> None:
        _messages.append(message)
        show(view, message, *style)

    View.showFloatingMessage = keep_and_show
    # Krita's own hook opens a modal window, which nobody here would close.
    sys.excepthook = lambda *failure: _defects.append("".join(traceback.format_exception(*failure)))


def messages() -> list[str]:
    """The floating messages since the last call."""
    shown = _messages.copy()
    _messages.clear()
    return shown


def defects() -> list[str]:
    """Tracebacks of all exceptions that left a slot."""
    return _defects


def at_once(calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Do several operations in one turn of the event loop, so that nothing else happens in between."""
    for operation, arguments in calls:
        globals()[operation](**arguments)


def remember(name: str, value: str) -> None:
    """Write one of the values that the dialog remembers."""
    Krita.instance().writeSetting("gan_inpaint", name, value)


def create(width: int, height: int, model: str = "RGBA", depth: str = "U8", profile: str = "") -> None:
    """Show a picture with one opaque layer of noise, "Background"."""
    krita = Krita.instance()
    document = krita.createDocument(width, height, "picture", model, depth, profile, 300.0)
    layer = document.rootNode().childNodes()[0]
    layer.setName("Background")
    if model in ("RGBA", "GRAYA"):
        layer.setPixelData(_noise(width * height, layer), 0, 0, width, height)
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


def calm() -> bool:
    """Whether the list of layers shows what the last call changed, which it does 100 ms later at most.

    Krita 5.2 ends, in KisNodeModel::processUpdateQueue, where a picture is closed before.
    """
    return time.monotonic() - last_call > 2 * LAYER_LIST_SECONDS


def close_all() -> None:
    """Close every picture, as the user does."""
    for document in Krita.instance().documents():
        document.setModified(False)
    trigger("file_close_all")


def trigger(action: str) -> bool:
    """Do what choosing a menu entry or its shortcut does; false where the entry is gray."""
    entry = Krita.instance().action(action)
    enabled = bool(entry.isEnabled())
    entry.trigger()
    return enabled


def menu(name: str) -> list[str]:
    """The texts of a menu's entries."""
    return [entry.text().replace("&", "") for entry in _menu(name).actions() if not entry.isSeparator()]


def open_menu(name: str, entry: str) -> None:
    """Show a menu with one of its entries under the mouse, as a user does before the click."""
    menu = _menu(name)
    _window().menuBar().setActiveAction(menu.menuAction())
    menu.setActiveAction(next(action for action in menu.actions() if action.text() == entry))


def close_menu(name: str) -> None:
    _menu(name).close()


def select(box: tuple[int, int, int, int], value: int = 255, feather: int = 0) -> None:
    selection = Selection()
    selection.select(*box, value)
    if feather:
        selection.feather(feather)
    _document().setSelection(selection)
    _document().waitForDone()


def select_mask(path: str) -> None:
    """Select what is white in a picture of the document's size."""
    mask, selection = QImage(path).convertToFormat(QImage.Format.Format_Grayscale8), Selection()
    for y in range(mask.height()):
        selection.setPixelData(mask.constScanLine(y).asstring(mask.width()), 0, y, mask.width(), 1)
    _document().setSelection(selection)
    _document().waitForDone()


def select_speckles(spacing: int, side: int) -> None:
    """Select squares of `side` pixels all over the picture, every `spacing` pixels: much work, spread widely."""
    document, selection = _document(), Selection()
    for x, y in itertools.product(
        *(range(spacing, end - side, spacing) for end in (document.width(), document.height()))
    ):
        selection.setPixelData(b"\xff" * side * side, x, y, side, side)
    document.setSelection(selection)
    document.waitForDone()


def deselect() -> None:
    _document().setSelection(None)
    _document().waitForDone()


def selection() -> str:
    """The selection over the picture, a byte a pixel."""
    document = _document()
    return _encoded(document.selection().pixelData(0, 0, document.width(), document.height()))


def picture() -> str:
    """The pixels of the merged picture."""
    document = _document()
    document.waitForDone()
    return _encoded(document.pixelData(0, 0, document.width(), document.height()))


def layers() -> list[dict[str, Any]]:
    """The layers at the top of the tree, the lowest first."""
    _document().waitForDone()
    return [
        {
            "name": layer.name(),
            "type": layer.type(),
            "box": [layer.bounds().x(), layer.bounds().y(), layer.bounds().width(), layer.bounds().height()],
            "colours": [layer.colorModel(), layer.colorDepth(), layer.colorProfile()],
        }
        for layer in _document().rootNode().childNodes()
        if layer.type() != "selectionmask"
    ]


def forget_changes() -> None:
    _document().setModified(False)


def modified() -> bool:
    return _document().modified()


def count_is(layers_wanted: int) -> bool:
    return len(layers()) == layers_wanted


def active() -> str:
    return _document().activeNode().name()


def is_active(name: str) -> bool:
    return active() == name


def activate(name: str) -> None:
    _document().setActiveNode(_layer(name))


def pixels(name: str, box: tuple[int, int, int, int]) -> str:
    """A layer's own pixels."""
    return _encoded(_layer(name).pixelData(*box))


def change(name: str, box: tuple[int, int, int, int]) -> None:
    """Put other noise into a layer, as a brush of another plug-in would."""
    layer = _layer(name)
    layer.setPixelData(_noise(box[2] * box[3], layer, seed=2), *box)
    _document().refreshProjection()


def clear(name: str, box: tuple[int, int, int, int]) -> None:
    """Make a part of a layer transparent."""
    layer = _layer(name)
    layer.setPixelData(bytes(_pixel_bytes(layer) * box[2] * box[3]), *box)
    _document().refreshProjection()


def remove(name: str) -> None:
    _layer(name).remove()


def move(name: str, x: int, y: int) -> None:
    _layer(name).move(x, y)
    _document().refreshProjection()


def resize(width: int, height: int) -> None:
    """Cut the picture down to a size, from its lower right corner on."""
    document = _document()
    document.crop(document.width() - width, document.height() - height, width, height)
    document.waitForDone()


def lock(name: str) -> None:
    _layer(name).setLocked(True)


def hide(name: str) -> None:
    _layer(name).setVisible(False)


def convert(name: str, model: str, depth: str, profile: str) -> None:
    """Give one layer colours that are not its picture's."""
    _layer(name).setColorSpace(model, depth, profile)
    _document().waitForDone()


def add(kind: str) -> str:
    """Add a layer, or a mask on the lowest layer, over everything; its name."""
    document = _document()
    background = document.rootNode().childNodes()[0]
    made, parent = {
        "empty paint layer": lambda: (document.createNode("empty", "paintlayer"), document.rootNode()),
        "vector layer": lambda: (document.createVectorLayer("vector"), document.rootNode()),
        "clone layer": lambda: (document.createCloneLayer("clone", background), document.rootNode()),
        "filter layer": lambda: (
            document.createFilterLayer("filter", Krita.instance().filter("invert"), Selection()),
            document.rootNode(),
        ),
        "transparency mask": lambda: (document.createTransparencyMask("mask"), background),
    }[kind]()
    if kind == "transparency mask":
        everything = Selection()
        everything.select(0, 0, document.width(), document.height(), 255)
        made.setSelection(everything)
    parent.addChildNode(made, None)
    document.waitForDone()
    return made.name()


def group(name: str) -> str:
    """Put a layer into a group of its own; the group's name."""
    document, layer = _document(), _layer(name)
    made = document.createGroupLayer("group")
    document.rootNode().addChildNode(made, layer)
    inside = layer.duplicate()
    made.addChildNode(inside, None)
    layer.remove()
    document.waitForDone()
    return made.name()


def dialog_is_shown() -> bool:
    return bool(_shown(QDialog, title=TITLE))


def dialog_offers_models() -> bool:
    return dialog_is_shown() and len(_models()) > 1


def dialog(**wanted: Any) -> dict[str, Any]:
    """What the dialog shows, after `wanted` was chosen in it."""
    model, (grow, feather) = _one(QComboBox), _dialog().findChildren(QSpinBox)
    if "model" in wanted:
        model.setCurrentIndex(_models().index(wanted["model"]))
    grow.setValue(wanted.get("grow", grow.value()))
    feather.setValue(wanted.get("feather", feather.value()))
    return {"models": _models(), "model": model.currentData(), "grow": grow.value(), "feather": feather.value()}


def press(button: str) -> None:
    """Press a button of the dialog."""
    kind = {"Fill": QDialogButtonBox.StandardButton.Ok, "Cancel": QDialogButtonBox.StandardButton.Cancel}[button]
    _one(QDialogButtonBox).button(kind).click()


def progress() -> str:
    """The text of the progress window; empty when it is not shown."""
    shown = _shown(QProgressDialog)
    return shown[0].labelText() if shown else ""


def press_cancel() -> None:
    _shown(QProgressDialog)[0].findChild(QPushButton).click()


def close_message_box() -> str:
    """The text of the message box that is shown, which is closed."""
    boxes = _shown(QMessageBox)
    if not boxes:
        return ""
    boxes[0].close()
    return boxes[0].text()


class _Gaps:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.largest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(20)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.largest, self._last = max(self.largest, now - self._last), now


_gaps: list[_Gaps] = []


def watch_gaps() -> None:
    _gaps[:] = [_Gaps()]


def largest_gap() -> float:
    """Seconds, since `watch_gaps`."""
    return _gaps.pop().largest


def maximize() -> None:
    _window().showMaximized()


def _window() -> Any:
    return Krita.instance().activeWindow().qwindow()


def _document() -> Document:
    return Krita.instance().activeDocument()


def _layer(name: str) -> Node:
    return _document().nodeByName(name)


def _menu(name: str) -> QMenu:
    entries: list[QAction] = _window().menuBar().actions()
    return next(entry.menu() for entry in entries if entry.text().replace("&", "") == name)


def _shown(kind: type[QWidget], title: str = "") -> list[Any]:
    widgets = QApplication.topLevelWidgets()
    return [
        w for w in widgets if isinstance(w, kind) and w.isVisible() and w.windowTitle() in (title or w.windowTitle())
    ]


def _dialog() -> QDialog:
    return _shown(QDialog, title=TITLE)[0]


def _one(kind: type[QWidget]) -> Any:
    return _dialog().findChild(kind)


def _models() -> list[str]:
    box = _one(QComboBox)
    return [box.itemData(index) for index in range(box.count())]


def _encoded(data: Any) -> str:
    return base64.b64encode(bytes(data)).decode()


def _pixel_bytes(layer: Node) -> int:
    return len(ONE[layer.colorDepth()]) * (2 if layer.colorModel() == "GRAYA" else 4)


def _noise(count: int, layer: Node, seed: int = 1) -> bytes:
    """Opaque pixels with random colours, floats between 0 and 1."""
    generator, one, step = random.Random(seed), ONE[layer.colorDepth()], _pixel_bytes(layer)
    if layer.colorDepth() in FLOATS:
        samples = count * step // len(one)
        noise = struct.pack(f"<{samples}{FLOATS[layer.colorDepth()]}", *(generator.random() for _ in range(samples)))
    else:
        noise = generator.randbytes(count * step)
    opaque = bytearray(noise)
    for byte, value in enumerate(one):
        opaque[step - len(one) + byte :: step] = bytes([value]) * count
    return bytes(opaque)
