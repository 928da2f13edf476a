"""Runs inside GIMP as a batch script and answers the tests' calls over a Unix socket.

A call is `{"operation": name, "arguments": {…}}`, its answer `{"value": …}` or `{"error": traceback}`. Images and
layers are named by GIMP's own numbers, pixels are sent as base64 of the layer's bytes.
"""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import struct
import sys
import traceback
from typing import Any

import gi

gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Babl, Gegl, Gimp, Gio  # noqa: E402

sys.path.insert(0, os.path.dirname(os.environ["GIMP_TEST_SOCKET"]))  # noqa: PTH120 (where the script's copy is)
from unfillable import UNFILLABLE  # noqa: E402

_DISPLAYS: list[Gimp.Display] = []
FLOATS = {"half": "e", "float": "f", "double": "d"}


def create(
    width: int,
    height: int,
    precision: str = "u8-non-linear",
    gray: bool = False,
    alpha: bool = False,
    layer: tuple[int, int, int, int] | None = None,
    profile: str | None = None,
) -> dict[str, int]:
    """An image with one layer of noise; `layer` is its x, y, width and height where it is not the image's."""
    base = Gimp.ImageBaseType.GRAY if gray else Gimp.ImageBaseType.RGB
    image = Gimp.Image.new_with_precision(width, height, base, getattr(Gimp.Precision, _constant(precision)))
    if profile:
        image.set_color_profile(getattr(Gimp.ColorProfile, profile)())
    x, y, layer_width, layer_height = layer or (0, 0, width, height)
    noise = _new_layer(image, layer_width, layer_height, alpha)
    noise.set_offsets(x, y)
    _write(noise, _noise(noise, layer_width * layer_height))
    return {"image": image.get_id(), "layer": noise.get_id()}


def images() -> list[dict[str, int]]:
    """The images that are open, each with its topmost layer; an image that is still being loaded has none."""
    layers = {image.get_id(): image.get_layers() for image in Gimp.get_images()}
    return [{"image": image, "layer": found[0].get_id()} for image, found in layers.items() if found]


def show(image: int) -> None:
    """Open a window on the image."""
    _DISPLAYS.append(Gimp.Display.new(_image(image)))


def save(image: int, path: str) -> None:
    """Write an image to a file, from which the user can revert it then."""
    file = Gio.File.new_for_path(path)
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, _image(image), file, None)
    _image(image).set_file(file)


def close(image: int) -> None:
    """Close one image with its window."""
    for display in list(_DISPLAYS):
        _DISPLAYS.remove(display)
        display.delete()
    if Gimp.Image.id_is_valid(image):
        _image(image).delete()


def hide_last() -> None:
    """Close the window of the image that was shown last."""
    _DISPLAYS.pop().delete()


def close_all() -> None:
    """Forget every image, and its window."""
    while _DISPLAYS:
        _DISPLAYS.pop().delete()
    for image in Gimp.get_images():
        image.delete()


def select(image: int, box: tuple[int, int, int, int], ellipse: bool = False, feather: float = 0) -> None:
    choose = _image(image).select_ellipse if ellipse else _image(image).select_rectangle
    choose(Gimp.ChannelOps.REPLACE, *box)
    if feather:
        Gimp.Selection.feather(_image(image), feather)


def select_speckles(image: int, spacing: int, side: int) -> None:
    """Select squares of `side` pixels all over the image, every `spacing` pixels: much work, spread widely."""
    picture = _image(image)
    Gimp.Selection.none(picture)
    for y in range(spacing, picture.get_height() - side, spacing):
        for x in range(spacing, picture.get_width() - side, spacing):
            picture.select_rectangle(Gimp.ChannelOps.ADD, x, y, side, side)


def select_mask(image: int, path: str) -> None:
    """Select what is white in a picture file of the image's size."""
    picture = _image(image)
    mask = Gimp.file_load_layer(Gimp.RunMode.NONINTERACTIVE, picture, Gio.File.new_for_path(path))
    picture.insert_layer(mask, None, 0)
    picture.select_color(Gimp.ChannelOps.REPLACE, mask, Gegl.Color.new("white"))
    picture.remove_layer(mask)
    Gimp.displays_flush()


def selection(layer: int) -> str:
    """Return the selection in the layer's area, a byte a pixel."""
    drawable = _layer(layer)
    _, x, y = drawable.get_offsets()
    box = Gegl.Rectangle.new(x, y, drawable.get_width(), drawable.get_height())
    return _encoded(drawable.get_image().get_selection().get_buffer().get(box, 1.0, "Y u8", Gegl.AbyssPolicy.NONE))


