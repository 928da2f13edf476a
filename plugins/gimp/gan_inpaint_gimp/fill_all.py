"""Filters → GAN Inpaint → Fill in all open images…, and the procedure `gan-inpaint-fill-all`."""

from __future__ import annotations

import traceback
from functools import partial

from gan_inpaint_client import ClientError, Refusal, refusals
from gan_inpaint_client.batch import Batch
from gan_inpaint_client.dialogs import (
    ALL_IMAGES_TITLE,
)
from gan_inpaint_client.language import _

from . import fill_dialog
from .bindings import Gimp, GObject
from .command import Call, Command
from .fill_dialog import Wanted
from .fills import add_options, fill_layers, first_of, previewed
from .progress import show_end, show_numbered
from .selected import Selected
from .working import Show


def _add_arguments(procedure: Gimp.Procedure) -> None:
    add_options(procedure)
    returned = GObject.ParamFlags.READWRITE
    procedure.add_int_return_value("filled", _("Filled"), _("How many images were filled"), 0, 2**31 - 1, 0, returned)
    procedure.add_string_return_value("report", _("Report"), _("What became of the images, as sentences"), "", returned)


def _run(call: Call) -> bool | tuple[int, str]:
    read = partial(_first, call)
    read()
    if call.interactive:
        plan = partial(previewed, call.config)
        asked = call.procedure, call.config, call.image, ALL_IMAGES_TITLE, fill_dialog.ALL
        if fill_dialog.ask(*asked, read, plan, varies=False) is Wanted.NOTHING:
            return False
    batch = _fill_all(call.config)
    if not batch.filled:
        raise Refusal(batch.report())
    show_end(batch.report() if call.interactive else "")
    return batch.filled, batch.report()


def _first(call: Call) -> Selected:
    """Return what can be filled in the image of the call, or in the first other one; raise Refusal if nothing can."""
    refusal: Refusal | None = None
    for image in (call.image, *_open_images()):
        if not image.is_valid() or Gimp.Selection.is_empty(image):
            continue
        try:
            return first_of(image, image.get_selected_drawables(), call.config)
        except Refusal as problem:
            refusal = refusal or problem
    raise refusal or Refusal(refusals.NOTHING_SELECTED_ANYWHERE)


def _open_images() -> list[Gimp.Image]:
    """Return the open images, the first to be opened first."""
    return sorted(Gimp.get_images(), key=lambda image: image.get_id())


def _fill_all(config: Gimp.ProcedureConfig) -> Batch:
    """Fill one image after the other; whatever fails in one, the others are filled."""
    batch, waiting = Batch(), []
    for image in _open_images():
        if Gimp.Selection.is_empty(image):
            batch.skip(image.get_name())
        else:
            waiting.append((image, image.get_name()))
    for number, (image, name) in enumerate(waiting, start=1):
        try:
            _fill(batch, image, name, config, partial(show_numbered, number, len(waiting)))
        except Refusal as refusal:
            batch.tell(name, str(refusal))
        except ClientError as problem:
            batch.tell(name, problem.advice)
        except Exception:  # noqa: BLE001 (any defect: the other images must still be filled)
            traceback.print_exc()
            batch.tell(name, refusals.DEFECT)
    return batch


def _fill(batch: Batch, image: Gimp.Image, name: str, config: Gimp.ProcedureConfig, show: Show) -> None:
    if not image.is_valid():
        raise Refusal(refusals.PICTURE_CLOSED)
    drawables = image.get_selected_drawables()
    if not drawables:
        raise Refusal(refusals.NO_LAYER)
    count, said = fill_layers(image, drawables, config, show)
    if not count:
        raise Refusal(said)
    batch.fill(name, said)


FILL_ALL = Command(
    name="gan-inpaint-fill-all",
    label=_("Fill in _all open images…"),
    blurb=_("Fill the selection of every open image with one set of options"),
    help=_(
        "In each open image the selected part of its chosen layers is filled, as one step of undo of that image. "
        "Images without a selection are left out. Whatever fails in one image, the others are filled, and a report "
        "says what became of each."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
