"""Filters → GAN Inpaint → Fill selection…, and the procedure `gan-inpaint-fill`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from gan_inpaint_client import Box, previews
from gan_inpaint_client.dialogs import (
    AVOID,
    DILATE,
    FEATHER,
    FILL_TITLE,
    MODEL_DESCRIPTION,
    MODEL_LABEL,
    OUTPUT,
    PAINTED_TITLE,
    QUALITY,
    SAMPLE,
    SOURCE,
    TRANSPARENT_TITLE,
    VARIANT,
)
from gan_inpaint_client.language import _
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.requests import DEFAULT_MODEL, FillRequest

from . import choosing, fill_dialog, output
from .arguments import add_channel, add_choice, add_integer, add_text
from .bindings import Gimp
from .command import Call, Command
from .daemon import open_client
from .fill_dialog import Wanted
from .layers import is_plain
from .progress import show_end, show_start
from .selected import Painted, Selected, TransparentParts
from .sources import Sources, forget_others
from .working import perform


def _add_arguments(procedure: Gimp.Procedure) -> None:
    add_text(procedure, "model", MODEL_LABEL, MODEL_DESCRIPTION, DEFAULT_MODEL)
    add_choice(procedure, QUALITY)
    add_choice(procedure, SOURCE)
    add_choice(procedure, OUTPUT)
    add_integer(procedure, DILATE)
    add_integer(procedure, FEATHER)
    add_integer(procedure, VARIANT)
    add_channel(procedure, AVOID)
    add_channel(procedure, SAMPLE)


def _run(call: Call) -> bool:
    Selected.of(call.image, call.drawables)  # refuses what cannot be filled before the dialog asks anything
    wanted = _ask(call, FILL_TITLE, fill_dialog.ALL, partial(_selected, call))
    if wanted is Wanted.NOTHING:
        return False
    where, selected = call.config.get_property(OUTPUT.name), _selected(call)
    as_patch = where != "active-layer" and (selected.visible is not None or is_plain(selected.layer))
    if where == "active-layer":
        selected.check_unlocked()
        selected.check_plain()
    # What has a mask or a selection of its own to blend it must not be blended before.
    work = _filled(selected, call.config, wanted, blends=not as_patch and selected.visible is None)
    if work is None:
        return False
    if as_patch:
        output.add_patch(selected, work, masked=where == "masked-layer")
    elif where != "active-layer":
        output.add_copy(selected, work)
    elif selected.visible is not None:
        output.write_over(selected, work.patches)
    else:
        output.write_in_place(selected, work.patches)
    show_end(work.note)
    return True


def _selected(call: Call) -> Selected:
    return Selected.of(call.image, call.drawables, call.config.get_property(SOURCE.name))


def _ask(call: Call, title: str, options: list[str], read: Callable[[], Selected]) -> Wanted:
    """Return what the user wants of what is `read`; a script wants a fill."""
    if not call.interactive:
        return Wanted.FILL
    forget_others(call.image, call.config)
    plan = partial(_previewed, call.config)
    return fill_dialog.ask(call.procedure, call.config, call.image, title, options, read, plan)


def _previewed(config: Gimp.ProcedureConfig, selected: Selected, quality: str) -> Patchwork:
    """Return the work on a preview in a quality."""
    sources = Sources.of(selected, config)
    work = selected.patchwork(selected.mask(selected.box), blends=True)

    def request(pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
        return replace(_request(selected, sources, config, pixels, mask, sent), quality=quality)

    work.begin(request, previews.MOST_SENT, sources.sampling_box())
    return work


def _filled(selected: Selected, config: Gimp.ProcedureConfig, wanted: Wanted, blends: bool) -> Patchwork | None:
    """Fill what is selected and return the result, or that of several which the user chooses; None if it is none.

    Raises:
        Refusal: the user has changed the image in the meantime.
        ClientError: the daemon cannot be reached, or does not fill.
    """
    sources = Sources.of(selected, config)
    sampling = sources.sampling_box()
    show_start()
    mask = selected.mask(selected.box)
    ask, begin = partial(_request, selected, sources, config), partial(selected.patchwork, mask, blends)
    if wanted is Wanted.VARIANTS:
        work = choosing.choose(selected, begin, ask, config.get_property("model"), sampling)
    else:
        work = begin()
        with open_client() as client:
            perform(client, selected, work, ask, sampling)
    if work is not None:
        selected.check_unchanged(mask, work)
    return work


def _request(
    selected: Selected, sources: Sources, config: Gimp.ProcedureConfig, pixels: bytes, mask: bytes, sent: Box
) -> FillRequest:
    return FillRequest(
        pixels,
        mask,
        sent.width,
        sent.height,
        **selected.description,
        **sources.masks(sent),
        model=config.get_property("model"),
        quality=config.get_property(QUALITY.name),
        dilate=config.get_property(DILATE.name),
        feather=config.get_property(FEATHER.name) if config.find_property(FEATHER.name) else 0,
        variant=config.get_property(VARIANT.name),
    )


FILL = Command(
    name="gan-inpaint-fill",
    label=_("_Fill selection…"),
    blurb=_("Remove what is selected and fill the place with what its surroundings suggest"),
    help=_(
        "A neural network, run by the GAN Inpaint daemon on this computer, fills the selection of one layer. Pixels "
        "outside the selection stay bit-identical. A soft selection blends."
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
    work = _filled(parts, call.config, wanted, blends=True)
    if work is None:
        return False
    output.write_in_place(parts, work.patches)
    show_end(work.note)
    return True


def _run_painted(call: Call) -> bool:
    Painted.of_layer(call.image, call.drawables).check_unlocked()
    wanted = _ask(call, PAINTED_TITLE, fill_dialog.FEW, partial(Painted.of_layer, call.image, call.drawables))
    if wanted is Wanted.NOTHING:
        return False
    painted = Painted.of_layer(call.image, call.drawables)
    work = _filled(painted, call.config, wanted, blends=False)
    if work is None:
        return False
    output.replace_painted(painted, work)
    show_end(work.note)
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