def overlay(layer: int) -> str:
    """Return what is shown in red in the layer's area, a byte a pixel; empty if nothing is."""
    drawable = _layer(layer)
    _, x, y = drawable.get_offsets()
    box = Gegl.Rectangle.new(x, y, drawable.get_width(), drawable.get_height())
    channels = [channel for channel in drawable.get_image().get_channels() if channel.get_visible()]
    return _encoded(channels[0].get_buffer().get(box, 1.0, "Y u8", Gegl.AbyssPolicy.NONE) if channels else b"")


def scratched(width: int, height: int, spacing: int) -> dict[str, int]:
    """A gray image in a window, with short light scratches everywhere."""
    picture = Gimp.Image.new(width, height, Gimp.ImageBaseType.GRAY)
    layer = _new_layer(picture, width, height, alpha=False)
    data = bytearray(b"\x60" * (width * height))
    for y in range(spacing, height - spacing, spacing):
        for x in range(spacing, width - spacing, spacing):
            for row in range(40):
                start = (y + row) * width + x + row // 4
                data[start : start + 2] = b"\xff\xff"
    _write(layer, bytes(data))
    show(picture.get_id())
    return {"image": picture.get_id(), "layer": layer.get_id()}


def overlay_pixels(image: int, box: tuple[int, int, int, int]) -> int:
    """How many pixels of a part of the image are shown in red."""
    seen = [channel for channel in _image(image).get_channels() if channel.get_visible()]
    if not seen:
        return 0
    data = seen[0].get_buffer().get(Gegl.Rectangle.new(*box), 1.0, "Y u8", Gegl.AbyssPolicy.NONE)
    return len(data) - data.count(0)


def add_channel(image: int, box: tuple[int, int, int, int]) -> int:
    """Add a channel that is white in a box; return its number."""
    chosen = _image(image).get_selected_layers()
    picture, kept = _image(image), Gimp.Selection.save(_image(image))
    picture.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
    made = Gimp.Selection.save(picture)
    picture.select_item(Gimp.ChannelOps.REPLACE, kept)
    picture.remove_channel(kept)
    picture.set_selected_layers(chosen)
    return made.get_id()


def add_path(image: int, strokes: list[list[tuple[float, float]]]) -> None:
    """Add a path with straight strokes through points, which is the selected one then."""
    path = Gimp.Path.new(_image(image), "scratch")
    for stroke in strokes:
        anchors = [number for point in stroke for number in (*point, *point, *point)]  # both handles lie on the anchor
        path.stroke_new_from_points(Gimp.PathStrokeType.BEZIER, anchors, False)
    _image(image).insert_path(path, None, 0)
    _image(image).set_selected_paths([path])


def channels(image: int) -> list[str]:
    return [channel.get_name() for channel in _image(image).get_channels()]


def selection_bounds(image: int) -> list[int] | None:
    """Left, top, right and bottom of what is selected anywhere in the image; None where nothing is."""
    _, something, *bounds = Gimp.Selection.bounds(_image(image))
    return bounds if something else None


def paint(layer: int, data: str) -> None:
    """Give the layer these bytes, in its own format."""
    _write(_layer(layer), base64.b64decode(data))
    Gimp.displays_flush()


def lock(layer: int) -> None:
    """Lock the layer's pixels."""
    _layer(layer).set_lock_content(True)


def set_up(layer: int, **properties: Any) -> None:
    """Change how a layer shows its pixels: opacity (percent), mode, mask, invert, visible."""
    changed = _layer(layer)
    if "opacity" in properties:
        changed.set_opacity(properties["opacity"])
    if "mode" in properties:
        changed.set_mode(getattr(Gimp.LayerMode, _constant(properties["mode"])))
    if "visible" in properties:
        changed.set_visible(properties["visible"])
    if "invert" in properties:
        changed.append_filter(Gimp.DrawableFilter.new(changed, "gegl:invert-gamma", "invert"))
    if "mask" in properties:
        picture = changed.get_image()
        picture.select_rectangle(Gimp.ChannelOps.REPLACE, *properties["mask"])
        changed.add_mask(changed.create_mask(Gimp.AddMaskType.SELECTION))
        changed.set_edit_mask(False)
        Gimp.Selection.none(picture)


def note(layer: int, name: str) -> str:
    """The text that is attached to a layer under a name."""
    return bytes(_layer(layer).get_parasite(name).get_data()).decode()


def reopened(path: str) -> dict[str, int]:
    """The image of a file, with its topmost layer."""
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    return {"image": image.get_id(), "layer": image.get_layers()[0].get_id()}


def add_empty(image: int) -> int:
    """Add an empty layer above all others."""
    picture = _image(image)
    return _new_layer(picture, picture.get_width(), picture.get_height(), alpha=True).get_id()


