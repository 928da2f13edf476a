"""Changing an image's selection: for a while without a trace, and for good as one step of undo."""

from __future__ import annotations

from gan_inpaint_client import Box

from .bindings import Babl, Gimp
from .output import one_undo_step, write
from .selected import Refusal, read


class Selection:
    """The selection of an image as it is when this is made; `show` and `restore` leave no step of undo.

    Bytes that are written into the selection's buffer make none, and GIMP takes note of them all the same. All methods
    raise Refusal where the user has closed the image, or changed its size, in the meantime.
    """

    def __init__(self, image: Gimp.Image) -> None:
        self._image = image
        self._channel = image.get_selection()
        self._box = Box(0, 0, image.get_width(), image.get_height())
        self._format = Babl.get_name(self._channel.get_format())
        self._before = read(self._channel, self._box, self._format)

    def show(self, box: Box, mask: bytes) -> int:
        """Select what the mask says, a byte a pixel of a box in the image's coordinates, and nothing elsewhere.

        The box may reach beyond the image. Returns how many pixels of the image are selected.
        """
        whole = _spread(mask, box, self._box)
        self._write("Y u8", whole)
        return len(whole) - whole.count(0)

    def restore(self) -> None:
        """Select what was selected."""
        self._write(self._format, self._before)

    def replace(self, box: Box, mask: bytes) -> None:
        """As `show`, but for good: one step of undo brings back what is selected before.

        Raises Refusal as well where nothing would be selected, since to GIMP that is everything.
        """
        whole = _spread(mask, box, self._box)
        if whole.count(0) == len(whole):
            raise Refusal("No scratches were found here, so the selection stays as it is. Raise the sensitivity.")
        with one_undo_step(self._image):
            Gimp.Selection.all(self._image)  # makes the step, which keeps what is selected now
            self._write("Y u8", whole)

    def _write(self, babl_format: str, data: bytes) -> None:
        if not self._image.is_valid() or Box(0, 0, self._image.get_width(), self._image.get_height()) != self._box:
            raise Refusal("The image was changed in the meantime, so nothing was selected. Try again.")
        write(self._channel.get_buffer(), self._box, babl_format, data)
        self._channel.update(*self._box)
        Gimp.displays_flush()


def _spread(mask: bytes, box: Box, canvas: Box) -> bytes:
    """The mask of a box as one of the whole canvas, 0 around it."""
    if box == canvas:
        return mask
    whole = bytearray(canvas.width * canvas.height)
    part = box.clipped(canvas.width, canvas.height)
    for y in range(part.y, part.y + part.height):
        source = (y - box.y) * box.width + part.x - box.x
        target = y * canvas.width + part.x
        whole[target : target + part.width] = mask[source : source + part.width]
    return bytes(whole)
