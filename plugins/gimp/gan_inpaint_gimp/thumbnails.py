"""Small pictures of the selected part and its surroundings, for dialogs."""

from __future__ import annotations

from .bindings import GdkPixbuf, Gegl, GLib
from .selected import Selected


def thumbnail(selected: Selected, pixels: bytes, side: int) -> GdkPixbuf.Pixbuf:
    """Return the area of a selection with these pixels, in the format that is sent, reduced to `side` pixels."""
    area, babl_format = selected.area, selected.pixel_format.wire
    buffer = Gegl.Buffer.new(babl_format, 0, 0, area.width, area.height)
    buffer.set(Gegl.Rectangle.new(0, 0, area.width, area.height), babl_format, pixels)
    scale = min(1.0, side / max(area.width, area.height))
    width, height = max(1, int(area.width * scale)), max(1, int(area.height * scale))
    small = buffer.get(Gegl.Rectangle.new(0, 0, width, height), scale, "R'G'B'A u8", Gegl.AbyssPolicy.CLAMP)
    return GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(small), GdkPixbuf.Colorspace.RGB, True, 8, width, height, 4 * width
    )
