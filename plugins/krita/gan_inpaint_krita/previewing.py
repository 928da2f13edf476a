"""The preview of a fill beside its options: a picture that shows before and after, a slider between them, a sentence.

Nothing of a preview gets into the picture. Each opens a separate link, which is closed to drop it.
"""

from __future__ import annotations

from functools import partial

from gan_inpaint_client import FillReply, Job, RepairReply, previews
from gan_inpaint_client.dialogs import PREVIEW
from gan_inpaint_client.patchwork import Patchwork

from .failures import slot
from .link import Link
from .options import Options
from .qt import QCheckBox, QImage, QLabel, QPainter, QPixmap, QSlider, Qt, QTimer, QVBoxLayout, QWidget
from .selected import Selected
from .sources import Sources
from .widgets import check_box

STEPS = 100  # of the slider


class Preview(QWidget):
    """Shows what the options make of what is selected, coarsely first, while `switch` is on.

    `change` drops what is under way.
    """

    def __init__(self, selected: Selected, shown: bool) -> None:
        super().__init__()
        self._chosen = selected
        self._options = Options()
        self._link: Link | None = None
        self._job: Job[FillReply | RepairReply] | None = None
        self._before: QImage | None = None
        self._after: QImage | None = None
        self.switch: QCheckBox = check_box(PREVIEW, shown)
        self._picture, self._sentence = QLabel(objectName="preview picture"), QLabel(objectName="preview sentence")
        self._slider = QSlider(Qt.Orientation.Horizontal, objectName="preview split")
        self._timer = QTimer(self)
        self._lay_out()
        self.switch.stateChanged.connect(self._toggle)
        self._slider.valueChanged.connect(self._draw)
        self._timer.timeout.connect(self._begin)

    def change(self, options: Options) -> None:
        """Preview other options, as soon as they stand still."""
        self._options = options
        self.drop()
        if self.switch.isChecked():
            self._timer.start()

    def drop(self) -> None:
        """Forget what was asked; the daemon ends its work on it at once."""
        self._timer.stop()
        if self._link is not None:
            self._link.close()
            self._link = None

    def fail(self, sentence: str) -> None:
        """Show why there is no preview."""
        self.drop()
        self._show(None, None, sentence)

    def _lay_out(self) -> None:
        self._picture.setFixedSize(previews.SIDE, previews.SIDE)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._slider.setRange(0, STEPS)
        self._slider.setToolTip(previews.SPLIT_DESCRIPTION)
        self._timer.setSingleShot(True)
        self._timer.setInterval(previews.STILL_MILLISECONDS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._picture, self._slider, self._sentence):
            column.addWidget(widget)
        column.addStretch()
        self.setVisible(self.switch.isChecked())

    @slot
    def _toggle(self, _state: int) -> None:
        self.setVisible(self.switch.isChecked())
        self.window().adjustSize()
        self.change(self._options)

    @slot
    def _begin(self) -> None:
        selected = self._chosen.taken_from(self._options.source)
        if previews.is_too_large(selected.area):
            self._show(None, None, previews.TOO_LARGE)
            return
        self._selected, self._left = selected, previews.qualities(self._options.quality)
        self._before = selected.thumbnail(selected.pixels(selected.area), previews.SIDE)
        self._link = link = Link(self)
        link.welcomed.connect(self._next)
        link.came.connect(self._read)
        link.failed.connect(self.fail)
        link.open()

    @slot
    def _next(self) -> None:
        """Begin with the next quality; rest if none is left."""
        if self._link is None:
            return
        if not self._left:
            self._job = None
            self._link.rest()
            return
        options = self._options._replace(quality=self._left.pop(0))
        sources = Sources.of(self._selected.document, options.avoid, options.sample)
        self._work = self._selected.patchwork(blends=True)
        ask = partial(self._selected.fill_request, options, sources)
        self._work.begin(ask, previews.MOST_SENT, sources.sampling_box())
        self._ask(self._link, self._work)
        self._read()

    @slot
    def _read(self) -> None:
        while self._link is not None and self._job is not None:
            event = self._job.next_event()
            if event is None:
                return
            if isinstance(event, tuple):
                self._work.take(event)
                self._ask(self._link, self._work)

    def _ask(self, link: Link, work: Patchwork) -> None:
        """Send the next request; show the fill after the last one."""
        request = work.next_request()
        if request is not None:
            self._job = Job(link.messenger, request)
            link.send()
            return
        after = self._selected.thumbnail(work.pixels(self._selected.area), previews.SIDE)
        self._show(self._before, after, previews.sentence(self._left))
        self._next()

    def _show(self, before: QImage | None, after: QImage | None, sentence: str) -> None:
        self._before, self._after = before, after
        self._sentence.setText(sentence)
        self._draw()

    @slot
    def _draw(self, _value: int = 0) -> None:
        """Show the fill, and left of the slider the picture before it."""
        if self._before is None or self._after is None:
            self._picture.clear()
            return
        seen = self._after.convertToFormat(QImage.Format.Format_ARGB32)
        columns = previews.split_columns(seen.width(), self._slider.value() / STEPS)
        if columns:
            painter = QPainter(seen)
            painter.drawImage(0, 0, self._before.copy(0, 0, columns, seen.height()))
            painter.end()
        self._picture.setPixmap(QPixmap.fromImage(seen))
