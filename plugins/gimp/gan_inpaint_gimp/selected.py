"""What the user wants worked on: one layer, the selection's box in it, and the pixels around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan_inpaint_client import Box, context_window

from .bindings import Gegl, Gimp
from .pixel_format import PixelFormat

_SELECTED_TO_255 = bytes([0]) + bytes([255]) * 255


class Refusal(Exception):
    """The layer or the selection is not one that can be worked on; the message says why and what to do."""


@dataclass(frozen=True)
class Selected:
    """A layer of pixels; `box` is the selection's part of it and `crop` what the daemon gets, both in the layer's
    coordinates. Where nothing is selected, both are the whole layer."""

    image: Gimp.Image
    layer: Gimp.Layer
    box: Box
    crop: Box
    pixel_format: PixelFormat

    @classmethod
    def of(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """What is selected of a layer. Raises Refusal where nothing is, or where it cannot be filled."""
        selected = cls.or_all(image, drawables)
        selected.check_unlocked()
        if Gimp.Selection.is_empty(image):
            raise Refusal("Nothing is selected. Select what is to be removed first.")
        return selected

    @classmethod
    def or_all(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """What is selected of a layer, or all of it where nothing is. Raises Refusal where it has no pixels to read."""
        layer = _layer_of_pixels(image, drawables)
        box = _selected_box(layer)
        crop = context_window(box, layer.get_width(), layer.get_height())
        return cls(image, layer, box, crop, PixelFormat.of(layer))

    def described(self) -> dict[str, Any]:
        """What a request says of the pixels."""
        sent = self.pixel_format
        return {
            "width": self.crop.width,
            "height": self.crop.height,
            "layout": sent.layout,
            "depth": sent.depth,
            "transfer": sent.transfer,
        }

    def pixels(self) -> bytes:
        """The layer's pixels in the crop, in the format that is sent."""
        return read(self.layer, self.crop, self.pixel_format.wire)

    def mask(self) -> bytes:
        """The selection in the crop: a byte a pixel, 0 to 255; 255 everywhere where nothing is selected."""
        if Gimp.Selection.is_empty(self.image):
            return bytes([255]) * (self.crop.width * self.crop.height)
        return read(self.image.get_selection(), self.crop_in_image, "Y u8")

    @property
    def crop_in_image(self) -> Box:
        """The crop in the image's coordinates; it may reach beyond the image."""
        _, left, top = self.layer.get_offsets()
        return self.crop._replace(x=self.crop.x + left, y=self.crop.y + top)

    def check_unchanged(self, pixels: bytes, mask: bytes) -> None:
        """Raises Refusal where the crop is no longer what it was: GIMP goes on working while the daemon works."""
        if not self.layer.is_valid() or self.pixels() != pixels or self.mask() != mask:
            raise Refusal("The layer or the selection was changed in the meantime, so nothing was written. Try again.")

    def check_unlocked(self) -> None:
        """Raises Refusal where the user has locked the layer's pixels."""
        if _is_locked(self.layer):
            raise Refusal("The layer's pixels are locked. Unlock them in the Layers dialog first.")


def hard(mask: bytes) -> bytes:
    """The mask with every pixel that is selected at all selected wholly."""
    return mask.translate(_SELECTED_TO_255)


def read(drawable: Gimp.Drawable, box: Box, babl_format: str) -> bytes:
    """The pixels of a drawable in a box, in the drawable's coordinates; zeros beyond its edge."""
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, babl_format, Gegl.AbyssPolicy.NONE)


def _layer_of_pixels(image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    if len(drawables) != 1:
        raise Refusal("Several layers are chosen. Choose the one to work on.")
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
    return layer


def _is_live(layer: Gimp.Layer, kind: str) -> bool:
    """Whether a layer is of this kind and still drawn from its source; vector and link layers came with GIMP 3.2."""
    if not getattr(layer, f"is_{kind}_layer", bool)():
        return False
    return not getattr(layer, "is_rasterized", bool)()


def _is_locked(item: Gimp.Item | None) -> bool:
    return item is not None and (item.get_lock_content() or _is_locked(item.get_parent()))


def _selected_box(layer: Gimp.Layer) -> Box:
    meets, x, y, width, height = layer.mask_intersect()
    if not meets or width <= 0 or height <= 0:
        raise Refusal("The selection lies outside the layer. Choose the layer that shows what is selected.")
    return Box(x, y, width, height)
