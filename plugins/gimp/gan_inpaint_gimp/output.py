"""Write a fill or a repair into an image as one step of undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.patchwork import Patch

from .bindings import Babl, Gegl, Gimp
from .pixel_format import PixelFormat
from .selected import Selected, read

LAYER_NAME = "GAN Inpaint"


def write_in_place(selected: Selected, patches: list[Patch]) -> None:
    """Write patches, which are already blended, into the layer. Pixels stay as they are where their mask is 0.

    Raises:
        Refusal: GIMP does not let the layer be changed.
    """
    with one_undo_step(selected.image):
        if len(patches) == 1 and patches[0].box == selected.box:
            _write(selected, selected.layer, patches[0])
            return
        with _selection_kept(selected, patches):
            for patch in patches:  # each with its own selection, so that no more than its box is kept for undo
                selected.image.select_rectangle(Gimp.ChannelOps.REPLACE, *selected.in_image(patch.box))
                _write(selected, selected.layer, patch)


def add_patch(selected: Selected, patches: list[Patch]) -> None:
    """Add the fill above the layer, as a layer of the selection's size with the selection as its alpha channel."""
    image, source, box = selected.image, selected.layer, selected.box
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, LAYER_NAME, box.width, box.height, source.type(), 100.0, mode)
    for patch in patches:
        place = patch.box.shifted(-box.x, -box.y)
        write(layer.get_buffer(), place, selected.pixel_format.wire, patch.pixels)
    _, x, y = source.get_offsets()
    with one_undo_step(image):
        image.insert_layer(layer, source.get_parent(), image.get_item_position(source))
        layer.set_offsets(box.x + x, box.y + y)
        if not layer.has_alpha():
            layer.add_alpha()
        layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
        image.set_selected_layers([source])  # so that the next fill starts from the picture, not from this patch


def add_copy(selected: Selected, patches: list[Patch]) -> None:
    """Add the fill above the layer, as a filled copy of the layer, and hide the layer.

    A copy has the layer's opacity, mode, mask and filters. A patch with these would not look right: the layer below
    would still shine through it.
    """
    image, source = selected.image, selected.layer
    with one_undo_step(image):
        layer = source.copy()
        layer.set_name(LAYER_NAME)
        image.insert_layer(layer, source.get_parent(), image.get_item_position(source))
        layer.set_lock_content(False)
        for patch in patches:
            _write_exactly(selected, layer, patch)
        layer.update(0, 0, layer.get_width(), layer.get_height())
        source.set_visible(False)
        image.set_selected_layers([layer])


@contextmanager
def _selection_kept(selected: Selected, patches: list[Patch]) -> Iterator[None]:
    """Restore the selection after the block.

    A channel keeps it, but with a gamma, which rounds soft edges. So these are written again.
    """
    image, selection = selected.image, selected.image.get_selection()
    babl_format = Babl.get_name(selection.get_format())
    places = [selected.in_image(patch.box).clipped(image.get_width(), image.get_height()) for patch in patches]
    before = [(place, read(selection, place, babl_format)) for place in places]
    kept = Gimp.Selection.save(image)
    yield
    image.select_item(Gimp.ChannelOps.REPLACE, kept)
    image.remove_channel(kept)
    image.set_selected_layers([selected.layer])
    for place, soft in before:
        if read(selection, place, babl_format) != soft:
            write(selection.get_buffer(), place, babl_format, soft)
            selection.update(*place)


def _write(selected: Selected, layer: Gimp.Layer, patch: Patch) -> None:
    """Write a patch that the current selection contains.

    Merging the shadow buffer makes the step of undo, but GIMP's own blending rounds deep pixels even where nothing is
    selected. So the exact bytes are written again on top; undo and redo swap whole tiles and keep them.
    """
    native = selected.pixel_format.native
    before = b"" if selected.pixel_format.exact else read(layer, patch.box, native)
    write(layer.get_shadow_buffer(), patch.box, selected.pixel_format.wire, patch.pixels)
    if not layer.merge_shadow(True):
        raise Refusal(refusals.CANNOT_WRITE)
    _write_exactly(selected, layer, patch, before)
    layer.update(*patch.box)


def _write_exactly(selected: Selected, layer: Gimp.Layer, patch: Patch, before: bytes = b"") -> None:
    """Write a patch into the layer's buffer; `before` are the native bytes there, read now if they are not given."""
    pixel_format = selected.pixel_format
    if not pixel_format.exact:
        before = before or read(layer, patch.box, pixel_format.native)
    write(layer.get_buffer(), patch.box, pixel_format.wire, patch.pixels)
    if not pixel_format.exact:
        after = read(layer, patch.box, pixel_format.native)
        write(layer.get_buffer(), patch.box, pixel_format.native, _keep(before, after, patch.mask, pixel_format))


@contextmanager
def one_undo_step(image: Gimp.Image) -> Iterator[None]:
    """Make one step of undo of all that the block does."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


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
