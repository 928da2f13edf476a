"""A fill or a repair, from the request to the new layer, driven by Qt's event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gan_inpaint_client import FillReply, FillRequest, Job, Progress, RepairReply, RepairRequest
from gan_inpaint_client.stages import STARTING, stage_text

from .failures import slot
from .link import Link
from .qt import QObject, QProgressDialog, Qt, QWidget, pyqtSignal

SHOWN_AFTER_MILLISECONDS = 500  # most fills are ready before anybody could read a progress window


class Work(QObject):
    """Sends a request and hands its answer to `add`, which puts it into the picture; owns the link.

    Signals:
        ended: a sentence for the user, or nothing if the new layer says it all.
    """

    ended = pyqtSignal(str)

    def __init__(
        self, request: FillRequest | RepairRequest, add: Callable[[Any], None], link: Link, window: QWidget
    ) -> None:
        super().__init__(window)
        self._request, self._add, self._link = request, add, link
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
        self._job = Job(self._link.messenger, self._request)
        self._link.send()
        self._read()

    @slot
    def _read(self) -> None:
        while self._job is not None and (event := self._job.next_event()) is not None:
            if isinstance(event, tuple):
                self._add(event)
                self._end(event.header["note"])
                return
            self._show(event)

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
