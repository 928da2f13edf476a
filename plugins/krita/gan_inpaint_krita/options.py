"""What the user chose in the dialogs, remembered by Krita from one time to the next."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from krita import Krita

from gan_inpaint_client import DetectRequest, FillRequest

GROUP = "gan_inpaint"
DAMAGE_GROUP = "gan_inpaint_scratches"
DEFAULT_MODEL = FillRequest.model
MOST_PIXELS = 256  # the protocol's bound of both grow and feather
MOST_SENSITIVE = 100
MOST_AROUND_DAMAGE = 3  # the protocol's bound, in pixels
KINDS = {"both": "Light and dark", "light": "Light", "dark": "Dark"}
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
            _number(krita.readSetting(GROUP, "grow", ""), MOST_PIXELS, defaults.grow),
            _number(krita.readSetting(GROUP, "feather", ""), MOST_PIXELS, defaults.feather),
            _one_of(QUALITIES, krita.readSetting(GROUP, "quality", ""), defaults.quality),
        )

    def remember(self) -> None:
        for name, value in self._asdict().items():
            Krita.instance().writeSetting(GROUP, name, str(value))


class Damage(NamedTuple):
    """What docs/protocol.md says of `detect`: the sensitivity in percent, one of KINDS, grow in pixels."""

    percent: int = round(DetectRequest.sensitivity * MOST_SENSITIVE)
    kinds: str = DetectRequest.kinds
    grow: int = DetectRequest.grow

    @classmethod
    def remembered(cls) -> Damage:
        krita, defaults = Krita.instance(), cls()
        return cls(
            _number(krita.readSetting(DAMAGE_GROUP, "percent", ""), MOST_SENSITIVE, defaults.percent),
            _one_of(KINDS, krita.readSetting(DAMAGE_GROUP, "kinds", ""), defaults.kinds),
            _number(krita.readSetting(DAMAGE_GROUP, "grow", ""), MOST_AROUND_DAMAGE, defaults.grow),
        )

    def remember(self) -> None:
        for name, value in self._asdict().items():
            Krita.instance().writeSetting(DAMAGE_GROUP, name, str(value))

    def keys(self) -> dict[str, Any]:
        """The same in the protocol's words."""
        return {"sensitivity": self.percent / MOST_SENSITIVE, "kinds": self.kinds, "grow": self.grow}


def _number(text: str, most: int, default: int) -> int:
    """A setting's number; the file it stands in is the user's to edit."""
    return min(int(text), most) if text.isdecimal() else default


def _one_of(names: Collection[str], text: str, default: str) -> str:
    return text if text in names else default
