"""A search for damage: the result is the selection, as long as the dialog is open."""

from __future__ import annotations

from krita import Krita, Selection

from gan_inpaint_client import (
    DAMAGE_MAP_GONE,
    ClientError,
    DetectionReply,
    Job,
    Progress,
    Refusal,
    refusals,
)
from gan_inpaint_client.dialogs import SELECT_BUTTON, SELECT_TITLE, selected_text
from gan_inpaint_client.requests import most_pixels
from gan_inpaint_client.searching import DamageSearch
from gan_inpaint_client.stages import STARTING, percent_text

from .failures import slot
from .link import Link
from .options import Damage
from .outlines import OutlinedSelections
from .qt import QObject, QWidget, pyqtSignal
from .scratches_dialog import ScratchesDialog
from .selected import Selected


class Search(QObject):
    """Looks for damage once, and selects other damage from the same map whenever the dialog changes.

        detect ──► select ──► select …        one at a time; the latest values come next
           └── damage map gone ──┘

    Cancel, or a failure, restores the selection that was there before. Owns the link and the dialog.

    Signals:
        ended: a sentence for the user, or nothing.
    """

    ended = pyqtSignal(str)

    def __init__(self, selected: Selected, link: Link, window: QWidget) -> None:
        super().__init__(window)
        self._selected, self._link = selected, link
        local = selected.local_mask()
        # No duplicate of the document's: earlier steps of undo belong to this one.
        self._before = selected.document.selection() if local is None else local.selection().duplicate()
        self._shows = False
        self._selections = OutlinedSelections()
        self._job: Job[DetectionReply] | None = None
        self._asked: Damage | None = None
        self._waits = False
        self._search: DamageSearch | None = None
        self._dialog = ScratchesDialog(SELECT_TITLE, SELECT_BUTTON, "select-scratches", Damage.remembered(), window)
        self._dialog.say(STARTING, ready=False)
        self._dialog.offer_overlay()
        self._dialog.overlaid.connect(self._toggle_overlay)
        self._dialog.changed.connect(self._ask)
        self._dialog.finished.connect(self._answered)
        link.welcomed.connect(self._ask)
        link.came.connect(self._read)
        link.failed.connect(self._give_up)

    def start(self) -> None:
        """Begin; the picture can be scrolled and zoomed meanwhile."""
        self._dialog.show()
        self._link.open()

    def fail(self, sentence: str) -> None:
        """Restore the selection and end with a sentence for the user."""
        self._restore()
        self._end(sentence)

    @slot
    def _give_up(self, sentence: str) -> None:
        self.fail(sentence)

    @slot
    def _answered(self, wanted: int) -> None:
        if wanted:
            self._dialog.damage.remember()
        else:
            self._cancel()
            self._restore()
        self._end("")

    # Asking

    @slot
    def _ask(self) -> None:
        """Request what the dialog says, unless that was requested before or another request is open."""
        if self._link.models is None or self._asked == self._dialog.damage:
            return
        self._dialog.hold()
        if not self._waits:
            self._asked, self._waits = self._dialog.damage, True
            self._search = self._search or self._new_search()
            self._search.begin(**self._asked.fields())
            self._go_on(self._search)

    def _new_search(self) -> DamageSearch:
        limits, sent = self._link.messenger.limits or {}, self._selected.pixel_format
        limit = most_pixels(limits, sent.layout, sent.depth)
        chosen = None if self._selected.everywhere else self._selected.chosen
        return DamageSearch(self._selected.area, limit, self._selected.pixels, self._selected.description, chosen)

    def _go_on(self, search: DamageSearch) -> None:
        """Send the next request; show what was found after the last one."""
        request = search.next_request()
        if request is not None:
            self._job = Job(self._link.messenger, request)
            self._link.send()
            return
        self._job, self._waits = None, False
        self._link.rest()
        self._show(search)
        self._ask()

    def _cancel(self) -> None:
        if self._waits and self._job is not None:
            self._job.cancel()
            self._link.send()

    # Answers

    @slot
    def _read(self) -> None:
        while self._job is not None and self._search is not None:
            try:
                event = self._job.next_event()
            except ClientError as problem:
                if problem.code != DAMAGE_MAP_GONE:
                    raise
                self._search.forget()
                self._go_on(self._search)
                continue
            if event is None:
                return
            self._take(self._search, event)

    def _take(self, search: DamageSearch, event: Progress | DetectionReply) -> None:
        if isinstance(event, DetectionReply):
            search.take(event)
            self._go_on(search)
        elif not search.is_complete:
            self._dialog.say(percent_text(search.progress(event)), ready=False)

    # The selection

    def _show(self, search: DamageSearch) -> None:
        """Select what was found; if that is nothing, restore the selection of before."""
        mask = self._selected.within(search.mask)
        pixels = len(mask) - mask.count(0)
        places = search.found if self._selected.everywhere else None
        self._dialog.count(search.kinds if self._selected.everywhere else None)
        if pixels:
            self._select(self._selections.of(mask, self._selected.area))
            self._dialog.say(selected_text(pixels, places, len(mask)), ready=True)
        else:
            self._restore()
            self._dialog.say(refusals.NO_DAMAGE, ready=False)

    def _select(self, selection: Selection | None) -> None:
        if not self._selected.is_open():
            raise Refusal(refusals.PICTURE_CLOSED)
        self._set(selection)
        self._shows = True

    def _restore(self) -> None:
        if self._shows and self._selected.is_open():
            self._set(self._before)
        self._shows = False

    def _set(self, selection: Selection | None) -> None:
        """Make it the selection of the picture, or of the layer's own mask that the search is within."""
        local = self._selected.local_mask()
        if local is None:
            self._selected.document.setSelection(selection)
        else:
            local.setSelection(selection)

    @slot
    def _toggle_overlay(self) -> None:
        Krita.instance().action("toggle-selection-overlay-mode").trigger()

    def _end(self, sentence: str) -> None:
        self._dialog.end_overlay()
        self._dialog.finished.disconnect()
        self._dialog.close()
        self._dialog.deleteLater()
        self._link.close()
        self.deleteLater()
        self.ended.emit(sentence)
