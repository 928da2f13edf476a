"""Writing a fill or a repair into an image, each as one step of undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from gan_inpaint_client import Box

from .bindings import Gegl, Gimp
from .pixel_format import PixelFormat
from .selected import Refusal, Selected, read

LAYER_NAME = "GAN Inpaint"


def write_in_place(selected: Selected, filled: bytes, mask: bytes) -> None:
    """Write the filled crop, already blended, into the layer; `mask` is 0 in those of its pixels that stay as they are.

    Merging the shadow buffer makes the step of undo, but goes through GIMP's own blending, which rounds deep pixels
    even where nothing is selected. So the exact bytes are written once more on top; undo and redo swap whole tiles and
    keep them.

    Raises:
        Refusal: GIMP does not let the layer be changed.
    """
    layer, box, pixel_format = selected.layer, selected.box, selected.pixel_format
    data = _cut(selected, filled, pixel_format.wire_bytes)
    before = b"" if pixel_format.exact else read(layer, box, pixel_format.native)
    with one_undo_step(selected.image):
        write(layer.get_shadow_buffer(), box, pixel_format.wire, data)
        if not layer.merge_shadow(True):
            raise Refusal("GIMP does not let the layer be changed. Its pixels, or those of its group, may be locked.")
        write(layer.get_buffer(), box, pixel_format.wire, data)
        if not pixel_format.exact:
            after = read(layer, box, pixel_format.native)
            exact = _keep(before, after, _cut(selected, mask, 1), pixel_format)
            write(layer.get_buffer(), box, pixel_format.native, exact)
        layer.update(*box)


def add_layer(selected: Selected, filled: bytes) -> None:
    """Put the fill above the layer as a layer of the selection's size, with the selection as its alpha channel."""
    image, source, box = selected.image, selected.layer, selected.box
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, LAYER_NAME, box.width, box.height, source.type(), 100.0, mode)
    data = _cut(selected, filled, selected.pixel_format.wire_bytes)
    write(layer.get_buffer(), Box(0, 0, box.width, box.height), selected.pixel_format.wire, data)
    _, x, y = source.get_offsets()
    with one_undo_step(image):
        image.insert_layer(layer, source.get_parent(), image.get_item_position(source))
        layer.set_offsets(box.x + x, box.y + y)
        if not layer.has_alpha():
            layer.add_alpha()
        layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
        image.set_selected_layers([source])  # the next fill starts from the picture, not from this patch of it


@contextmanager
def one_undo_step(image: Gimp.Image) -> Iterator[None]:
    """What the block does is undone at once, and not before it has ended."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


def _cut(selected: Selected, crop_data: bytes, size: int) -> bytes:
    """The rows of the selection's box out of those of the crop, of `size` bytes a pixel."""
    crop, box = selected.crop, selected.box
    first = ((box.y - crop.y) * crop.width + box.x - crop.x) * size
    rows = range(first, first + box.height * crop.width * size, crop.width * size)
    return b"".join(crop_data[row : row + box.width * size] for row in rows)


def write(buffer: Gegl.Buffer, box: Box, babl_format: str, data: bytes) -> None:
    """Write pixels into a box that lies inside the buffer."""
    buffer.set(Gegl.Rectangle.new(*box), babl_format, data)
    buffer.flush()


def _keep(before: bytes, after: bytes, mask: bytes, pixel_format: PixelFormat) -> bytes:
    """`after`, with the pixels of `before` where the mask is 0, and its alpha channel: both bytes of the layer."""
    size = pixel_format.native_bytes
    kept = bytearray(after)
    for unselected in re.finditer(rb"\0+", mask):
        part = slice(unselected.start() * size, unselected.end() * size)
        kept[part] = before[part]
    for byte in pixel_format.alpha_bytes:
        kept[byte::size] = before[byte::size]
    return bytes(kept)
