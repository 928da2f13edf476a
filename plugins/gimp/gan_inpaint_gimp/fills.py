"""Fills of what is selected: made by the daemon first, then written into the image as one step of undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from gan_inpaint_client import Box, ClientError, Refusal, previews
from gan_inpaint_client.batch import quoted
from gan_inpaint_client.dialogs import DILATE, FEATHER, MODEL_DESCRIPTION, MODEL_LABEL, OUTPUT, QUALITY, SOURCE, VARIANT
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.requests import DEFAULT_MODEL, FillRequest

from . import choosing, output
from .arguments import add_choice, add_integer, add_text
from .bindings import Gimp
from .choosing import Made
from .daemon import open_client
from .layers import is_plain
from .progress import show_progress, show_start
from .selected import Selected
from .sources import Sources
from .working import Show, perform


def add_options(procedure: Gimp.Procedure) -> None:
    """Add the options of a fill to the arguments of a procedure."""
    add_text(procedure, "model", MODEL_LABEL, MODEL_DESCRIPTION, DEFAULT_MODEL)
    for choice in (QUALITY, SOURCE, OUTPUT):
        add_choice(procedure, choice)
    for number in (DILATE, FEATHER, VARIANT):
        add_integer(procedure, number)


def filled(
    selected: Selected,
    config: Gimp.ProcedureConfig,
    blends: bool,
    chooses: bool = False,
    can_be_kept: bool = False,
    show: Show = show_progress,
) -> Made | None:
    """Fill what is selected and return the result; or the one of several that the user `chooses`, None if it is none.

    The user can keep all of them, where they `can_be_kept`.

    Raises:
        Refusal: the user has changed the image in the meantime.
        ClientError: the daemon cannot be reached, or does not fill.
    """
    sources = Sources.of(selected, config)
    sampling = sources.sampling_box()
    show_start()
    mask = selected.mask(selected.box)
    ask, begin = partial(request, selected, sources, config), partial(selected.patchwork, mask, blends)
    if chooses:
        made = choosing.choose(selected, begin, ask, config.get_property("model"), sampling, can_be_kept)
    else:
        made = Made(begin(), [])
        with open_client() as client:
            perform(client, selected, made.work, ask, sampling, show)
    if made is not None:
        for work in made.variants or [made.work]:
            selected.check_unchanged(work)
    return made


def previewed(config: Gimp.ProcedureConfig, selected: Selected, quality: str) -> Patchwork:
    """Return the work on a preview in a quality, begun."""
    sources = Sources.of(selected, config)
    work = selected.patchwork(selected.mask(selected.box), blends=True)

    def ask(pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
        return replace(request(selected, sources, config, pixels, mask, sent), quality=quality)

    work.begin(ask, previews.MOST_SENT, sources.sampling_box())
    return work


def request(
    selected: Selected, sources: Sources, config: Gimp.ProcedureConfig, pixels: bytes, mask: bytes, sent: Box
) -> FillRequest:
    """Return the request for a fill of a crop, with the options of a procedure."""
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


@dataclass(frozen=True)
class Fill:
    """The fill of one layer, with all `variants` if they are kept, and `where` it goes, a choice of `OUTPUT`."""

    selected: Selected
    work: Patchwork
    variants: list[Patchwork]
    where: str

    @classmethod
    def of(
        cls, selected: Selected, config: Gimp.ProcedureConfig, chooses: bool = False, show: Show = show_progress
    ) -> Fill | None:
        """Fill a layer as `filled` does; the image stays as it is. Raise Refusal if the fill could not go there."""
        where = config.get_property(OUTPUT.name)
        if where == "active-layer":
            selected.check_unlocked()
            selected.check_plain()
        # What has a mask or a selection of its own to blend it must not be blended before.
        is_patch = _is_patch(selected, where)
        made = filled(selected, config, not is_patch and selected.visible is None, chooses, is_patch, show)
        return None if made is None else cls(selected, *made, where)

    def write(self) -> None:
        """Write the fill as one step of undo; raise Refusal if GIMP does not let the layer be changed."""
        selected, work = self.selected, self.work
        if self.variants:
            output.add_variants(selected, self.variants, work, masked=self.where == "masked-layer")
        elif _is_patch(selected, self.where):
            output.add_patch(selected, work, masked=self.where == "masked-layer")
        elif self.where != "active-layer":
            output.add_copy(selected, work)
        elif selected.visible is not None:
            output.write_over(selected, work.patches)
        else:
            output.write_in_place(selected, work.patches)


def _is_patch(selected: Selected, where: str) -> bool:
    return where != "active-layer" and (selected.visible is not None or is_plain(selected.layer))


def fill_layers(
    image: Gimp.Image, drawables: list[Gimp.Drawable], config: Gimp.ProcedureConfig, show: Show = show_progress
) -> tuple[int, str]:
    """Fill what is selected in each of the layers of an image, all as one step of undo.

    Return how many layers were filled, and sentences: the daemon's notes, and why other layers stay as they were.

    Raises:
        Refusal, ClientError: there is one layer only, and it stays as it was.
    """
    made: list[Fill] = []
    said: list[str] = []
    for drawable in drawables:
        try:
            fill = Fill.of(Selected.of(image, [drawable], config.get_property(SOURCE.name)), config, show=show)
            made += [fill] if fill is not None else []
        except (Refusal, ClientError) as problem:
            if len(drawables) == 1:
                raise
            said.append(_about(drawable, problem))
    for fill in made:  # all before the first is written: what one layer shows may depend on another
        fill.selected.check_unchanged(fill.work)
    return _write_all(image, made, said)


def first_of(image: Gimp.Image, drawables: list[Gimp.Drawable], config: Gimp.ProcedureConfig) -> Selected:
    """Return the selected part of the first layer that can be filled; raise Refusal, about the last, if none can."""
    for drawable in drawables[:-1]:
        try:
            return Selected.of(image, [drawable], config.get_property(SOURCE.name))
        except Refusal:
            continue
    return Selected.of(image, drawables[-1:], config.get_property(SOURCE.name))


def _write_all(image: Gimp.Image, made: list[Fill], said: list[str]) -> tuple[int, str]:
    chosen: list[Gimp.Layer] = []
    count = 0
    with output.one_undo_step(image):
        for fill in made:
            try:
                fill.write()
            except Refusal as problem:
                if len(made) == 1 and not said:
                    raise
                said.append(_about(fill.selected.layer, problem))
                continue
            count += 1
            chosen += image.get_selected_layers()
            said += [fill.work.note] if fill.work.note not in said else []
        if chosen:
            image.set_selected_layers(chosen)
    return count, "\n".join(filter(None, said))


def _about(layer: Gimp.Drawable, problem: Refusal | ClientError) -> str:
    sentence = problem.advice if isinstance(problem, ClientError) else str(problem)
    return f"{quoted(layer.get_name())}: {sentence}" if layer.is_valid() else sentence
