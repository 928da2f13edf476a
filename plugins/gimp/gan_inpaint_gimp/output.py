"""Write a fill or a repair into an image as one step of undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.masks import cut

from .bindings import Gegl, Gimp
from .pixel_format import PixelFormat
from .selected import Selected, read

LAYER_NAME = "GAN Inpaint"


def write_in_place(selected: Selected, filled: bytes, mask: bytes) -> None:
    """Write the filled crop, which is already blended, into the layer. Pixels stay as they are where `mask` is 0.

    Merging the shadow buffer makes the step of undo, but GIMP's own blending rounds deep pixels even where nothing is
    selected. So the exact bytes are written again on top; undo and redo swap whole tiles and keep them.

    Raises:
        Refusal: GIMP does not let the layer be changed.
    """
    layer, box, pixel_format = selected.layer, selected.box, selected.pixel_format
    data = _cut(selected, filled, pixel_format.wire_bytes)
    before = b"" if pixel_format.exact else read(layer, box, pixel_format.native)
    with one_undo_step(selected.image):
        write(layer.get_shadow_buffer(), box, pixel_format.wire, data)
        if not layer.merge_shadow(True):
            raise Refusal(refusals.CANNOT_WRITE)
        write(layer.get_buffer(), box, pixel_format.wire, data)
        if not pixel_format.exact:
            after = read(layer, box, pixel_format.native)
            exact = _keep(before, after, _cut(selected, mask, 1), pixel_format)
            write(layer.get_buffer(), box, pixel_format.native, exact)
        layer.update(*box)


def add_layer(selected: Selected, filled: bytes) -> None:
    """Add the fill above the layer, as a layer of the selection's size with the selection as its alpha channel."""
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
        image.set_selected_layers([source])  # so that the next fill starts from the picture, not from this patch


@contextmanager
def one_undo_step(image: Gimp.Image) -> Iterator[None]:
    """Make one step of undo of all that the block does."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


def _cut(selected: Selected, crop_data: bytes, size: int) -> bytes:
    """Return the pixels of the selection's box out of those of the crop, of `size` bytes each."""
    return cut(crop_data, selected.crop, selected.box, size)


def write(buffer: Gegl.Buffer, box: Box, babl_format: str, data: bytes) -> None:
    """Write pixels into a box inside the buffer."""
    buffer.set(Gegl.Rectangle.new(*box), babl_format, data)
    buffer.flush()


def _keep(before: bytes, after: bytes, mask: bytes, pixel_format: PixelFormat) -> bytes:
    """Return `after` with the pixels of `before` where the mask is 0, and with its alpha channel everywhere."""
    size = pixel_format.native_bytes
    kept = bytearray(after)
    for unselected in re.finditer(rb"\0+", mask):
        part = slice(unselected.start() * size, unselected.end() * size)
        kept[part] = before[part]
    for byte in pixel_format.alpha_bytes:
        kept[byte::size] = before[byte::size]
    return bytes(kept)
