"""Filters → GAN Inpaint → Fill selection…, and the procedure `gan-inpaint-fill`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gan_inpaint_client import Refusal
from gan_inpaint_client.dialogs import (
    AVOID,
    DILATE,
    FILL_TITLE,
    MODEL_DESCRIPTION,
    MODEL_LABEL,
    PAINTED_TITLE,
    QUALITY,
    SAMPLE,
    SOURCE,
    TRANSPARENT_TITLE,
    VARIANT,
)
from gan_inpaint_client.language import _
from gan_inpaint_client.requests import DEFAULT_MODEL

from . import fill_dialog, output
from .arguments import add_channel, add_choice, add_integer, add_text
from .bindings import Gimp
from .command import Call, Command
from .fill_dialog import Wanted
from .fills import Fill, add_options, fill_layers, filled, first_of, previewed
from .progress import show_end
from .selected import Painted, Selected, TransparentParts
from .sources import forget_others


def _add_arguments(procedure: Gimp.Procedure) -> None:
    add_options(procedure)
    add_channel(procedure, AVOID)
    add_channel(procedure, SAMPLE)


def _run(call: Call) -> bool:
    if len(call.drawables) > 1:
        return _run_several(call)
    Selected.of(call.image, call.drawables)  # refuses what cannot be filled before the dialog asks anything
    wanted = _ask(call, FILL_TITLE, fill_dialog.ALL, partial(_selected, call))
    if wanted is Wanted.NOTHING:
        return False
    fill = Fill.of(_selected(call), call.config, chooses=wanted is Wanted.VARIANTS)
    if fill is None:
        return False
    fill.write()
    show_end(fill.work.note)
    return True


def _run_several(call: Call) -> bool:
    """Fill what is selected in each of the chosen layers."""
    read = partial(first_of, call.image, call.drawables, call.config)
    read()
    if _ask(call, FILL_TITLE, fill_dialog.ALL, read, varies=False) is Wanted.NOTHING:
        return False
    count, said = fill_layers(call.image, call.drawables, call.config)
    if not count:
        raise Refusal(said)
    show_end(said)
    return True


def _selected(call: Call) -> Selected:
    return Selected.of(call.image, call.drawables, call.config.get_property(SOURCE.name))


def _ask(call: Call, title: str, options: list[str], read: Callable[[], Selected], varies: bool = True) -> Wanted:
    """Return what the user wants of what is `read`, of which there may be `varies`; a script wants a fill."""
    if not call.interactive:
        return Wanted.FILL
    forget_others(call.image, call.config)
    plan = partial(previewed, call.config)
    return fill_dialog.ask(call.procedure, call.config, call.image, title, options, read, plan, varies)


FILL = Command(
    name="gan-inpaint-fill",
    label=_("_Fill selection…"),
    blurb=_("Remove what is selected and fill the place with what its surroundings suggest"),
    help=_(
        "A neural network, run by the GAN Inpaint daemon on this computer, fills the selection in each of the chosen "
        "layers. Pixels outside the selection stay bit-identical. A soft selection blends."
    ),
    add_arguments=_add_arguments,
    run=_run,
)


def _run_transparent(call: Call) -> bool:
    TransparentParts.of_layer(call.image, call.drawables).check_unlocked()
    wanted = _ask(
        call, TRANSPARENT_TITLE, fill_dialog.FEW, partial(TransparentParts.of_layer, call.image, call.drawables)
    )
    if wanted is Wanted.NOTHING:
        return False
    parts = TransparentParts.of_layer(call.image, call.drawables)
    made = filled(parts, call.config, blends=True, chooses=wanted is Wanted.VARIANTS)
    if made is None:
        return False
    output.write_in_place(parts, made.work.patches)
    show_end(made.work.note)
    return True


def _run_painted(call: Call) -> bool:
    Painted.of_layer(call.image, call.drawables).check_unlocked()
    wanted = _ask(call, PAINTED_TITLE, fill_dialog.FEW, partial(Painted.of_layer, call.image, call.drawables))
    if wanted is Wanted.NOTHING:
        return False
    painted = Painted.of_layer(call.image, call.drawables)
    made = filled(painted, call.config, blends=False, chooses=wanted is Wanted.VARIANTS)
    if made is None:
        return False
    output.replace_painted(painted, made.work)
    show_end(made.work.note)
    return True


def _add_few_arguments(procedure: Gimp.Procedure) -> None:
    add_text(procedure, "model", MODEL_LABEL, MODEL_DESCRIPTION, DEFAULT_MODEL)
    add_choice(procedure, QUALITY)
    add_integer(procedure, DILATE)
    add_integer(procedure, VARIANT)
    add_channel(procedure, AVOID)
    add_channel(procedure, SAMPLE)


FILL_TRANSPARENT = Command(
    name="gan-inpaint-fill-transparent",
    label=_("Fill _transparent parts…"),
    blurb=_("Fill the transparent parts of a layer with what its surroundings suggest"),
    help=_(
        "Corners after a rotation, the border of a panorama or a torn corner become opaque. If there is a selection, "
        "only what is transparent inside it is filled. Every other pixel stays bit-identical."
    ),
    add_arguments=_add_few_arguments,
    run=_run_transparent,
)
FILL_PAINTED = Command(
    name="gan-inpaint-fill-painted",
    label=_("Fill what is _painted on this layer…"),
    blurb=_("Remove what is painted over on the active layer, in any colour, and the paint with it"),
    help=_(
        "The fill is taken from all other visible layers and takes the place of the layer with the paint, in one step "
        "of undo. The opacity of the paint blends. If there is a selection, only the paint inside it counts, and the "
        "rest of the paint stays."
    ),
    add_arguments=_add_few_arguments,
    run=_run_painted,
)
