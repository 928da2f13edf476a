"""The user's choices in the dialogs; Krita remembers them from one time to the next."""

from __future__ import annotations

from typing import Any, NamedTuple

from krita import Krita

from gan_inpaint_client.dialogs import (
    AVOID,
    DAMAGE_DILATE,
    DILATE,
    EVERYTHING,
    FEATHER,
    FRAMES,
    KINDS,
    LAYER_OUTPUT,
    QUALITY,
    SAMPLE,
    SENSITIVITY,
    SOURCE,
    TONE,
    Choice,
    ChoiceOption,
    NumberOption,
    kinds_asked,
)
from gan_inpaint_client.requests import DEFAULT_MODEL

GROUP = "gan_inpaint"
DAMAGE_GROUP = "gan_inpaint_scratches"
MOST_SENSITIVE = 100  # percent
ALL_KINDS = tuple(kind.name for kind in KINDS)


class Options(NamedTuple):
    """The options that docs/protocol.md lists for `fill`; dilate and feather are in pixels.

    source, output and frames are choices of `dialogs`. avoid and sample are the ids of selection masks, empty for none;
    an id that is not in the document counts as none.
    """

    model: str = DEFAULT_MODEL
    quality: str = QUALITY.default
    source: str = SOURCE.default
    output: str = LAYER_OUTPUT.default
    frames: str = FRAMES.default
    dilate: int = int(DILATE.default)
    feather: int = int(FEATHER.default)
    avoid: str = ""
    sample: str = ""

    @classmethod
    def remembered(cls) -> Options:
        """Return the choices of the last fill."""
        return cls(
            model=Krita.instance().readSetting(GROUP, "model", DEFAULT_MODEL),
            quality=_remembered_choice(GROUP, QUALITY),
            source=_remembered_choice(GROUP, SOURCE),
            output=_remembered_choice(GROUP, LAYER_OUTPUT),
            frames=_remembered_choice(GROUP, FRAMES),
            dilate=_remembered_pixels(GROUP, DILATE),
            feather=_remembered_pixels(GROUP, FEATHER),
            avoid=str(Krita.instance().readSetting(GROUP, AVOID.name, "")),
            sample=str(Krita.instance().readSetting(GROUP, SAMPLE.name, "")),
        )

    def remember(self) -> None:
        """Keep the choices for the next fill."""
        _remember(GROUP, self._asdict())

    def fields(self) -> dict[str, Any]:
        """Return the choices that are fields of a request as they are."""
        others = (SOURCE.name, LAYER_OUTPUT.name, FRAMES.name, AVOID.name, SAMPLE.name)
        return {name: value for name, value in self._asdict().items() if name not in others}

    @property
    def masked(self) -> bool:
        """Whether the new layer gets the selection as its mask."""
        return self.output == "masked-layer"


def is_on(switch: Choice) -> bool:
    """Return whether a switch of a dialog was on the last time."""
    return str(Krita.instance().readSetting(GROUP, switch.name, "")) == "True"


def remember_switch(switch: Choice, on: bool) -> None:
    """Keep whether a switch is on for the next dialog."""
    _remember(GROUP, {switch.name: on})


class Damage(NamedTuple):
    """The options that docs/protocol.md lists for `detect`: the sensitivity in percent, dilate in pixels.

    `kinds` are those that are chosen, also if it is all of them.
    """

    percent: int = round(SENSITIVITY.default * MOST_SENSITIVE)
    tone: str = TONE.default
    dilate: int = int(DAMAGE_DILATE.default)
    kinds: tuple[str, ...] = ALL_KINDS
    everything: bool = False

    @classmethod
    def remembered(cls) -> Damage:
        """Return the choices of the last search or repair."""
        percent = Krita.instance().readSetting(DAMAGE_GROUP, "percent", "")
        return cls(
            percent=_number(percent, MOST_SENSITIVE, cls().percent),
            tone=_remembered_choice(DAMAGE_GROUP, TONE),
            dilate=_remembered_pixels(DAMAGE_GROUP, DAMAGE_DILATE),
            kinds=_remembered_kinds(),
            everything=Krita.instance().readSetting(DAMAGE_GROUP, EVERYTHING.name, "") == "True",
        )

    def remember(self) -> None:
        """Keep the choices for the next search or repair."""
        _remember(DAMAGE_GROUP, {**self._asdict(), "kinds": " ".join(self.kinds)})

    def fields(self) -> dict[str, Any]:
        """Return the choices as fields of a search."""
        others = {name: value for name, value in self._asdict().items() if name != "percent"}
        return {"sensitivity": self.percent / MOST_SENSITIVE, **others}

    def request_fields(self) -> dict[str, Any]:
        """Return the choices as fields of a request; raise Refusal if no kind is chosen."""
        return {**self.fields(), "kinds": kinds_asked(self.kinds)}


def _remember(group: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        Krita.instance().writeSetting(group, name, str(value))


def _remembered_choice(group: str, option: ChoiceOption) -> str:
    text = str(Krita.instance().readSetting(group, option.name, ""))
    return text if text in {choice.name for choice in option.choices} else option.default


def _remembered_kinds() -> tuple[str, ...]:
    kept = str(Krita.instance().readSetting(DAMAGE_GROUP, "kinds", "")).split()
    return tuple(name for name in ALL_KINDS if name in kept) or ALL_KINDS


def _remembered_pixels(group: str, option: NumberOption) -> int:
    return _number(Krita.instance().readSetting(group, option.name, ""), int(option.most), int(option.default))


def _number(text: str, most: int, default: int) -> int:
    """Return a setting's number; the user may have edited the file of settings."""
    return min(int(text), most) if text.isdecimal() else default
