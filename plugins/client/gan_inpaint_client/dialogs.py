"""What both editors' dialogs show: titles, buttons, the options in their order, and the models.

In a label the character after `_` is the one that Alt chooses, as in GTK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .requests import DEFAULT_MODEL, DetectRequest, FillRequest

FILL_TITLE, FILL_BUTTON = "GAN Inpaint: fill selection", "_Fill"
SELECT_TITLE, SELECT_BUTTON = "GAN Inpaint: select scratches", "S_elect"
REPAIR_TITLE, REPAIR_BUTTON = "GAN Inpaint: repair scratches", "Re_pair"


class Choice(NamedTuple):
    """One value of an option; `name` is the protocol's word for it."""

    name: str
    label: str
    description: str


class ChoiceOption(NamedTuple):
    """An option with a few named values."""

    name: str
    label: str
    description: str
    choices: tuple[Choice, ...]
    default: str


class NumberOption(NamedTuple):
    """An option that is a number from `least` to `most`."""

    name: str
    label: str
    description: str
    least: float
    most: float
    default: float


class Model(NamedTuple):
    """A model as a dialog lists it; `name` is what a request asks for, `licence` that of the model's weights."""

    name: str
    title: str
    licence: str


MODEL_LABEL = "_Model"
MODEL_DESCRIPTION = "What fills the selection: the name of a model, as “gan-inpaint models list” shows it"

QUALITY = ChoiceOption(
    "quality",
    "_Quality",
    "How much work the fill is worth",
    (
        Choice("fast", "Fast, for a preview", "A large hole stays coarse if the model can refine it step by step"),
        Choice("normal", "Normal", "The usual quality"),
        Choice(
            "best", "Best, takes longer", "The model looks at the hole in four mirrored ways: up to four times the work"
        ),
    ),
    FillRequest.quality,
)
DILATE = NumberOption(
    "dilate",
    "_Dilate (px)",
    "Pixels around the selection that the model does not see, so that no edge of the object spreads into the fill",
    least=0,
    most=256,
    default=FillRequest.dilate,
)
FEATHER = NumberOption(
    "feather",
    "F_eather (px)",
    "Pixels inside the edge of the selection over which the fill fades in",
    least=0,
    most=256,
    default=FillRequest.feather,
)

SENSITIVITY = NumberOption(
    "sensitivity",
    "Se_nsitivity",
    "From 0 to 1: the higher the value, the fainter the damage that is found",
    least=0.0,
    most=1.0,
    default=DetectRequest.sensitivity,
)
KINDS = ChoiceOption(
    "kinds",
    "_Kinds",
    "Which scratches, hairs and dust to look for",
    (
        Choice("both", "Light and dark", "All damage"),
        Choice("light", "Light", "Damage that is lighter than the picture around it"),
        Choice("dark", "Dark", "Damage that is darker than the picture around it"),
    ),
    DetectRequest.kinds,
)
DAMAGE_DILATE = NumberOption(
    "dilate",
    "_Dilate (px)",
    "Pixels by which the damage that was found is enlarged, so that no edge of it remains",
    least=0,
    most=3,
    default=DetectRequest.dilate,
)

_TITLES = {
    DEFAULT_MODEL: "Photographs (default)",
    "auto": "Automatic",
    "faces": "Portraits",
    "classical": "Classical, no network",
}
_FIRST = (DEFAULT_MODEL, "auto")


def model_title(name: str, title: str = "") -> str:
    """Return how a dialog names a model; a model that does not ship with the product keeps its own `title`."""
    return _TITLES.get(name, title or name)


def models_offered(welcome_models: Iterable[Mapping[str, Any]]) -> list[Model]:
    """Return the models of a `welcome` in the order of the dialogs: the default, the automatic choice, the others.

    The default model is listed once and asked for as `default`, so that a better one that takes its place is used at
    once. It is listed even where the daemon has none, since another filler stands in for it.
    """
    found = {DEFAULT_MODEL: Model(DEFAULT_MODEL, model_title(DEFAULT_MODEL), "")}
    for model in welcome_models:
        name = DEFAULT_MODEL if model["default"] else model["name"]
        found[name] = Model(name, model_title(name, model["title"]), model["licence"])
    return sorted(found.values(), key=lambda model: _FIRST.index(model.name) if model.name in _FIRST else len(_FIRST))


def licence_text(licence: str) -> str:
    """Return the line below the choice of a model; empty where no licence is known."""
    return f"Licence: {licence}" if licence else ""


def selected_text(pixels: int, places: int | None) -> str:
    """Return what the dialog of Select scratches… says of the selection.

    `places` is the number of separate pieces of damage, None where only a part of the picture was looked at.
    """
    if places is None:
        return f"Selected: {pixels:,} pixels"
    return f"Selected: {places:,} {'place' if places == 1 else 'places'}, {pixels:,} pixels"
