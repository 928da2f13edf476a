"""Several fills of one hole, of which the user chooses one.

The daemon is asked in a thread, so that the dialog stays alive meanwhile; GIMP is called by the main loop only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from gan_inpaint_client import Box, Client, ClientError, FillReply, FillRequest, Progress, Refusal
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.requests import most_pixels
from gan_inpaint_client.stages import percent_text
from gan_inpaint_client.variants import Candidate, Variants

from .bindings import GLib
from .daemon import open_client
from .progress import show_end
from .selected import Selected
from .variants_dialog import VariantsDialog

Ask = Callable[[bytes, bytes, Box], FillRequest]


class Made(NamedTuple):
    """A fill, and all `variants` of it that the user keeps, itself among them; none if only it is kept."""

    work: Patchwork
    variants: list[Patchwork]


def choose(
    selected: Selected,
    begin: Callable[[], Patchwork],
    ask: Ask,
    model: str,
    sampling: Box | None,
    can_be_kept: bool,
) -> Made | None:
    """Show fills of what is selected, and return the one that the user chooses; None if the user cancels.

    The user can keep all of them, where they `can_be_kept`. `begin` makes a new Patchwork, `ask` its requests, of which
    the `model` is the first to fill; they show the box of the `sampling` area, if there is one.

    Raises:
        Refusal: the user has changed the image in the meantime.
        ClientError: the daemon cannot be reached, or does not fill.
    """
    client = open_client()  # not closed: a thread may still wait for it when the user chooses, and this process ends
    dialog = VariantsDialog(selected, can_be_kept)
    choosing = Choosing(selected, begin, ask, Variants(model, client.hello()["models"]), client, dialog, sampling)
    show_end()
    try:
        return choosing.run()
    finally:
        dialog.destroy()


class Choosing:
    """Fills with one candidate after the other while the dialog is open.

    A callback of the main loop cannot raise to the caller of the dialog, so a failure is kept until the end of `run`.
    """

    def __init__(
        self,
        selected: Selected,
        begin: Callable[[], Patchwork],
        ask: Ask,
        variants: Variants,
        client: Client,
        dialog: VariantsDialog,
        sampling: Box | None,
    ) -> None:
        self._selected, self._begin, self._ask, self._variants = selected, begin, ask, variants
        self._client, self._dialog, self._sampling = client, dialog, sampling
        sent = selected.pixel_format
        self._limit = most_pixels(client.hello()["limits"], sent.layout, sent.depth)
        self._failure: ClientError | Refusal | None = None
        self._problem = ""
        self._ended = False

    def run(self) -> Made | None:
        """Show the dialog until the user has chosen; raise the failure, if there is one."""
        self._dialog.on_more = self._more
        self._next()
        number = None if self._failure else self._dialog.run()
        self._ended = True
        if self._failure is not None:
            raise self._failure
        if number is None:
            return None
        fills = self._variants.fills
        return Made(fills[number], fills if self._dialog.keeps else [])

    def _more(self) -> None:
        self._variants.more()
        self._next()

    def _next(self) -> None:
        """Begin with the next candidate; rest if there is none."""
        candidate = self._variants.next()
        self._dialog.say(self._problem or self._variants.sentence(), busy=candidate is not None)
        if candidate is None:
            return
        try:
            self._work = self._begin()
            self._work.begin(partial(self._request, candidate), self._limit, self._sampling)
            self._go_on()
        except Refusal as refusal:
            self._fail(refusal)

    def _request(self, candidate: Candidate, pixels: bytes, mask: bytes, sent: Box) -> FillRequest:
        return replace(self._ask(pixels, mask, sent), model=candidate.model, variant=candidate.variant)

    def _go_on(self) -> None:
        """Ask for the next crop; show the fill after the last one."""
        request = self._work.next_request()
        if request is not None:
            threading.Thread(target=self._wait, args=(request,), daemon=True).start()
            return
        if self._variants.keep(self._work) and self._variants.candidate is not None:
            self._dialog.add(self._work.pixels(self._selected.area), self._variants.candidate.label)
        self._next()

    def _wait(self, request: FillRequest) -> None:
        """Wait for the daemon, in the thread."""
        try:
            answer: FillReply | ClientError = self._client.perform(request, self._tell)
        except ClientError as problem:
            answer = problem
        GLib.idle_add(self._take, answer)

    def _take(self, answer: FillReply | ClientError) -> bool:
        if self._ended:
            return GLib.SOURCE_REMOVE
        if isinstance(answer, ClientError):
            self._skip(answer)
            return GLib.SOURCE_REMOVE
        try:
            self._work.take(answer)
            self._go_on()
        except Refusal as refusal:
            self._fail(refusal)
        return GLib.SOURCE_REMOVE

    def _tell(self, progress: Progress) -> None:
        GLib.idle_add(self._show_progress, progress)

    def _show_progress(self, progress: Progress) -> bool:
        if not self._ended and self._variants.candidate is not None:
            self._dialog.say(f"{self._variants.candidate.label}: {percent_text(progress)}", busy=True)
        return GLib.SOURCE_REMOVE

    def _skip(self, problem: ClientError) -> None:
        """Go on without a model that cannot fill, and say why; the problem of the first one ends the dialog."""
        if not self._variants.fills:
            self._fail(problem)
            return
        self._problem = problem.advice
        self._next()

    def _fail(self, failure: ClientError | Refusal) -> None:
        self._failure = failure
        self._dialog.cancel()
