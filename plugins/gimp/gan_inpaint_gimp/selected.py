"""What to work on: one layer, the box of the selection in it, and the pixels around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan_inpaint_client import Box, Refusal, context_window, refusals

from .bindings import Gegl, Gimp
from .pixel_format import PixelFormat


@dataclass(frozen=True)
class Selected:
    """A layer of pixels. `box` is the selected part and `crop` what the daemon gets, both in the layer's coordinates;
    if nothing is selected, both are the whole layer."""

    image: Gimp.Image
    layer: Gimp.Layer
    box: Box
    crop: Box
    pixel_format: PixelFormat

    @classmethod
    def of(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """Return the selected part of a layer; raise Refusal if nothing is selected or it cannot be filled."""
        selected = cls.or_all(image, drawables)
        selected.check_unlocked()
        if Gimp.Selection.is_empty(image):
            raise Refusal(refusals.NOTHING_SELECTED)
        return selected

    @classmethod
    def or_all(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """Return the selected part of a layer, or all of it; raise Refusal if the layer has no pixels to read."""
        layer = _layer_of_pixels(image, drawables)
        box = _selected_box(layer)
        crop = context_window(box, layer.get_width(), layer.get_height())
        return cls(image, layer, box, crop, PixelFormat.of(layer))

    def description(self) -> dict[str, Any]:
        """Return the fields of a request that describe the pixels."""
        sent = self.pixel_format
        return {
            "width": self.crop.width,
            "height": self.crop.height,
            "layout": sent.layout,
            "depth": sent.depth,
            "transfer": sent.transfer,
        }

    def pixels(self) -> bytes:
        """Return the layer's pixels in the crop, in the format that is sent."""
        return read(self.layer, self.crop, self.pixel_format.wire)

    def mask(self) -> bytes:
        """Return the selection in the crop, a byte a pixel, 0 to 255; 255 everywhere if nothing is selected."""
        if Gimp.Selection.is_empty(self.image):
            return bytes([255]) * (self.crop.width * self.crop.height)
        return read(self.image.get_selection(), self.crop_in_image, "Y u8")

    @property
    def crop_in_image(self) -> Box:
        """The crop in the image's coordinates; it may reach beyond the image."""
        _, left, top = self.layer.get_offsets()
        return self.crop._replace(x=self.crop.x + left, y=self.crop.y + top)

    def check_unchanged(self, pixels: bytes, mask: bytes) -> None:
        """Raise Refusal if the crop has changed: GIMP stays usable while the daemon works."""
        if not self.layer.is_valid() or self.pixels() != pixels or self.mask() != mask:
            raise Refusal(refusals.PICTURE_CHANGED)

    def check_unlocked(self) -> None:
        """Raise Refusal if the user has locked the layer's pixels."""
        if _is_locked(self.layer):
            raise Refusal(refusals.LOCKED)


def read(drawable: Gimp.Drawable, box: Box, babl_format: str) -> bytes:
    """Return the pixels of a drawable in a box, in the drawable's coordinates; zeros beyond its edge."""
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, babl_format, Gegl.AbyssPolicy.NONE)


def _layer_of_pixels(image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    if len(drawables) != 1:
        raise Refusal(refusals.SEVERAL_LAYERS)
    layer = drawables[0]
    if not layer.is_layer():
        raise Refusal(refusals.MASK_OR_CHANNEL)
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Refusal(refusals.INDEXED_COLOURS)
    if layer.is_group():
        raise Refusal(refusals.LAYER_GROUP)
    for kind in ("text", "vector", "link"):
        if _is_live(layer, kind):
            raise Refusal(refusals.live_layer(kind))
    if layer.is_floating_sel():
        raise Refusal(refusals.FLOATING_SELECTION)
    return layer


def _is_live(layer: Gimp.Layer, kind: str) -> bool:
    """Return whether a layer is of this kind and not yet rasterised; vector and link layers came with GIMP 3.2."""
    if not getattr(layer, f"is_{kind}_layer", bool)():
        return False
    return not getattr(layer, "is_rasterized", bool)()


def _is_locked(item: Gimp.Item | None) -> bool:
    return item is not None and (item.get_lock_content() or _is_locked(item.get_parent()))


def _selected_box(layer: Gimp.Layer) -> Box:
    meets, x, y, width, height = layer.mask_intersect()
    if not meets or width <= 0 or height <= 0:
        raise Refusal(refusals.OUTSIDE_LAYER)
    return Box(x, y, width, height)
