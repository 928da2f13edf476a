"""The frames of an animated layer, each filled on its own; together they become one new animated layer.

A copy of the layer has its frames. As long as it is in no picture, it follows the time of the picture that it comes
from, and what is written into it is no step of undo. Adding it is one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from krita import Document, Node

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.batch import Batch, frame_name, numbered_frame
from gan_inpaint_client.patchwork import Patchwork

from .failures import slot
from .job import Work
from .layers import Ground, frame_times
from .made import Fill, colours_of, fill_name, remember, write
from .pixels import PixelFormat
from .qt import QObject, QTimer, QWidget, pyqtSignal
from .selected import Selected

Keep = Callable[[Selected, Patchwork], str]
"""Takes what came back for what is selected, and returns a sentence for the user, or nothing."""


class Frames(QObject):
    """Fills the frames of a layer that begin at some times; `begin` makes the work on one of them.

    What is filled is kept until all is done. Whatever fails in one frame, the others are filled.

    Signals:
        ended: the report: what went wrong, and the notes of the daemon.
    """

    ended = pyqtSignal(str)

    def __init__(
        self,
        selected: Selected,
        times: list[int],
        begin: Callable[[Selected, Keep], Work],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._selected, self._begin = selected, begin
        self._waiting, self._count = deque(times), len(times)
        self._before = selected.document.currentTime()
        self._batch = Batch()
        self._fills: dict[int, Fill] = {}

    def start(self) -> None:
        """Go on with the next frame, as soon as the event loop has its turn."""
        QTimer.singleShot(0, self._next)

    def fail(self, sentence: str) -> None:
        """Note why a frame stays as it was, and go on with the others."""
        self._batch.tell(frame_name(self._time), sentence)
        self.start()

    @slot
    def _next(self) -> None:
        if not self._waiting:
            self._finish()
            return
        self._time = self._waiting.popleft()
        ground = self._ground()
        if self._count > 1:
            _show(self._selected.document, self._time)
        self._work = self._begin(Selected.of(self._selected.document, ground.layer), self._keep)
        self._work.label_of = partial(numbered_frame, self._count - len(self._waiting), self._count)
        self._work.ended.connect(self._take)
        self._work.start()

    def _keep(self, selected: Selected, work: Patchwork) -> str:
        self._fills[self._time] = selected.checked_fill(work)
        return ""

    @slot
    def _take(self, sentence: str) -> None:
        if self._work.cancelled:
            self._end("")
        elif not self._work.added:
            self.fail(sentence)
        else:
            self._batch.tell(frame_name(self._time), sentence)
            self.start()

    def _finish(self) -> None:
        """Add the frames, and say what went wrong."""
        sentence = self._batch.said
        try:
            if self._fills:
                self._add()
        except Refusal as refusal:
            sentence = str(refusal)
        self._end(sentence)

    def _ground(self) -> Ground:
        if not self._selected.is_open():
            self._waiting.clear()
            raise Refusal(refusals.PICTURE_CLOSED)
        return self._selected.ground()

    def _add(self) -> None:
        """Add a copy of the layer, in whose frames there is nothing but their fills: one step of undo."""
        document, ground = self._selected.document, self._ground()
        frames = ground.layer.duplicate()
        first = self._fills[min(self._fills)]
        for time in frame_times(document, ground.layer):
            _show(document, time)
            _clear(frames)
            if time in self._fills:
                write(frames, self._fills[time])
        _show(document, self._before)
        frames.setName(fill_name(document, first))
        frames.setLocked(False)
        ground.layer.parentNode().addChildNode(frames, [ground.layer, *ground.fills][-1])
        remember(document, frames)

    def _end(self, sentence: str) -> None:
        if self._selected.is_open() and self._selected.document.currentTime() != self._before:
            _show(self._selected.document, self._before)
        self.deleteLater()
        self.ended.emit(sentence)


def _show(document: Document, time: int) -> None:
    """Show a time of the animation; until Krita has done so, the layers have the pixels of another one."""
    document.setCurrentTime(time)
    document.waitForDone()


def _clear(layer: Node) -> None:
    """Make all of the frame that is shown transparent."""
    bounds = layer.bounds()
    box = Box(bounds.x(), bounds.y(), bounds.width(), bounds.height())
    pixel_bytes = PixelFormat.of(*colours_of(layer)).pixel_bytes
    layer.setPixelData(bytes(box.width * box.height * pixel_bytes), *box)
