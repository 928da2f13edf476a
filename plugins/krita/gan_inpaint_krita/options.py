"""The user's choices in the dialogs; Krita remembers them from one time to the next."""

from __future__ import annotations

from typing import Any, NamedTuple

from krita import Krita

from gan_inpaint_client.dialogs import (
    DAMAGE_DILATE,
    DILATE,
    FEATHER,
    KINDS,
    QUALITY,
    SENSITIVITY,
    ChoiceOption,
    NumberOption,
)
from gan_inpaint_client.requests import DEFAULT_MODEL

GROUP = "gan_inpaint"
DAMAGE_GROUP = "gan_inpaint_scratches"
MOST_SENSITIVE = 100  # percent


class Options(NamedTuple):
    """The options that docs/protocol.md lists for `fill`; dilate and feather are in pixels."""

    model: str = DEFAULT_MODEL
    quality: str = QUALITY.default
    dilate: int = int(DILATE.default)
    feather: int = int(FEATHER.default)

    @classmethod
    def remembered(cls) -> Options:
        """Return the choices of the last fill."""
        return cls(
            model=Krita.instance().readSetting(GROUP, "model", DEFAULT_MODEL),
            quality=_remembered_choice(GROUP, QUALITY),
            dilate=_remembered_pixels(GROUP, DILATE),
            feather=_remembered_pixels(GROUP, FEATHER),
        )

    def remember(self) -> None:
        """Keep the choices for the next fill."""
        _remember(GROUP, self._asdict())


class Damage(NamedTuple):
    """The options that docs/protocol.md lists for `detect`: the sensitivity in percent, dilate in pixels."""

    percent: int = round(SENSITIVITY.default * MOST_SENSITIVE)
    kinds: str = KINDS.default
    dilate: int = int(DAMAGE_DILATE.default)

    @classmethod
    def remembered(cls) -> Damage:
        """Return the choices of the last search or repair."""
        percent = Krita.instance().readSetting(DAMAGE_GROUP, "percent", "")
        return cls(
            percent=_number(percent, MOST_SENSITIVE, cls().percent),
            kinds=_remembered_choice(DAMAGE_GROUP, KINDS),
            dilate=_remembered_pixels(DAMAGE_GROUP, DAMAGE_DILATE),
        )

    def remember(self) -> None:
        """Keep the choices for the next search or repair."""
        _remember(DAMAGE_GROUP, self._asdict())

    def fields(self) -> dict[str, Any]:
        """Return the choices as fields of a request."""
        return {"sensitivity": self.percent / MOST_SENSITIVE, "kinds": self.kinds, "dilate": self.dilate}


def _remember(group: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        Krita.instance().writeSetting(group, name, str(value))


def _remembered_choice(group: str, option: ChoiceOption) -> str:
    text = str(Krita.instance().readSetting(group, option.name, ""))
    return text if text in {choice.name for choice in option.choices} else option.default


def _remembered_pixels(group: str, option: NumberOption) -> int:
    return _number(Krita.instance().readSetting(group, option.name, ""), int(option.most), int(option.default))


def _number(text: str, most: int, default: int) -> int:
    """Return a setting's number; the user may have edited the file of settings."""
    return min(int(text), most) if text.isdecimal() else default
