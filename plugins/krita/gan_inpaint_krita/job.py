"""A fill or a repair, from the request to the new layer, driven by Qt's event loop."""

from __future__ import annotations

from collections.abc import Callable

from gan_inpaint_client import ClientError, FillReply, Job, Progress, RepairReply
from gan_inpaint_client.patchwork import Ask, Patchwork
from gan_inpaint_client.requests import most_pixels
from gan_inpaint_client.stages import STARTING, stage_text

from .failures import slot
from .link import Link
from .pixels import PixelFormat
from .qt import QObject, QProgressDialog, Qt, QWidget, pyqtSignal

SHOWN_AFTER_MILLISECONDS = 500  # most fills are ready before anybody could read a progress window


class Work(QObject):
    """Sends the requests that `ask` makes, one after the other; `add` puts the answers into the picture; owns the link.

    Signals:
        ended: a sentence for the user, or nothing if the new layer says it all.
    """

    ended = pyqtSignal(str)

    def __init__(
        self,
        pieces: Patchwork,
        ask: Ask,
        add: Callable[[Patchwork], None],
        pixel_format: PixelFormat,
        link: Link,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._pieces, self._ask_for, self._add = pieces, ask, add
        self._pixel_format, self._link = pixel_format, link
        self._job: Job[FillReply | RepairReply] | None = None
        self._progress = _progress_window(window)
        self._progress.canceled.connect(self.cancel)
        link.welcomed.connect(self._ask)
        link.came.connect(self._read)
        link.sending.connect(self._show_sending)
        link.failed.connect(self._give_up)

    def start(self) -> None:
        """Begin; at once if the link is already open."""
        if self._link.models is None:
            self._link.open()
        else:
            self._ask()

    @slot
    def cancel(self) -> None:
        """Leave the picture as it is, and free the daemon for other work."""
        if self._job is not None:
            self._job.cancel()
            self._link.send()
        self._end("")

    def fail(self, sentence: str) -> None:
        """End with a sentence for the user."""
        self._end(sentence)

    @slot
    def _give_up(self, sentence: str) -> None:
        self._end(sentence)

    @slot
    def _ask(self) -> None:
        limits = self._link.messenger.limits or {}
        self._pieces.begin(self._ask_for, most_pixels(limits, self._pixel_format.layout, self._pixel_format.depth))
        self._go_on()
        self._read()

    @slot
    def _read(self) -> None:
        while self._job is not None:
            try:
                event = self._job.next_event()
            except ClientError as problem:
                self._pieces.skip(problem)
                self._go_on()
                continue
            if event is None:
                return
            if isinstance(event, tuple):
                self._pieces.take(event)
                self._go_on()
            else:
                self._show(self._pieces.progress(event))

    def _go_on(self) -> None:
        """Send the next request; end if there is none."""
        request = self._pieces.next_request()
        if request is not None:
            self._job = Job(self._link.messenger, request)
            self._link.send()
            return
        self._job = None
        self._pieces.finish()
        self._add(self._pieces)
        self._end(self._pieces.note)

    @slot
    def _show_sending(self, percent: int) -> None:
        self._show(Progress(done=percent, total=100, stage="sending"))

    def _show(self, progress: Progress) -> None:
        self._progress.setLabelText(stage_text(progress["stage"]))
        self._progress.setMaximum(progress["total"])
        self._progress.setValue(progress["done"])

    def _end(self, sentence: str) -> None:
        self._progress.canceled.disconnect()
        self._progress.close()
        self._progress.deleteLater()
        self._link.close()
        self.deleteLater()
        self.ended.emit(sentence)


def _progress_window(window: QWidget) -> QProgressDialog:
    progress = QProgressDialog(STARTING, "Cancel", 0, 0, window)
    progress.setWindowTitle("GAN Inpaint")
    progress.setWindowModality(Qt.WindowModality.NonModal)
    progress.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # keys still go to the picture
    progress.setMinimumDuration(SHOWN_AFTER_MILLISECONDS)
    progress.setAutoClose(False)
    progress.setAutoReset(False)
    return progress
