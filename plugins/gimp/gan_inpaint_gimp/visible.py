"""What all visible layers show together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gan_inpaint_client import Box

from .bindings import Gegl, Gimp

SIDE = 256  # pixels of the small copy in which a layer is measured
MOSTLY = 0.5


class Visible:
    """The composite of an image, made when it is first read; `without` is a layer that does not count."""

    def __init__(self, image: Gimp.Image, without: Gimp.Layer | None = None) -> None:
        self._image, self._without = image, without
        self._layer: Gimp.Layer | None = None

    def read(self, box: Box, babl_format: str) -> bytes:
        """Return the pixels of a box in the image's coordinates; zeros beyond its edge."""
        if self._layer is None:
            with _hidden(self._image, self._without):
                self._layer = Gimp.Layer.new_from_visible(self._image, self._image, "")
        return read(self._layer, box, babl_format)

    def forget(self) -> None:
        """Free the composite, which is made anew when it is read again."""
        if self._layer is not None:
            self._layer.delete()
            self._layer = None


def read(drawable: Gimp.Drawable, box: Box, babl_format: str) -> bytes:
    """Return the pixels of a drawable in a box, in the drawable's coordinates; zeros beyond its edge."""
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, babl_format, Gegl.AbyssPolicy.NONE)


def is_nearly_empty(layer: Gimp.Layer, near: Box) -> bool:
    """Return whether a layer is mostly transparent, and also in the box `near`, in its coordinates."""
    if not layer.has_alpha():
        return False
    whole = Box(0, 0, layer.get_width(), layer.get_height())
    return all(_opaque_share(layer, box) < MOSTLY for box in (whole, near))


def _opaque_share(layer: Gimp.Layer, box: Box) -> float:
    """Return the share of a box of a layer that is not transparent, by a small copy."""
    scale = min(1.0, SIDE / max(box.width, box.height))
    small = Box(*(int(side * scale) for side in box[:2]), *(max(1, int(side * scale)) for side in box[2:]))
    rectangle = Gegl.Rectangle.new(*small)
    alpha = layer.get_buffer().get(rectangle, scale, "R'G'B'A u8", Gegl.AbyssPolicy.NONE)[3::4]
    return 1 - alpha.count(0) / len(alpha)


@contextmanager
def _hidden(image: Gimp.Image, layer: Gimp.Layer | None) -> Iterator[None]:
    """Hide a layer meanwhile, without a step of undo."""
    if layer is None:
        yield
        return
    image.undo_freeze()
    layer.set_visible(False)
    try:
        yield
    finally:
        layer.set_visible(True)
        image.undo_thaw()
