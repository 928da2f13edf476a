"""Write a fill or a repair into an image as one step of undo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.dialogs import VARIANTS_TITLE, layer_name
from gan_inpaint_client.patchwork import Patch, Patchwork

from .bindings import Babl, Gegl, Gimp
from .pixel_format import PixelFormat, changed_alpha
from .selected import Selected
from .visible import read

FILL = "gan-inpaint-fill"  # the parasite of a layer that a fill has made, whatever the user calls it
RECEIPT = "gan-inpaint-receipt"  # the parasite with what repeats that fill


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


def write_over(selected: Selected, patches: list[Patch]) -> None:
    """Lay patches, which are not blended, over the layer; the selection blends them. Other pixels stay as they are.

    Raises:
        Refusal: GIMP does not let the layer be changed.
    """
    layer, box, native = selected.layer, selected.box, selected.pixel_format.native
    before = read(layer, box, native)
    with one_undo_step(selected.image):
        write(layer.get_shadow_buffer(), box, native, before)
        for patch in patches:
            write(layer.get_shadow_buffer(), patch.box, selected.pixel_format.wire, patch.pixels)
        if not layer.merge_shadow(True):
            raise Refusal(refusals.CANNOT_WRITE)
        mask = selected.mask(box)
        kept = _unselected_kept(before, read(layer, box, native), mask, selected.pixel_format.native_bytes)
        write(layer.get_buffer(), box, native, bytes(kept))
        layer.update(*box)


def add_patch(selected: Selected, work: Patchwork, masked: bool = False) -> Gimp.Layer:
    """Add the fill above its source, as a layer of the selection's size; return it.

    The selection becomes its alpha channel or, if it shall be `masked`, its mask. The layer is put above the active
    one, or above all if the fill was taken from what is seen.
    """
    with one_undo_step(selected.image):
        layer = _insert_patch(selected, work, masked, *_place_above(selected))
        selected.image.set_selected_layers([selected.layer])  # so that the next fill starts from the picture
    return layer


def add_variants(selected: Selected, variants: list[Patchwork], chosen: Patchwork, masked: bool) -> None:
    """Add several fills above their source, as layers of a group, of which the chosen one is visible."""
    image = selected.image
    with one_undo_step(image):
        group = Gimp.GroupLayer.new(image, VARIANTS_TITLE)
        image.insert_layer(group, *_place_above(selected))
        for position, work in enumerate(variants):
            layer = _insert_patch(selected, work, masked, group, position)
            layer.set_visible(work is chosen)
        image.set_selected_layers([selected.layer])


def _place_above(selected: Selected) -> tuple[Gimp.Layer | None, int]:
    """Return the group, and the place in it, of a layer above the source of a fill."""
    if selected.visible is not None:
        return None, 0
    return selected.layer.get_parent(), selected.image.get_item_position(selected.layer)


def _insert_patch(
    selected: Selected, work: Patchwork, masked: bool, parent: Gimp.Layer | None, position: int
) -> Gimp.Layer:
    image, box = selected.image, selected.box
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, "", box.width, box.height, selected.layer.type(), 100.0, mode)
    for patch in work.patches:
        place = patch.box.shifted(-box.x, -box.y)
        write(layer.get_buffer(), place, selected.pixel_format.wire, patch.pixels)
    _sign(image, layer, work)
    image.insert_layer(layer, parent, position)
    layer.set_offsets(*selected.in_image(box)[:2])
    if not layer.has_alpha():
        layer.add_alpha()
    mask = layer.create_mask(Gimp.AddMaskType.BLACK)
    write(mask.get_buffer(), Box(0, 0, box.width, box.height), "Y u8", selected.mask(box))
    layer.add_mask(mask)
    if masked:
        layer.set_edit_mask(False)
    else:
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    return layer


def replace_painted(selected: Selected, work: Patchwork) -> None:
    """Put the fill in the place of the paint that showed where to fill; paint that was not selected stays above it."""
    selected.check_unlocked()
    image, painted = selected.image, selected.layer
    with one_undo_step(image):
        parent, position = painted.get_parent(), image.get_item_position(painted)
        layer = add_patch(selected, work)
        if _keeps_paint(painted):
            image.reorder_item(layer, parent, position + 1)
            image.set_selected_layers([painted])
        else:
            image.reorder_item(layer, parent, position)
            image.remove_layer(painted)
            image.set_selected_layers([layer])


def _keeps_paint(painted: Gimp.Layer) -> bool:
    """Take the selected paint off a layer, all of it without a selection, and return whether any is left."""
    if Gimp.Selection.is_empty(painted.get_image()):
        return False
    locked = painted.get_lock_alpha()
    painted.set_lock_alpha(False)  # a locked alpha channel is not cleared
    painted.edit_clear()
    painted.set_lock_alpha(locked)
    opacity = read(painted, Box(0, 0, painted.get_width(), painted.get_height()), "R'G'B'A u8")[3::4]
    return opacity.count(0) < len(opacity)


def add_copy(selected: Selected, work: Patchwork) -> None:
    """Add the fill above the layer, as a filled copy of the layer, and hide the layer.

    A copy has the layer's opacity, mode, mask and filters. A patch with these would not look right: the layer below
    would still shine through it.
    """
    image, source = selected.image, selected.layer
    with one_undo_step(image):
        layer = source.copy()
        _sign(image, layer, work)
        image.insert_layer(layer, source.get_parent(), image.get_item_position(source))
        layer.set_lock_content(False)
        for patch in work.patches:
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
    if pixel_format.exact:
        write(layer.get_buffer(), patch.box, pixel_format.wire, patch.pixels)
        return
    before = before or read(layer, patch.box, pixel_format.native)
    write(layer.get_buffer(), patch.box, pixel_format.native, before)
    sent = read(layer, patch.box, pixel_format.wire)
    write(layer.get_buffer(), patch.box, pixel_format.wire, patch.pixels)
    kept = _unselected_kept(before, read(layer, patch.box, pixel_format.native), patch.mask, pixel_format.native_bytes)
    _keep_alpha(kept, before, changed_alpha(sent, patch.pixels, pixel_format), pixel_format)
    write(layer.get_buffer(), patch.box, pixel_format.native, bytes(kept))


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


def _sign(image: Gimp.Image, layer: Gimp.Layer, work: Patchwork) -> None:
    """Name a layer after what has filled it, and note in it how; layers are numbered in their image."""
    number = 1 + max((_number(other) for other in _all_layers(image.get_layers())), default=0)
    layer.set_name(layer_name(number, work.model, work.variant))
    about = json.dumps({"number": number, "model": work.model})
    for name, text in ((FILL, about), (RECEIPT, work.receipt)):
        layer.attach_parasite(Gimp.Parasite.new(name, Gimp.PARASITE_PERSISTENT, text.encode()))


def _all_layers(layers: list[Gimp.Layer]) -> Iterator[Gimp.Layer]:
    for layer in layers:
        yield layer
        if layer.is_group():
            yield from _all_layers(layer.get_children())


def _number(layer: Gimp.Layer) -> int:
    """Return the number of a fill; 0 for other layers."""
    about = layer.get_parasite(FILL)
    if about is None:
        return 0
    try:
        return int(json.loads(bytes(about.get_data()))["number"])
    except (ValueError, KeyError, TypeError):  # another program's
        return 0


def _unselected_kept(before: bytes, after: bytes, mask: bytes, size: int) -> bytearray:
    """Return `after` with the pixels of `before`, of `size` bytes each, where the mask is 0."""
    kept = bytearray(after)
    for unselected in re.finditer(rb"\0+", mask):
        part = slice(unselected.start() * size, unselected.end() * size)
        kept[part] = before[part]
    return kept


def _keep_alpha(kept: bytearray, before: bytes, changed: bytes, pixel_format: PixelFormat) -> None:
    """Give `kept` the alpha of `before` in each pixel that has not `changed`; in place."""
    size = pixel_format.native_bytes
    for byte in pixel_format.alpha_bytes:
        plane, old = bytearray(kept[byte::size]), before[byte::size]
        for same in re.finditer(rb"\0+", changed):
            plane[slice(*same.span())] = old[slice(*same.span())]
        kept[byte::size] = plane