def add_noise(image: int) -> int:
    """Add a layer of noise above all others."""
    picture = _image(image)
    made = _new_layer(picture, picture.get_width(), picture.get_height(), alpha=False)
    _write(made, _noise(made, picture.get_width() * picture.get_height()))
    return made.get_id()


def paint_box(layer: int, box: tuple[int, int, int, int]) -> None:
    """Paint a box of a layer red, without a step of undo, and leave nothing selected."""
    drawable = _layer(layer)
    drawable.get_buffer().set(Gegl.Rectangle.new(*box), "R'G'B'A u8", b"\xff\0\0\xff" * (box[2] * box[3]))
    Gimp.Selection.none(drawable.get_image())


def clear_box(layer: int, box: tuple[int, int, int, int]) -> None:
    """Make a box of a layer transparent, without a step of undo, and leave nothing selected."""
    drawable = _layer(layer)
    drawable.get_buffer().set(Gegl.Rectangle.new(*box), "R'G'B'A u8", bytes(4 * box[2] * box[3]))
    Gimp.Selection.none(drawable.get_image())


def choose_layers(image: int, chosen: list[int]) -> None:
    """Choose several layers, as the user does in the list of layers."""
    _image(image).set_selected_layers([_layer(number) for number in chosen])


def rename(layer: int, name: str) -> None:
    _layer(layer).set_name(name)


def layer_mask(layer: int) -> str:
    """The mask of a layer, a byte a pixel; empty where it has none."""
    mask = _layer(layer).get_mask()
    box = Gegl.Rectangle.new(0, 0, _layer(layer).get_width(), _layer(layer).get_height())
    return _encoded(mask.get_buffer().get(box, 1.0, "Y u8", Gegl.AbyssPolicy.NONE) if mask else b"")


def backdrop(image: int, colour: str = "white") -> None:
    """Put an opaque layer below all others."""
    picture = _image(image)
    below = _new_layer(picture, picture.get_width(), picture.get_height(), alpha=False)
    Gimp.context_set_foreground(Gegl.Color.new(colour))
    below.edit_fill(Gimp.FillType.FOREGROUND)
    picture.reorder_item(below, None, len(picture.get_layers()) - 1)


def seen(image: int) -> str:
    """The composite picture, RGBA, 8 bits."""
    picture = _image(image)
    layer = Gimp.Layer.new_from_visible(picture, picture, "seen")
    box = Gegl.Rectangle.new(0, 0, picture.get_width(), picture.get_height())
    return _encoded(layer.get_buffer().get(box, 1.0, "R'G'B'A u8", Gegl.AbyssPolicy.NONE))


def far_specks(width: int, height: int, shown: bool = False) -> dict[str, int]:
    """A gray image with a layer of its size and two specks of 50 pixels, selected, in opposite corners."""
    picture = Gimp.Image.new(width, height, Gimp.ImageBaseType.RGB)
    layer = _new_layer(picture, width, height, alpha=False)
    Gimp.context_set_foreground(Gegl.Color.new("gray"))
    layer.edit_fill(Gimp.FillType.FOREGROUND)
    Gimp.context_set_foreground(Gegl.Color.new("black"))
    picture.select_ellipse(Gimp.ChannelOps.REPLACE, 100, 100, 50, 50)
    picture.select_ellipse(Gimp.ChannelOps.ADD, width - 200, height - 200, 50, 50)
    layer.edit_fill(Gimp.FillType.FOREGROUND)
    if shown:
        show(picture.get_id())
    return {"image": picture.get_id(), "layer": layer.get_id()}


def mean(layer: int, box: tuple[int, int, int, int]) -> float:
    """The mean of all samples of a part of a layer, 0 to 255."""
    data = _layer(layer).get_buffer().get(Gegl.Rectangle.new(*box), 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE)
    return sum(data) / len(data)


def selected_levels(image: int, box: tuple[int, int, int, int]) -> str:
    """The selection in a part of the image, in its own format."""
    return _encoded(_image(image).get_selection().get_buffer().get(Gegl.Rectangle.new(*box), 1.0, None, 0))


def fill(image: int, drawables: list[int], **arguments: Any) -> dict[str, Any]:
    """Run the plug-in's fill as a script would; the result's status and GIMP's message."""
    return run("gan-inpaint-fill", image, drawables, **arguments)


def run(procedure_name: str, image: int, drawables: list[int], **arguments: Any) -> dict[str, Any]:
    """Run one of the plug-in's procedures as a script would; the status, GIMP's message, and what it returns."""
    procedure = Gimp.get_pdb().lookup_procedure(procedure_name)
    assert procedure is not None, "the plug-in is not registered"
    config = procedure.create_config()
    config.set_property("image", _image(image))
    config.set_core_object_array("drawables", [Gimp.Item.get_by_id(drawable) for drawable in drawables])
    for name, value in arguments.items():
        config.set_property(name, Gimp.Item.get_by_id(value) if name in ("avoid", "sample") else value)
    values = procedure.run(config)
    status = values.index(0)
    success = status == Gimp.PDBStatusType.SUCCESS
    message = "" if success else Gimp.get_pdb().get_last_error()
    returned = [values.index(number) for number in range(1, values.length())] if success else []
    return {"status": status.value_nick, "message": message} | ({"values": returned} if returned else {})


