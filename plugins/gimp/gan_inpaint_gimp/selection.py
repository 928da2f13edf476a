"""Change an image's selection: temporarily without a trace, or permanently as one step of undo."""

from __future__ import annotations

from gan_inpaint_client import Box, Refusal, refusals

from .bindings import Babl, Gimp
from .output import one_undo_step, write
from .selected import read


class Selection:
    """The selection of an image at the time of construction; `show` and `restore` make no step of undo.

    GIMP notices bytes that are written into the selection's buffer, but makes no step of undo of them. All methods
    raise Refusal if the user has closed the image or changed its size in the meantime.
    """

    def __init__(self, image: Gimp.Image) -> None:
        self._image = image
        self._channel = image.get_selection()
        self._box = Box(0, 0, image.get_width(), image.get_height())
        self._format = Babl.get_name(self._channel.get_format())
        self._before = read(self._channel, self._box, self._format)

    def show(self, box: Box, mask: bytes) -> int:
        """Select by a mask, a byte a pixel of a box in the image's coordinates, and nothing elsewhere.

        The box may reach beyond the image. Return how many pixels of the image are selected.
        """
        whole = _spread(mask, box, self._box)
        self._write("Y u8", whole)
        return len(whole) - whole.count(0)

    def restore(self) -> None:
        """Restore the first selection."""
        self._write(self._format, self._before)

    def replace(self, box: Box, mask: bytes) -> None:
        """Select as `show` does, permanently: one step of undo restores the selection of before.

        Raise Refusal if nothing would be selected, since GIMP takes that for everything.
        """
        whole = _spread(mask, box, self._box)
        if whole.count(0) == len(whole):
            raise Refusal(refusals.NO_DAMAGE)
        with one_undo_step(self._image):
            Gimp.Selection.all(self._image)  # makes the step of undo, which keeps the selection of before
            self._write("Y u8", whole)

    def _write(self, babl_format: str, data: bytes) -> None:
        if not self._image.is_valid() or Box(0, 0, self._image.get_width(), self._image.get_height()) != self._box:
            raise Refusal(refusals.PICTURE_CHANGED)
        write(self._channel.get_buffer(), self._box, babl_format, data)
        self._channel.update(*self._box)
        Gimp.displays_flush()


def _spread(mask: bytes, box: Box, canvas: Box) -> bytes:
    """Return the mask of a box as a mask of the whole canvas, 0 around the box."""
    if box == canvas:
        return mask
    whole = bytearray(canvas.width * canvas.height)
    part = box.clipped(canvas.width, canvas.height)
    for y in range(part.y, part.y + part.height):
        source = (y - box.y) * box.width + part.x - box.x
        target = y * canvas.width + part.x
        whole[target : target + part.width] = mask[source : source + part.width]
    return bytes(whole)
