"""A search for damage: the result is the selection, as long as the dialog is open."""

from __future__ import annotations

from krita import Selection

from gan_inpaint_client import (
    DAMAGE_MAP_GONE,
    ClientError,
    DetectionReply,
    DetectRequest,
    Job,
    Progress,
    Refusal,
    SelectRequest,
    refusals,
)
from gan_inpaint_client.dialogs import SELECT_BUTTON, SELECT_TITLE, selected_text
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
        self._before = selected.document.selection()  # no duplicate: earlier steps of undo belong to this one
        self._shows = False
        self._selections = OutlinedSelections()
        self._job: Job[DetectionReply] | None = None
        self._asked: Damage | None = None
        self._waits = False
        self._found: DetectionReply | None = None
        self._dialog = ScratchesDialog(SELECT_TITLE, SELECT_BUTTON, Damage.remembered(), window)
        self._dialog.say(STARTING, ready=False)
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
            self._job = Job(self._link.messenger, self._request(self._asked))
            self._link.send()

    def _request(self, damage: Damage) -> DetectRequest | SelectRequest:
        if self._found is None:
            return self._selected.detect_request(damage)
        size = self._selected.crop.width, self._selected.crop.height
        return SelectRequest(self._found.damage_map, *size, **damage.fields())

    def _cancel(self) -> None:
        if self._waits and self._job is not None:
            self._job.cancel()
            self._link.send()

    # Answers

    @slot
    def _read(self) -> None:
        try:
            while self._job is not None and (event := self._job.next_event()) is not None:
                self._take(event)
        except ClientError as problem:
            if problem.code != DAMAGE_MAP_GONE:
                raise
            self._asked = self._found = None
            self._waits = False
            self._ask()

    def _take(self, event: Progress | DetectionReply) -> None:
        if isinstance(event, DetectionReply):
            self._found, self._waits = event, False
            self._link.rest()
            self._show(event.mask, int(event.header["found"]))
            self._ask()
        elif self._found is None:
            self._dialog.say(percent_text(event), ready=False)

    # The selection

    def _show(self, found: bytes, places: int) -> None:
        """Select what was found; if that is nothing, restore the selection of before."""
        mask = self._selected.within(found)
        pixels = len(mask) - mask.count(0)
        if pixels:
            self._select(self._selections.of(mask, self._selected.crop))
            self._dialog.say(selected_text(pixels, places if self._selected.everywhere else None), ready=True)
        else:
            self._restore()
            self._dialog.say(refusals.NO_DAMAGE, ready=False)

    def _select(self, selection: Selection | None) -> None:
        if not self._selected.is_open():
            raise Refusal(refusals.PICTURE_CLOSED)
        self._selected.document.setSelection(selection)
        self._shows = True

    def _restore(self) -> None:
        if self._shows and self._selected.is_open():
            self._selected.document.setSelection(self._before)
        self._shows = False

    def _end(self, sentence: str) -> None:
        self._dialog.finished.disconnect()
        self._dialog.close()
        self._dialog.deleteLater()
        self._link.close()
        self.deleteLater()
        self.ended.emit(sentence)
