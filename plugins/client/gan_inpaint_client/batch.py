"""What became of each of several images, or layers, that are filled with one set of options."""

from __future__ import annotations

from .language import _, ngettext


class Batch:
    """Count the images that are filled, and say at the end which were left out, and why.

    Attributes:
        filled: how many images have been filled.
    """

    def __init__(self) -> None:
        self.filled = 0
        self._unselected: list[str] = []
        self._said: list[str] = []
        self._stopped = False

    def fill(self, name: str, note: str = "") -> None:
        """Note that an image is filled, and what the daemon says about the fill."""
        self.filled += 1
        self.tell(name, note)

    def skip(self, name: str) -> None:
        """Note that nothing is selected in an image."""
        self._unselected.append(name)

    def tell(self, name: str, sentence: str) -> None:
        """Note a sentence about an image, if there is one; above all why it stays as it was."""
        if sentence:
            self._said.append(f"{quoted(name)}: {sentence}")

    def stop(self) -> None:
        """Note that the user has cancelled the rest."""
        self._stopped = True

    @property
    def said(self) -> str:
        """The sentences about single images."""
        return "\n".join(self._said)

    def report(self) -> str:
        """Return how many images were filled, then a line for all without a selection, and one for each sentence."""
        lines = [ngettext("{count} image was filled.", "{count} images were filled.", self.filled)]
        if not self.filled:
            lines = [_("No image was filled.")]
        if self._unselected:
            lines.append(_("Left out, because nothing is selected there: {names}"))
        if self._stopped:
            lines.append(_("Cancelled: all other images stay as they were."))
        names = ", ".join(map(quoted, self._unselected))
        return "\n".join([line.format(count=self.filled, names=names) for line in lines] + self._said)


def quoted(name: str) -> str:
    """Return the name of an image or a layer as it stands in a sentence."""
    return _("“{name}”").format(name=name)


def frame_name(time: int) -> str:
    """Return what the report calls the frame of an animation that begins at a time."""
    return _("frame {number}").format(number=time)


def numbered_frame(number: int, count: int, sentence: str) -> str:
    """Return a sentence about the frame of that number, of so many, that is worked on."""
    return _("Frame {number} of {count}: {sentence}").format(number=number, count=count, sentence=sentence)


def numbered(number: int, count: int, sentence: str) -> str:
    """Return a sentence about the image of that number, of so many, that is worked on."""
    return _("Image {number} of {count}: {sentence}").format(number=number, count=count, sentence=sentence)
