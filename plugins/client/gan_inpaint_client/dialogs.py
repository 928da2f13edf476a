"""What both editors' dialogs show: titles, buttons, the options in their order, and the models.

In a label the character after `_` is the one that Alt chooses, as in GTK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .errors import Refusal
from .language import _, ngettext, number, percent
from .refusals import NO_KIND
from .requests import DEFAULT_MODEL, DetectRequest, FillRequest

CANCEL_BUTTON = _("_Cancel")
FILL_TITLE, FILL_BUTTON = _("GAN Inpaint: fill selection"), _("_Fill")
ALL_IMAGES_TITLE = _("GAN Inpaint: fill in all open images")
SELECT_TITLE, SELECT_BUTTON = _("GAN Inpaint: select scratches"), _("S_elect")
TRANSPARENT_TITLE = _("GAN Inpaint: fill transparent parts")
PAINTED_TITLE = _("GAN Inpaint: fill what is painted")
REPAIR_TITLE, REPAIR_BUTTON = _("GAN Inpaint: repair scratches"), _("Re_pair")
VARIANTS_TITLE, VARIANTS_BUTTON, MORE_BUTTON = _("GAN Inpaint: variants"), _("_Variants…"), _("_More")
VARIANTS_DESCRIPTION = _("Show several fills side by side and choose one")
VARIANTS_HINT = _("Click on the fill that you want.")
NO_OTHER_VARIANT = _("All fills are alike: the hole is too thin for copies, or the model makes none.")
FILLING_VARIANT = _("Filling: {label}…")
BEFORE_LABEL = _("Before")


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


class MaskOption(NamedTuple):
    """An option that is one of the picture's own masks, or none."""

    name: str
    label: str
    description: str


class Model(NamedTuple):
    """A model as a dialog lists it; `name` is what a request asks for, `licence` that of the model's weights."""

    name: str
    title: str
    licence: str


MODEL_LABEL = _("_Model")
MODEL_DESCRIPTION = _("What fills the selection: the name of a model, as “gan-inpaint models list” shows it")

QUALITY = ChoiceOption(
    "quality",
    _("_Quality"),
    _("How much work the fill is worth"),
    (
        Choice(
            "fast", _("Fast, for a preview"), _("A large hole stays coarse if the model can refine it step by step")
        ),
        Choice("normal", _("Normal"), _("The usual quality")),
        Choice(
            "best",
            _("Best, takes longer"),
            _("The model looks at the hole in four mirrored ways: up to four times the work"),
        ),
    ),
    FillRequest.quality,
)
SOURCE = ChoiceOption(
    "source",
    _("_Take from"),
    _("What the fill is taken from"),
    (
        Choice(
            "automatic",
            _("Automatic"),
            _("All visible layers if the active layer is mostly empty, else the active layer"),
        ),
        Choice("active-layer", _("Active layer"), _("The fill is taken from the active layer alone")),
        Choice("visible", _("All visible layers"), _("The fill is taken from the picture as it is seen")),
    ),
    "automatic",
)
# The layer itself is GIMP's default, so that the next fill builds on the result of this one.
OUTPUT = ChoiceOption(
    "output",
    _("O_utput"),
    _("Where the fill goes"),
    (
        Choice("active-layer", _("Active layer"), _("The fill is written into the layer")),
        Choice("new-layer", _("New layer"), _("The fill becomes a new layer; the layer below stays as it is")),
        Choice(
            "masked-layer",
            _("New layer with a mask"),
            _("The fill becomes a new opaque layer whose mask is the selection, so that its edge can be refined later"),
        ),
    ),
    "active-layer",
)
# Krita's Python makes one step of undo of a new layer, but not of a change of one.
LAYER_OUTPUT = OUTPUT._replace(choices=OUTPUT.choices[1:], default="new-layer")
NEW_LAYER_HINT = _(
    "The fill becomes a new layer, which one undo removes. Layer → Merge with Layer Below writes it into the layer."
)
REPAIRED_HINT = _("The repaired pixels become a new layer; nothing else changes.")
FRAMES = ChoiceOption(
    "frames",
    _("F_rames"),
    _("Which frames of the animated layer are filled; the new layer is animated, too"),
    (
        Choice("this", _("This frame"), _("The frame that is seen now; the new layer is empty in all others")),
        Choice("all", _("All frames"), _("Each frame is filled on its own, in the same selection")),
    ),
    "this",
)
DILATE = NumberOption(
    "dilate",
    _("_Dilate (px)"),
    _("Pixels around the selection that the model does not see, so that no edge of the object spreads into the fill"),
    least=0,
    most=256,
    default=FillRequest.dilate,
)
FEATHER = NumberOption(
    "feather",
    _("F_eather (px)"),
    _("Pixels inside the edge of the selection over which the fill fades in"),
    least=0,
    most=256,
    default=FillRequest.feather,
)

AVOID = MaskOption(
    "avoid",
    _("Do _not sample"),
    _(
        "Nothing is copied from what this marks, and the model does not see it: a person beside the selection, for "
        "example"
    ),
)
SAMPLE = MaskOption(
    "sample",
    _("Sample onl_y"),
    _("Texture is copied only from what this marks; the model still sees the rest of the picture"),
)
NO_MASK = _("None")

