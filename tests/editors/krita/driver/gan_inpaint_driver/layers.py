"""Layers: what there are, and what a user or another plug-in does to them."""

from __future__ import annotations

from typing import Any

from krita import Krita, Node, Selection

from .documents import current, encoded
from .noise import even, noise, pixel_bytes
from .windows import trigger


def layers() -> list[dict[str, Any]]:
    """The layers at the top of the tree, the lowest first."""
    current().waitForDone()
    return [
        {
            "name": layer.name(),
            "type": layer.type(),
            "box": [layer.bounds().x(), layer.bounds().y(), layer.bounds().width(), layer.bounds().height()],
            "colours": [layer.colorModel(), layer.colorDepth(), layer.colorProfile()],
        }
        for layer in current().rootNode().childNodes()
        if layer.type() != "selectionmask"
    ]


def tree(name: str = "") -> list[dict[str, Any]]:
    """What is inside a layer, or in the picture, the lowest first: names, types, and whether they are visible."""
    current().waitForDone()
    nodes = (_layer(name) if name else current().rootNode()).childNodes()
    return [{"name": node.name(), "type": node.type(), "visible": node.visible()} for node in nodes]


def mask_of(name: str) -> str:
    """The transparency mask of a layer over the picture, a byte a pixel."""
    (mask,) = (node for node in _layer(name).childNodes() if node.type() == "transparencymask")
    return encoded(mask.selection().pixelData(0, 0, current().width(), current().height()))


def count_is(layers_wanted: int) -> bool:
    return len(layers()) == layers_wanted


def inside_is(name: str, siblings: list[str]) -> bool:
    """Whether a layer is there, and beside these, the lowest first."""
    current().waitForDone()
    layer = _layer(name)
    beside = layer.parentNode().childNodes() if layer is not None else []
    return [each.name() for each in beside if each.type() != "selectionmask"] == siblings


def box_of(name: str) -> list[int]:
    """The box of what is in a layer, wherever the layer is."""
    bounds = _layer(name).bounds()
    return [bounds.x(), bounds.y(), bounds.width(), bounds.height()]


def active() -> str:
    return current().activeNode().name()


def is_active(name: str) -> bool:
    return active() == name


def activate(name: str) -> None:
    current().setActiveNode(_layer(name))


def pixels(name: str, box: tuple[int, int, int, int]) -> str:
    """A layer's own pixels."""
    return encoded(_layer(name).pixelData(*box))


def change(name: str, box: tuple[int, int, int, int]) -> None:
    """Put other noise into a layer, as a brush of another plug-in would."""
    layer = _layer(name)
    layer.setPixelData(noise(box[2] * box[3], layer, seed=2), *box)
    current().refreshProjection()


def paint(name: str, boxes: list[tuple[int, int, int, int]], level: float) -> None:
    """Make parts of a layer gray."""
    layer = _layer(name)
    for box in boxes:
        layer.setPixelData(even(box[2] * box[3], layer, level), *box)
    current().refreshProjection()


def stroke(name: str, box: tuple[int, int, int, int], colour: str, alpha: int = 255) -> None:
    """Paint a box of a layer with a colour, `rrggbb`, as far as `alpha` says: without a step of undo."""
    red, green, blue = bytes.fromhex(colour)
    _layer(name).setPixelData(bytes((blue, green, red, alpha)) * (box[2] * box[3]), *box)
    current().refreshProjection()
    current().waitForDone()


def clear(name: str, box: tuple[int, int, int, int]) -> None:
    """Make a part of a layer transparent."""
    layer = _layer(name)
    layer.setPixelData(bytes(pixel_bytes(layer) * box[2] * box[3]), *box)
    current().refreshProjection()


def remove(name: str) -> None:
    _layer(name).remove()


def move(name: str, x: int, y: int) -> None:
    _layer(name).move(x, y)
    current().refreshProjection()


def lock(name: str) -> None:
    _layer(name).setLocked(True)


def hide(name: str) -> None:
    _layer(name).setVisible(False)


def rename(name: str, to: str) -> None:
    _layer(name).setName(to)


def look(name: str, opacity: int = 255, mode: str = "normal") -> None:
    """Change how a layer is laid over those below."""
    _layer(name).setOpacity(opacity)
    _layer(name).setBlendingMode(mode)
    current().refreshProjection()
    current().waitForDone()


def select_locally(name: str, box: tuple[int, int, int, int]) -> None:
    """Give a layer a selection mask, which takes the place of the picture's selection."""
    mask, selection = current().createSelectionMask("local"), Selection()
    selection.select(*box, 255)
    mask.setSelection(selection)
    _layer(name).addChildNode(mask, None)
    current().waitForDone()


def add_mask(name: str, box: tuple[int, int, int, int]) -> str:
    """Give a layer a hidden selection mask, which is in nobody's way; its id."""
    mask, selection = current().createSelectionMask("marked"), Selection()
    selection.select(*box, 255)
    mask.setSelection(selection)
    mask.setVisible(False)
    _layer(name).addChildNode(mask, None)
    current().waitForDone()
    return str(mask.uniqueId().toString())


def local_selection(name: str) -> str:
    """The selection of a layer's selection mask over the picture, a byte a pixel."""
    (mask,) = (node for node in _layer(name).childNodes() if node.type() == "selectionmask")
    return encoded(mask.selection().pixelData(0, 0, current().width(), current().height()))


def convert(name: str, model: str, depth: str, profile: str) -> None:
    """Give one layer colours that are not its picture's."""
    _layer(name).setColorSpace(model, depth, profile)
    current().waitForDone()


def add(kind: str) -> str:
    """Add a layer, or a mask on the lowest layer, over everything; its name."""
    document = current()
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


def animate(name: str, frames: list[tuple[int, float]], hole: tuple[int, int, int, int], dark: float) -> None:
    """Give the active layer frames at times, each of one gray, but for a dark box."""
    layer, document = _layer(name), current()
    everything = (0, 0, document.width(), document.height())
    layer.enableAnimation()
    for time, level in frames:
        show_time(time)
        trigger("add_duplicate_frame")
        document.waitForDone()
        for box, gray in ((everything, level), (hole, dark)):
            layer.setPixelData(even(box[2] * box[3], layer, gray), *box)
    assert [time for time in range(20) if layer.hasKeyframeAtTime(time)] == [time for time, _ in frames]
    document.refreshProjection()
    document.waitForDone()


def show_time(time: int) -> None:
    """Show a time of the animation."""
    current().setCurrentTime(time)
    current().waitForDone()
    current().refreshProjection()
    current().waitForDone()


def shown_time() -> int:
    """The time that is shown."""
    return current().currentTime()


def group(name: str) -> str:
    """Put a layer into a new group; return the group's name."""
    document, layer = current(), _layer(name)
    made = document.createGroupLayer("group")
    document.rootNode().addChildNode(made, layer)
    inside = layer.duplicate()
    made.addChildNode(inside, None)
    layer.remove()
    document.waitForDone()
    return made.name()


def _layer(name: str) -> Node:
    return current().nodeByName(name)
