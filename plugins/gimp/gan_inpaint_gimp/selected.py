"""What to work on: one layer, the box of the selection in it, and the pixels around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from gan_inpaint_client import Box, Refusal, context_window, refusals
from gan_inpaint_client.dialogs import SOURCE
from gan_inpaint_client.masks import OPAQUE, RIM, bounds, cut, product, transparent
from gan_inpaint_client.patchwork import Patchwork

from .bindings import Gimp
from .layers import is_plain, layer_of_pixels
from .pixel_format import PixelFormat
from .visible import Visible, is_nearly_empty, read

if TYPE_CHECKING:
    from typing import Self

QUICK_MASK = "Qmask"  # GIMP's name for the channel, in every language


class Description(TypedDict):
    """The fields of a request that describe its pixels, as docs/protocol.md says."""

    layout: str
    depth: str
    transfer: str


@dataclass(frozen=True)
class Selected:
    """A layer of pixels. `box` is the selected part, in the layer's coordinates; all of the layer if nothing is.

    The fill is taken from the layer, or from what all `visible` layers show.
    """

    image: Gimp.Image
    layer: Gimp.Layer
    box: Box
    pixel_format: PixelFormat
    visible: Visible | None = None

    @classmethod
    def of(cls, image: Gimp.Image, drawables: list[Gimp.Drawable], source: str = SOURCE.default) -> Selected:
        """Return the selected part of a layer; raise Refusal if nothing is selected or it cannot be filled."""
        selected = cls.or_all(image, drawables)
        if Gimp.Selection.is_empty(image):
            raise Refusal(refusals.NOTHING_SELECTED)
        return selected.taken_from(source)

    @classmethod
    def or_all(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Self:
        """Return the selected part of a layer, or all of it; raise Refusal if the layer has no pixels to read."""
        layer = _checked(image, drawables)
        return cls(image, layer, _selected_box(layer), PixelFormat.of(layer))

    @classmethod
    def whole(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Self:
        """Return all of a layer, whatever is selected; raise Refusal if the layer has no pixels to read."""
        layer = _checked(image, drawables)
        return cls(image, layer, Box(0, 0, layer.get_width(), layer.get_height()), PixelFormat.of(layer))

    def taken_from(self, source: str) -> Selected:
        """Return the same for a source of `SOURCE`; raise Refusal if nothing is seen there to take the fill from."""
        if source == "automatic":
            several = len(self.image.get_layers()) > 1 or self.layer.get_parent() is not None
            source = "visible" if several and is_nearly_empty(self.layer, self.area) else "active-layer"
        if source == "visible":
            return replace(self, visible=Visible(self.image))
        if self.layer.has_alpha() and not read(self.layer, self.area, "R'G'B'A u8")[3::4].strip(b"\0"):
            raise Refusal(refusals.EMPTY_THERE)
        return self

    @property
    def area(self) -> Box:
        """The selected part and its surroundings, in the layer's coordinates."""
        return context_window(self.box, *self.size)

    @property
    def description(self) -> Description:
        """The fields of a request that describe the pixels."""
        sent = self.pixel_format
        return Description(layout=sent.layout, depth=sent.depth, transfer=sent.transfer)

    def pixels(self, box: Box) -> bytes:
        """Return the layer's pixels in a box, in the format that is sent; raise Refusal if the layer is gone."""
        if not self.layer.is_valid():
            raise Refusal(refusals.LAYER_REMOVED if self.image.is_valid() else refusals.PICTURE_CLOSED)
        if self.visible is not None:
            return self.visible.read(self.in_image(box), self.pixel_format.wire)
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
        return Patchwork(mask, self.box, self.size, self.pixels, self.pixel_format.wire_bytes, blends)

    def check_unchanged(self, work: Patchwork) -> None:
        """Raise Refusal if the selection or what is in it has changed: GIMP stays usable while the daemon works."""
        if not self.image.is_valid():
            raise Refusal(refusals.PICTURE_CLOSED)
        if self.visible is not None:
            self.visible.forget()
        same = self.layer.is_valid() and self.is_where_it_was() and self.mask(self.box) == work.mask
        if not same or not work.is_unchanged():
            raise Refusal(refusals.PICTURE_CHANGED)
        if self.visible is not None:
            self.visible.forget()

    def is_where_it_was(self) -> bool:
        """Return whether the selected part is still in its box."""
        return _selected_box(self.layer) == self.box

    def check_unlocked(self) -> None:
        """Raise Refusal if the user has locked the layer's pixels."""
        if _is_locked(self.layer):
            raise Refusal(refusals.LOCKED)

    def check_plain(self) -> None:
        """Raise Refusal if a fill that is taken from what is seen would look different in the layer."""
        if self.visible is not None and not is_plain(self.layer):
            raise Refusal(refusals.NOT_PLAIN)

    @property
    def size(self) -> tuple[int, int]:
        """The width and the height of the layer."""
        return self.layer.get_width(), self.layer.get_height()


@dataclass(frozen=True)
class TransparentParts(Selected):
    """The transparent parts of a layer, inside the selection if there is one."""

    @classmethod
    def of_layer(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> TransparentParts:
        """Return those of a layer; raise Refusal if there are none, or nothing but them."""
        parts = cls.or_all(image, drawables)
        if not parts.layer.has_alpha() or not parts.mask(parts.box).strip(b"\0"):
            raise Refusal(refusals.NOTHING_TRANSPARENT)
        parts.taken_from("active-layer")
        return parts

    def mask(self, box: Box) -> bytes:
        """Return the transparent parts of a box of the layer, as much of them as is selected."""
        around = box.with_margin(RIM).clipped(*self.size)
        alpha = read(self.layer, around, "R'G'B'A u8")[3::4]
        return product(cut(transparent(alpha, around.width), around, box, 1), super().mask(box))


@dataclass(frozen=True)
class Painted(Selected):
    """What is painted on a layer, inside the selection if there is one; the layers without it are the source."""

    @classmethod
    def of_layer(cls, image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Painted:
        """Return what is painted on a layer; raise Refusal if that is nothing."""
        painted = cls.or_all(image, drawables)
        box = bounds(painted.mask(painted.box), painted.box) if painted.layer.has_alpha() else None
        if box is None:
            raise Refusal(refusals.NOTHING_PAINTED)
        return replace(painted, box=box, visible=Visible(image, without=painted.layer))

    def mask(self, box: Box) -> bytes:
        """Return the opacity of what is painted in a box of the layer, as much of it as is selected."""
        return product(read(self.layer, box, "R'G'B'A u8")[3::4], super().mask(box))

    def is_where_it_was(self) -> bool:
        """Return whether what is painted is still in its box."""
        whole = _selected_box(self.layer)
        return bounds(self.mask(whole), whole) == self.box


def _is_locked(item: Gimp.Item | None) -> bool:
    return item is not None and (item.get_lock_content() or _is_locked(item.get_parent()))


def _checked(image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    """Return the one layer to work on; raise Refusal if it has no pixels to read."""
    if not image.is_valid() or not all(drawable.is_valid() for drawable in drawables):
        raise Refusal(refusals.PICTURE_CLOSED)
    if any(channel.get_name() == QUICK_MASK for channel in image.get_channels()):
        raise Refusal(refusals.QUICK_MASK)
    return layer_of_pixels(image, drawables)


def _selected_box(layer: Gimp.Layer) -> Box:
    meets, x, y, width, height = layer.mask_intersect()
    if not meets or width <= 0 or height <= 0:
        raise Refusal(refusals.OUTSIDE_LAYER)
    return Box(x, y, width, height)