SENSITIVITY = NumberOption(
    "sensitivity",
    _("Se_nsitivity"),
    _("From 0 to 1: the higher the value, the fainter the damage that is found"),
    least=0.0,
    most=1.0,
    default=DetectRequest.sensitivity,
)
TONE = ChoiceOption(
    "tone",
    _("_Tone"),
    _("Which scratches, hairs and dust to look for"),
    (
        Choice("both", _("Light and dark"), _("All damage")),
        Choice("light", _("Light"), _("Damage that is lighter than the picture around it")),
        Choice("dark", _("Dark"), _("Damage that is darker than the picture around it")),
    ),
    DetectRequest.tone,
)
KINDS = (
    Choice("cracks", _("Crac_ks and creases"), _("Cracks, craquelure, creases and folds")),
    Choice("scratches", _("Scratches and ha_irs"), _("Thin lines, straight or smoothly curved")),
    Choice("dust", _("D_ust and specks"), _("What is small and compact")),
    Choice("stains", _("St_ains"), _("Dark areas that are no lines")),
    Choice("tears", _("Tears and ed_ges"), _("Torn and worn edges, lost emulsion and other light areas")),
)
EVERYTHING = Choice(
    "everything",
    _("_What stands out in the selection"),
    _(
        "Whatever is lighter or darker than its surroundings in the selection is damage, also what no network knows. "
        "Without a selection this makes no difference"
    ),
)
OVERLAY = Choice(
    "overlay",
    _("Show as an _overlay"),
    _("Cover what is not selected with a colour, as long as this dialog is open, instead of drawing an outline"),
)
DAMAGE_DILATE = NumberOption(
    "dilate",
    _("_Dilate (px)"),
    _("Pixels by which the damage that was found is enlarged, so that no edge of it remains"),
    least=0,
    most=3,
    default=DetectRequest.dilate,
)

PREVIEW = Choice(
    "preview",
    _("_Preview"),
    _(
        "Show here what the fill will look like, coarsely at first, then in the chosen quality. The picture does not "
        "change"
    ),
)

KEEP_VARIANTS = Choice(
    "keep-variants",
    _("_Keep all as layers"),
    _("All fills become layers of a group, in which only the one that you click on is visible"),
)

VARIANT = NumberOption(
    "variant",
    _("Va_riant"),
    _("0 is the usual fill, 1 is without copies from around the hole, and each larger number copies from other places"),
    least=0,
    most=9999,
    default=FillRequest.variant,
)

MOST_DAMAGED = 0.2
"""The share of a picture above which what was found is hardly damage; the daemon repairs no more."""
TOO_MUCH = _(
    "That is {percent} of the picture, hardly damage.\n"
    "Select the print itself before the search, lower the sensitivity, or choose fewer kinds."
)

_TITLES = {
    DEFAULT_MODEL: _("Photographs (default)"),
    "auto": _("Automatic"),
    "faces": _("Portraits"),
    "classical": _("Classical, no network"),
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


def layer_name(number: int, model: str, variant: int = 0) -> str:
    """Return the name of the fill of that number in its picture, a `variant` of what `model` makes."""
    if not variant:
        return f"GAN Inpaint {number}: {model}"
    return _("GAN Inpaint {number}: {model}, variant {variant}").format(number=number, model=model, variant=variant)


def candidate_label(title: str, variant: int) -> str:
    """Return what the choice of variants calls a fill of the model with that title."""
    if not variant:
        return title
    return _("Without copies") if variant == 1 else _("Other places {number}").format(number=variant - 1)


def numbered_label(number: int, label: str) -> str:
    """Return the label of a choice of variants, whose number is the key that chooses it, as long as that is a digit."""
    return f"_{number} {label}" if number <= 9 else label


def licence_text(licence: str) -> str:
    """Return the line below the choice of a model; empty where no licence is known."""
    return _("Licence: {licence}").format(licence=licence) if licence else ""


def kinds_asked(chosen: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds that a request names for those that are chosen: none for all of them.

    Raises:
        Refusal: none is chosen.
    """
    names = tuple(kind.name for kind in KINDS if kind.name in set(chosen))
    if not names:
        raise Refusal(NO_KIND)
    return () if len(names) == len(KINDS) else names


def kind_label(kind: Choice, places: Mapping[str, int] | None) -> str:
    """Return the label of a kind with the number of its places; `places` is None where only a part was looked at."""
    return kind.label if places is None else f"{kind.label} ({number(places.get(kind.name, 0))})"


def selected_text(pixels: int, places: int | None, searched: int) -> str:
    """Return what the dialog of Select scratches… says of the selection.

    `places` is the number of separate pieces of damage, None where only a part of the picture was looked at; `searched`
    is the number of pixels that were looked at.
    """
    size = ngettext("{count} pixel", "{count} pixels", pixels).format(count=number(pixels))
    if places is None:
        return _("Selected: {pixels}").format(pixels=size)
    pieces = ngettext("{count} place", "{count} places", places).format(count=number(places))
    selected = _("Selected: {places}, {pixels}").format(places=pieces, pixels=size)
    if pixels <= MOST_DAMAGED * searched:
        return selected
    return f"{selected}\n{TOO_MUCH.format(percent=percent(pixels / searched))}"