def run_alone(procedure_name: str) -> str:
    """Run a procedure that needs no image as a script would; the result's status."""
    procedure = Gimp.get_pdb().lookup_procedure(procedure_name)
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    return procedure.run(config).index(0).value_nick


def menu_label(procedure_name: str) -> str:
    """What GIMP's menu calls a procedure."""
    return Gimp.get_pdb().lookup_procedure(procedure_name).get_menu_label()


def pixels(layer: int) -> str:
    """The layer's bytes, in its own format."""
    buffer = _layer(layer).get_buffer()
    return _encoded(buffer.get(buffer.get_extent(), 1.0, None, Gegl.AbyssPolicy.NONE))


def layers(image: int) -> list[dict[str, Any]]:
    """The image's layers, the topmost first."""
    chosen = {layer.get_id() for layer in _image(image).get_selected_layers()}
    return [_described(layer, chosen) for layer in _image(image).get_layers()]


def _described(layer: Gimp.Layer, chosen: set[int]) -> dict[str, Any]:
    inside = layer.get_children() if layer.is_group() else []
    return {
        "id": layer.get_id(),
        "name": layer.get_name(),
        "box": [*layer.get_offsets()[1:], layer.get_width(), layer.get_height()],
        "format": Babl.format_get_encoding(layer.get_format()),
        "chosen": layer.get_id() in chosen,
        "visible": layer.get_visible(),
        "inside": [_described(child, chosen) for child in inside],
    }


def unfillable(kind: str) -> dict[str, Any]:
    """An image with a selection, and the drawables of it that the plug-in must refuse."""
    made = create(64, 48)
    image, layer = _image(made["image"]), _layer(made["layer"])
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 20, 20)
    refused = [UNFILLABLE[kind](image, layer)] if kind in UNFILLABLE else [layer]
    if kind == "indexed":
        image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 8, False, False, "")
    elif kind == "several layers":
        refused.append(_new_layer(image, 64, 48, alpha=True))
    elif kind == "no selection":
        Gimp.Selection.none(image)
    elif kind == "selection outside the layer":
        layer.set_offsets(64, 0)
    return {"image": image.get_id(), "layer": layer.get_id(), "drawables": [item.get_id() for item in refused]}


def _image(number: int) -> Gimp.Image:
    return Gimp.Image.get_by_id(number)


def _layer(number: int) -> Gimp.Layer:
    return Gimp.Item.get_by_id(number)


def _constant(nick: str) -> str:
    return nick.replace("-", "_").upper()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _new_layer(image: Gimp.Image, width: int, height: int, alpha: bool) -> Gimp.Layer:
    family = "GRAY" if image.get_base_type() == Gimp.ImageBaseType.GRAY else "RGB"
    kind = getattr(Gimp.ImageType, f"{family}{'A' if alpha else ''}_IMAGE")
    layer = Gimp.Layer.new(image, "photo", width, height, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    return layer


def _noise(layer: Gimp.Layer, count: int) -> bytes:
    """Random samples for `count` pixels; floats between 0 and 1."""
    generator = random.Random(1)
    babl_format = layer.get_format()
    sample = Babl.get_name(Babl.format_get_type(babl_format, 0))
    if sample not in FLOATS:
        return generator.randbytes(count * Babl.format_get_bytes_per_pixel(babl_format))
    samples = count * Babl.format_get_n_components(babl_format)
    return struct.pack(f"<{samples}{FLOATS[sample]}", *(generator.random() for _ in range(samples)))


def _write(layer: Gimp.Layer, data: bytes) -> None:
    buffer = layer.get_buffer()
    buffer.set(buffer.get_extent(), Babl.get_name(layer.get_format()), data)
    buffer.flush()
    layer.update(0, 0, layer.get_width(), layer.get_height())


def _answer(call: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": globals()[call["operation"]](**call["arguments"])}
    except Exception:  # noqa: BLE001 (the calling test gets every failure)
        return {"error": traceback.format_exc()}


def serve(path: str) -> None:
    """Answer calls until one names no operation."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            caller, _ = listener.accept()
            with caller, caller.makefile("rwb") as stream:
                if not (call := json.loads(stream.readline() or b"null")):
                    return
                stream.write(json.dumps(_answer(call)).encode() + b"\n")


serve(os.environ["GIMP_TEST_SOCKET"])
