"""Damage that is shown over an image, and becomes its selection.

GIMP takes long to be given a selection pixel by pixel: it measures the outline anew for each tile. A channel is written
at once, and selecting a channel is one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.language import _
from gan_inpaint_client.masks import spread

from .bindings import Gegl, Gimp
from .output import write

NAME = _("GAN Inpaint: damage")
COLOUR, OPACITY = "red", 60.0  # percent
ROWS = 64  # of a tile of GIMP


class Overlay:
    """A channel of an image that shows a mask in red; it makes no step of undo.

    The masks are 255 or 0: GIMP keeps channels with a gamma, selections without, and rounds what is between. `place` is
    the box of the masks in the image's coordinates, and may reach beyond the image. All methods raise Refusal if the
    user has closed the image or changed its size in the meantime.
    """

    def __init__(self, image: Gimp.Image, place: Box, seen: bool) -> None:
        self._image, self._place, self._size = image, place, (image.get_width(), image.get_height())
        self._part = place.clipped(*self._size)
        self._shown = bytes(self._part.width * self._part.height)
        self._channel = Gimp.Channel.new(image, NAME, *self._size, OPACITY, Gegl.Color.new(COLOUR))
        self._channel.set_visible(seen)
        with _without_undo(image):
            image.insert_channel(self._channel, None, 0)

    def show(self, mask: bytes) -> int:
        """Show a mask of `place`, a byte a pixel; return how many pixels of the image it selects."""
        self._check()
        mask, width = spread(mask, self._place, self._part), self._part.width
        starts = range(0, len(mask), ROWS * width)
        changed = [
            start for start in starts if mask[start : start + ROWS * width] != self._shown[start : start + ROWS * width]
        ]
        if changed:
            self._write(changed[0] // width, mask[changed[0] : changed[-1] + ROWS * width])
        self._shown = mask
        Gimp.displays_flush()
        return len(mask) - mask.count(0)

    def select(self) -> None:
        """Select what is shown, within the selection if there is one: one step of undo.

        Raise Refusal if that is nothing, since GIMP takes that for everything.
        """
        self._check()
        if not self._shown.strip(b"\0"):
            raise Refusal(refusals.NO_DAMAGE)
        everything = Gimp.Selection.is_empty(self._image)
        operation = Gimp.ChannelOps.REPLACE if everything else Gimp.ChannelOps.INTERSECT
        self._image.select_item(operation, self._channel)

    def remove(self) -> None:
        """Take the channel out of the image, if that is still there."""
        if self._image.is_valid() and self._channel.is_valid():
            with _without_undo(self._image):
                self._image.remove_channel(self._channel)
            Gimp.displays_flush()

    def _write(self, top: int, rows: bytes) -> None:
        box = Box(self._part.x, self._part.y + top, self._part.width, len(rows) // self._part.width)
        write(self._channel.get_buffer(), box, "Y u8", rows)
        self._channel.update(*box)

    def _check(self) -> None:
        if not self._image.is_valid():
            raise Refusal(refusals.PICTURE_CLOSED)
        size = self._image.get_width(), self._image.get_height()
        if size != self._size or not self._channel.is_valid():
            raise Refusal(refusals.PICTURE_CHANGED)


def select(image: Gimp.Image, place: Box, mask: bytes, added: bool) -> None:
    """Select a mask of a box of the image, a byte a pixel, 255 or 0; `added` to the selection if there is one.

    One step of undo.
    """
    part = place.clipped(image.get_width(), image.get_height())
    channel = Gimp.Channel.new(image, NAME, image.get_width(), image.get_height(), OPACITY, Gegl.Color.new(COLOUR))
    channel.set_visible(False)
    with _without_undo(image):
        image.insert_channel(channel, None, 0)
    write(channel.get_buffer(), part, "Y u8", spread(mask, place, part))
    image.select_item(Gimp.ChannelOps.ADD if added else Gimp.ChannelOps.REPLACE, channel)
    with _without_undo(image):
        image.remove_channel(channel)
    Gimp.displays_flush()


@contextmanager
def _without_undo(image: Gimp.Image) -> Iterator[None]:
    """Record no step of undo of what the block does, which must leave the layers as they are.

    The user goes on with the same layers.
    """
    chosen = image.get_selected_layers()
    image.undo_freeze()
    try:
        yield
    finally:
        image.undo_thaw()
    image.set_selected_layers(chosen)
