"""What the user chose in the dialog, remembered by Krita from one fill to the next."""

from __future__ import annotations

from typing import NamedTuple

from krita import Krita

from .client import FillRequest

GROUP = "gan_inpaint"
DEFAULT_MODEL = FillRequest.model
MOST_PIXELS = 256  # the protocol's bound of both grow and feather


class Options(NamedTuple):
    """The model's name and, in pixels, how far the hole is grown and its edge softened (docs/protocol.md, `fill`)."""

    model: str = DEFAULT_MODEL
    grow: int = FillRequest.grow
    feather: int = FillRequest.feather

    @classmethod
    def remembered(cls) -> Options:
        krita, defaults = Krita.instance(), cls()
        return cls(
            krita.readSetting(GROUP, "model", defaults.model),
            _pixels(krita.readSetting(GROUP, "grow", ""), defaults.grow),
            _pixels(krita.readSetting(GROUP, "feather", ""), defaults.feather),
        )

    def remember(self) -> None:
        for name, value in self._asdict().items():
            Krita.instance().writeSetting(GROUP, name, str(value))


def _pixels(text: str, default: int) -> int:
    """A setting's number; the file it stands in is the user's to edit."""
    return min(int(text), MOST_PIXELS) if text.isdecimal() else default
