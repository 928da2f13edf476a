"""A fill, a repair or the tracing of lines, from the request to the result, driven by Qt's event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gan_inpaint_client import ClientError, Job, Progress
from gan_inpaint_client.dialogs import CANCEL_BUTTON
from gan_inpaint_client.job import Pieces
from gan_inpaint_client.requests import most_pixels
from gan_inpaint_client.stages import STARTING, stage_text

from .failures import slot
from .link import Link
from .pixels import PixelFormat
from .qt import QObject, QProgressDialog, Qt, QWidget, pyqtSignal
from .widgets import qt_label

SHOWN_AFTER_MILLISECONDS = 500  # most fills are ready before anybody could read a progress window


class Work(QObject):
    """Sends the requests of `pieces`, one after the other; owns the link.

    `begin` gets the most pixels of a request; `add` puts the answers into the picture and returns a sentence for the
    user, or nothing.

    Attributes:
        label_of: returns the sentence that the progress window shows for a stage of the work.
        added: whether the answers are in the picture.
        cancelled: whether the user has cancelled the work.

    Signals:
        ended: a sentence for the user, or nothing if the new layer says it all.
    """

    ended = pyqtSignal(str)
    label_of: Callable[[str], str] = str
    added = cancelled = False

    def __init__(
        self,
        pieces: Pieces,
        begin: Callable[[int], None],
        add: Callable[[], str],
        pixel_format: PixelFormat,
        link: Link,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._pieces, self._begin, self._add = pieces, begin, add
        self._pixel_format, self._link = pixel_format, link
        self._job: Job[Any] | None = None
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
        self.cancelled = True
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
        most = most_pixels(limits, self._pixel_format.layout, self._pixel_format.depth)
        self._begin(most)
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
        said = self._add()
        self.added = True
        self._end("\n".join(filter(None, (self._pieces.note, said))))

    @slot
    def _show_sending(self, percent: int) -> None:
        self._show(Progress(done=percent, total=100, stage="sending"))

    def _show(self, progress: Progress) -> None:
        self._progress.setLabelText(self.label_of(stage_text(progress["stage"])))
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
    progress = QProgressDialog(STARTING, qt_label(CANCEL_BUTTON), 0, 0, window)
    progress.setWindowTitle("GAN Inpaint")
    progress.setWindowModality(Qt.WindowModality.NonModal)
    progress.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # keys still go to the picture
    progress.setMinimumDuration(SHOWN_AFTER_MILLISECONDS)
    progress.setAutoClose(False)
    progress.setAutoReset(False)
    return progress
