"""What the user chose in the dialog, remembered by Krita from one fill to the next."""

from __future__ import annotations

from typing import NamedTuple

from krita import Krita

from .client import FillRequest

GROUP = "gan_inpaint"
DEFAULT_MODEL = FillRequest.model
MOST_PIXELS = 256  # the protocol's bound of both grow and feather
QUALITIES = {"fast": "Fast, for a preview", "normal": "Normal", "best": "Best, takes longer"}


class Options(NamedTuple):
    """What docs/protocol.md says of `fill`: a model's name, grow and feather in pixels, one of QUALITIES."""

    model: str = DEFAULT_MODEL
    grow: int = FillRequest.grow
    feather: int = FillRequest.feather
    quality: str = FillRequest.quality

    @classmethod
    def remembered(cls) -> Options:
        krita, defaults = Krita.instance(), cls()
        return cls(
            krita.readSetting(GROUP, "model", defaults.model),
            _pixels(krita.readSetting(GROUP, "grow", ""), defaults.grow),
            _pixels(krita.readSetting(GROUP, "feather", ""), defaults.feather),
            _quality(krita.readSetting(GROUP, "quality", ""), defaults.quality),
        )

    def remember(self) -> None:
        for name, value in self._asdict().items():
            Krita.instance().writeSetting(GROUP, name, str(value))


def _pixels(text: str, default: int) -> int:
    """A setting's number; the file it stands in is the user's to edit."""
    return min(int(text), MOST_PIXELS) if text.isdecimal() else default


def _quality(text: str, default: str) -> str:
    return text if text in QUALITIES else default
