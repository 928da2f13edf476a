"""Several fills of one hole, of which the user chooses one, driven by Qt's event loop."""

from __future__ import annotations

from functools import partial

from gan_inpaint_client import ClientError, FillReply, Job, RepairReply
from gan_inpaint_client.patchwork import Patchwork
from gan_inpaint_client.requests import most_pixels
from gan_inpaint_client.stages import STARTING
from gan_inpaint_client.variants import Candidate, Variants

from .failures import slot
from .link import Link
from .options import Options
from .qt import QObject, QWidget, pyqtSignal
from .selected import Selected
from .sources import Sources
from .variants_dialog import SIDE, VariantsDialog


class Choosing(QObject):
    """Fills the hole again and again, and adds the fill that is chosen; owns the link and the dialog.

    Signals:
        ended: a sentence for the user, or nothing.
    """

    ended = pyqtSignal(str)

    def __init__(self, selected: Selected, options: Options, sources: Sources, link: Link, window: QWidget) -> None:
        super().__init__(window)
        self._selected, self._options, self._sources, self._link = selected, options, sources, link
        self._variants: Variants | None = None
        self._job: Job[FillReply | RepairReply] | None = None
        self._problem = ""
        self._dialog = VariantsDialog(
            selected.thumbnail(selected.pixels(selected.area), SIDE), selected.can_be_masked(), window
        )
        self._dialog.say(STARTING, busy=True)
        self._dialog.chosen.connect(self._choose)
        self._dialog.more.connect(self._ask_more)
        self._dialog.finished.connect(self._leave)
        link.welcomed.connect(self._begin)
        link.came.connect(self._read)
        link.failed.connect(self._give_up)

    def start(self) -> None:
        """Begin; at once if the link is already open. The picture can be scrolled and zoomed meanwhile."""
        self._dialog.show()
        if self._link.models is None:
            self._link.open()
        else:
            self._begin()

    def fail(self, sentence: str) -> None:
        """End with a sentence for the user."""
        self._end(sentence)

    @slot
    def _give_up(self, sentence: str) -> None:
        self._end(sentence)

    @slot
    def _choose(self, number: int) -> None:
        assert self._variants is not None
        self._cancel()
        fills, masked = self._variants.fills, self._options.masked
        work = fills[number]
        if self._dialog.keeps:
            said = self._selected.add_variants(fills, number, masked)
        else:
            said = self._selected.add(work, masked)
        self._end("\n".join(filter(None, (work.note, said))))

    @slot
    def _leave(self, _result: int) -> None:
        self._cancel()
        self._end("")

    @slot
    def _begin(self) -> None:
        self._variants = Variants(self._options.model, self._link.models or [])
        self._next(self._variants)
        self._read()

    @slot
    def _ask_more(self) -> None:
        if self._variants is not None:
            self._variants.more()
            self._next(self._variants)

    @slot
    def _read(self) -> None:
        while self._job is not None and self._variants is not None:
            try:
                event = self._job.next_event()
            except ClientError as problem:
                self._skip(self._variants, problem)
                continue
            if event is None:
                return
            if isinstance(event, tuple):
                self._work.take(event)
                self._go_on(self._variants)

    def _next(self, variants: Variants) -> None:
        """Begin with the next candidate; rest if there is none."""
        candidate = variants.next()
        self._dialog.say(self._problem or variants.sentence(), busy=candidate is not None)
        if candidate is None:
            self._job = None
            self._link.rest()
            return
        self._work = self._work_on(candidate)
        self._go_on(variants)

    def _work_on(self, candidate: Candidate) -> Patchwork:
        limits, sent = self._link.messenger.limits or {}, self._selected.pixel_format
        options = self._options._replace(model=candidate.model)
        work = self._selected.patchwork()
        ask = partial(self._selected.fill_request, options, self._sources, variant=candidate.variant)
        work.begin(ask, most_pixels(limits, sent.layout, sent.depth), self._sources.sampling_box())
        return work

    def _go_on(self, variants: Variants) -> None:
        """Send the next request; show the fill after the last one."""
        request = self._work.next_request()
        if request is not None:
            self._job = Job(self._link.messenger, request)
            self._link.send()
            return
        if variants.keep(self._work) and variants.candidate is not None:
            seen = self._selected.thumbnail(self._work.pixels(self._selected.area), SIDE)
            self._dialog.add(seen, variants.candidate.label)
        self._next(variants)

    def _skip(self, variants: Variants, problem: ClientError) -> None:
        """Go on without a model that cannot fill, and say why; raise the problem of the first one."""
        if not variants.fills:
            raise problem
        self._problem = problem.advice
        self._next(variants)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._link.send()

    def _end(self, sentence: str) -> None:
        self._dialog.finished.disconnect()
        self._dialog.close()
        self._dialog.deleteLater()
        self._link.close()
        self.deleteLater()
        self.ended.emit(sentence)
