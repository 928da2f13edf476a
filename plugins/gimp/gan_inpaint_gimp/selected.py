"""What to work on: one layer, the box of the selection in it, and the pixels around it."""

from __future__ import annotations

from dataclasses import dataclass

from gan_inpaint_client import Box, Refusal, context_window, refusals
from gan_inpaint_client.components import component_boxes
from gan_inpaint_client.masks import OPAQUE, product
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.planner import merged

from .bindings import Gegl, Gimp
from .layers import layer_of_pixels
from .pixel_format import PixelFormat

QUICK_MASK = "Qmask"  # GIMP's name for the channel, in every language


@dataclass(frozen=True)
class Selected:
    """A layer of pixels. `box` is the selected part, in the layer's coordinates; all of the layer if nothing is."""

    image: Gimp.Image
    layer: Gimp.Layer
    box: Box
    pixel_format: PixelFormat

    @classmethod
    def of(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """Return the selected part of a layer; raise Refusal if nothing is selected or it cannot be filled."""
        selected = cls.or_all(image, drawables)
        if Gimp.Selection.is_empty(image):
            raise Refusal(refusals.NOTHING_SELECTED)
        selected.check_not_empty()
        return selected

    @classmethod
    def or_all(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Selected:
        """Return the selected part of a layer, or all of it; raise Refusal if the layer has no pixels to read."""
        if not image.is_valid() or not all(drawable.is_valid() for drawable in drawables):
            raise Refusal(refusals.PICTURE_CLOSED)
        if any(channel.get_name() == QUICK_MASK for channel in image.get_channels()):
            raise Refusal(refusals.QUICK_MASK)
        layer = layer_of_pixels(image, drawables)
        return cls(image, layer, _selected_box(layer), PixelFormat.of(layer))

    @property
    def area(self) -> Box:
        """The selected part and its surroundings, in the layer's coordinates."""
        return context_window(self.box, *self._size)

    @property
    def description(self) -> dict[str, str]:
        """The fields of a request that describe the pixels."""
        sent = self.pixel_format
        return {"layout": sent.layout, "depth": sent.depth, "transfer": sent.transfer}

    def pixels(self, box: Box) -> bytes:
        """Return the layer's pixels in a box, in the format that is sent; raise Refusal if the layer is gone."""
        if not self.layer.is_valid():
            raise Refusal(refusals.LAYER_REMOVED if self.image.is_valid() else refusals.PICTURE_CLOSED)
        return read(self.layer, box, self.pixel_format.wire)

    def mask(self, box: Box) -> bytes:
        """Return the selection in a box of the layer, 0 to 255 a pixel; 255 everywhere if nothing is selected."""
        if Gimp.Selection.is_empty(self.image):
            return OPAQUE * (box.width * box.height)
        return read(self.image.get_selection(), self.in_image(box), "Y u8")

    def in_image(self, box: Box) -> Box:
        """Return a box of the layer in the image's coordinates; it may reach beyond the image."""
        _, left, top = self.layer.get_offsets()
        return box.shifted(left, top)

    def patchwork(self, mask: bytes, blends: bool) -> Patchwork:
        """Return the work on the selected part, whose mask is that of `box`."""
        return Patchwork(mask, self.box, self._size, self.pixels, self.pixel_format.wire_bytes, blends)

    def check_unchanged(self, mask: bytes, work: Patchwork) -> None:
        """Raise Refusal if the selection or what is in it has changed: GIMP stays usable while the daemon works."""
        if not self.image.is_valid():
            raise Refusal(refusals.PICTURE_CLOSED)
        same = self.layer.is_valid() and _selected_box(self.layer) == self.box and self.mask(self.box) == mask
        if not same or not work.is_unchanged():
            raise Refusal(refusals.PICTURE_CHANGED)

    def check_unlocked(self) -> None:
        """Raise Refusal if the user has locked the layer's pixels."""
        if _is_locked(self.layer):
            raise Refusal(refusals.LOCKED)

    def check_not_empty(self) -> None:
        """Raise Refusal if the selected part is transparent, so that no change would be seen."""
        if not self.layer.has_alpha():
            return
        mask = self.mask(self.box)
        for hole in merged(component_boxes(mask, self.box.width)):
            place = hole.shifted(self.box.x, self.box.y)
            alpha = read(self.layer, place, "R'G'B'A u8")[3::4]
            if product(alpha, self.mask(place)).strip(b"\0"):
                return
        raise Refusal(refusals.EMPTY_THERE)

    @property
    def _size(self) -> tuple[int, int]:
        return self.layer.get_width(), self.layer.get_height()


def read(drawable: Gimp.Drawable, box: Box, babl_format: str) -> bytes:
    """Return the pixels of a drawable in a box, in the drawable's coordinates; zeros beyond its edge."""
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, babl_format, Gegl.AbyssPolicy.NONE)


def _is_locked(item: Gimp.Item | None) -> bool:
    return item is not None and (item.get_lock_content() or _is_locked(item.get_parent()))


def _selected_box(layer: Gimp.Layer) -> Box:
    meets, x, y, width, height = layer.mask_intersect()
    if not meets or width <= 0 or height <= 0:
        raise Refusal(refusals.OUTSIDE_LAYER)
    return Box(x, y, width, height)
