"""A search for damage: what is found is shown as the selection, as long as the dialog is open."""

from __future__ import annotations

from krita import Selection

from gan_inpaint_client import ClientError, DetectionReply, DetectRequest, Job, Progress, SelectRequest

from .failures import Refusal, slot
from .job import STAGES
from .link import Link
from .options import Damage
from .outlines import OutlinedSelections
from .qt import QObject, QWidget, pyqtSignal
from .scratches_dialog import ScratchesDialog
from .selected import Selected

NOTHING = "No damage was found here. Raise the sensitivity, or choose another kind."


class Search(QObject):
    """Looks once for damage in what is `selected`, and selects otherwise of it whenever the dialog changes.

        detect ──► select ──► select …        one at a time; what was chosen meanwhile comes next
           └── heatmap_gone ──┘

    Cancel, or a failure, restores the selection that was there before. Owns the link and the dialog.

    Signals:
        ended: a sentence for the user, or nothing.
    """

    ended = pyqtSignal(str)

    def __init__(self, selected: Selected, link: Link, window: QWidget) -> None:
        super().__init__(window)
        self._selected, self._link = selected, link
        self._before = selected.document.selection()  # itself: it is what earlier steps of undo belong to
        self._shows = False
        self._selections = OutlinedSelections()
        self._job: Job[DetectionReply] | None = None
        self._asked: Damage | None = None
        self._waits = False
        self._found: DetectionReply | None = None
        self._dialog = ScratchesDialog("Select Scratches", "&Select", Damage.remembered(), window)
        self._dialog.say("Starting the daemon…", ready=False)
        self._dialog.changed.connect(self._ask)
        self._dialog.finished.connect(self._answered)
        link.welcomed.connect(self._ask)
        link.came.connect(self._read)
        link.failed.connect(self._give_up)

    def start(self) -> None:
        """Begin; the picture can be looked at from near and far meanwhile."""
        self._dialog.show()
        self._link.open()

    def fail(self, sentence: str) -> None:
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
        """Ask for what the dialog says, unless that was asked for already or something else is under way."""
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
        return SelectRequest(self._found.header["heatmap"], *size, **damage.keys())

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
            if problem.code != "heatmap_gone":
                raise
            self._asked = self._found = None
            self._waits = False
            self._ask()

    def _take(self, event: Progress | DetectionReply) -> None:
        if isinstance(event, DetectionReply):
            self._found, self._waits = event, False
            self._link.rest()
            self._show(event.mask)
            self._ask()
        elif self._found is None:
            share = f" {100 * event['done'] // event['total']} %" if event["total"] else ""
            self._dialog.say(STAGES.get(event["stage"], "") + share, ready=False)

    # The selection

    def _show(self, found: bytes) -> None:
        """Show what was found as the selection; where it is nothing, the one that was there before."""
        mask = self._selected.within(found)
        pixels = len(mask) - mask.count(0)
        if pixels:
            self._select(self._selections.of(mask, self._selected.crop))
            self._dialog.say(f"{pixels:,} pixels are selected.", ready=True)
        else:
            self._restore()
            self._dialog.say(NOTHING, ready=False)

    def _select(self, selection: Selection | None) -> None:
        if not self._selected.is_open():
            raise Refusal("The picture was closed before the work on it was done.")
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
