"""What the user wants filled: one layer, the selection's box in it, and the pixels around."""

from __future__ import annotations

from dataclasses import dataclass

from bindings import Gegl, Gimp
from client import Box, context_window
from pixel_format import PixelFormat

_SELECTED_TO_255 = bytes([0]) + bytes([255]) * 255


class Refusal(Exception):
    """The layer or the selection is not one that can be filled; the message says why and what to do."""


@dataclass(frozen=True)
class Selected:
    """A layer that can be filled; `box` is the selection's part of it and `crop` what the daemon gets, both in the
    layer's coordinates."""

    image: Gimp.Image
    layer: Gimp.Layer
    box: Box
    crop: Box
    pixel_format: PixelFormat

    @classmethod
    def of(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """Raises Refusal where nothing can be filled."""
        layer = _fillable(image, drawables)
        box = _selected_box(image, layer)
        crop = context_window(box, layer.get_width(), layer.get_height())
        return cls(image, layer, box, crop, PixelFormat.of(layer))

    def pixels(self) -> bytes:
        """The layer's pixels in the crop, in the format that is sent."""
        return read(self.layer, self.crop, self.pixel_format.wire)

    def mask(self, box: Box | None = None) -> bytes:
        """The selection in the crop, or in another box of the layer: a byte a pixel, 0 to 255."""
        _, left, top = self.layer.get_offsets()
        box = box or self.crop
        in_image = box._replace(x=box.x + left, y=box.y + top)
        return read(self.image.get_selection(), in_image, "Y u8")

    def check_unchanged(self, pixels: bytes, mask: bytes) -> None:
        """Raises Refusal where the crop is no longer what it was: GIMP goes on working while a fill is under way."""
        if not self.layer.is_valid() or self.pixels() != pixels or self.mask() != mask:
            raise Refusal("The layer or the selection was changed during the fill, so nothing was written. Fill again.")


def hard(mask: bytes) -> bytes:
    """The mask with every pixel that is selected at all selected wholly."""
    return mask.translate(_SELECTED_TO_255)


def read(drawable: Gimp.Drawable, box: Box, babl_format: str) -> bytes:
    """The pixels of a drawable in a box, in the drawable's coordinates; zeros beyond its edge."""
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, babl_format, Gegl.AbyssPolicy.NONE)


def _fillable(image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    if len(drawables) != 1:
        raise Refusal("Several layers are chosen. Choose the one layer that is to be filled.")
    layer = drawables[0]
    if not layer.is_layer():
        raise Refusal("A layer mask or a channel is being edited. Choose an ordinary layer.")
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Refusal("The image has indexed colours. Choose Image → Mode → RGB first.")
    if layer.is_group():
        raise Refusal("A layer group cannot be filled. Choose a layer inside it, or merge the group first.")
    for kind in ("text", "vector", "link"):
        if _is_live(layer, kind):
            raise Refusal(f"A {kind} layer has no pixels of its own. Turn it into pixels first, in the Layer menu.")
    if layer.is_floating_sel():
        raise Refusal("There is a floating selection. Anchor it, or make it a layer, first.")
    if _is_locked(layer):
        raise Refusal("The layer's pixels are locked. Unlock them in the Layers dialog first.")
    return layer


def _is_live(layer: Gimp.Layer, kind: str) -> bool:
    """Whether a layer is of this kind and still drawn from its source; vector and link layers came with GIMP 3.2."""
    if not getattr(layer, f"is_{kind}_layer", bool)():
        return False
    return not getattr(layer, "is_rasterized", bool)()


def _is_locked(item: Gimp.Item | None) -> bool:
    return item is not None and (item.get_lock_content() or _is_locked(item.get_parent()))


def _selected_box(image: Gimp.Image, layer: Gimp.Layer) -> Box:
    if Gimp.Selection.is_empty(image):
        raise Refusal("Nothing is selected. Select what is to be removed first.")
    meets, x, y, width, height = layer.mask_intersect()
    if not meets or width <= 0 or height <= 0:
        raise Refusal("The selection lies outside the layer. Choose the layer that shows what is to be removed.")
    return Box(x, y, width, height)
