"""The dialog of Filter → GAN Inpaint: Settings…: the daemon and its models."""

from __future__ import annotations

from collections import deque
from html import escape
from pathlib import Path
from typing import Any

from gan_inpaint_client import PERHAPS_STALE, ClientError, Job, read_settings
from gan_inpaint_client import settings_page as page
from gan_inpaint_client.daemon_requests import Answer, ModelsRequest, StatusRequest, StopRequest
from gan_inpaint_client.stages import STARTING

from .adding_dialog import AddingDialog
from .failures import slot
from .link import SETTINGS, Link
from .qt import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    Qt,
    QTimer,
    QVBoxLayout,
    QWidget,
)
from .widgets import add_help, open_file, qt_label

LIST = (460, 280)  # pixels


class SettingsDialog(QDialog):
    """Asks the daemon again and again while it is open; asking does not start the daemon.

    link ──► status, models ──► pause ──► status, models …
      └── no daemon: pause ──► another link
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(page.SETTINGS_TITLE)
        self._settings = read_settings(SETTINGS)
        self._link: Link | None = None
        self._job: Job[Answer] | None = None
        self._waiting: deque[StatusRequest | ModelsRequest | StopRequest] = deque()
        self._running: bool | None = None
        self._entries: list[page.Entry] = []
        self._offers: list[page.Offer] = []
        self._state, self._processor, self._memory, self._sentence = (_line() for _ in range(4))
        self._switch = self._button(page.STOP_BUTTON, self._start_or_stop)
        self._add = self._button(page.ADD_BUTTON, self._offer)
        self._list = _line()
        self._lay_out()
        self._show_unknown(page.LOOKING)
        self._timer = QTimer(self)
        self._timer.setInterval(int(1000 * page.REFRESH_SECONDS))
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self.finished.connect(self._leave)
        QTimer.singleShot(0, self._refresh)

    def fail(self, sentence: str) -> None:
        """Show a failure; the dialog stays, and asks again."""
        self._hang_up()
        self._show_unknown(sentence)
        self._show_switch(running=False)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self._switch, self._button(page.LOG_BUTTON, self._open_log)):
            buttons.addWidget(button)
        buttons.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setMinimumSize(*LIST)
        area.setWidget(self._list)
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        close = QDialogButtonBox()
        close.addButton(qt_label(page.CLOSE_BUTTON), QDialogButtonBox.ButtonRole.RejectRole)
        close.rejected.connect(self.reject)
        add_help(close, "settings")
        layout = QVBoxLayout(self)
        for widget in (self._state, self._processor, self._memory):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        for widget in (_line(page.MODELS_LABEL), area, self._add, self._sentence, close):
            layout.addWidget(widget)

    def _button(self, label: str, press: Any) -> QPushButton:
        button = QPushButton(qt_label(label), self)
        button.setAutoDefault(False)
        button.clicked.connect(press)
        return button

    # The daemon

    @slot
    def _refresh(self) -> None:
        """Ask, unless an answer is awaited."""
        if self._link is None:
            self._open(starts=False)
        elif self._link.models is not None and self._job is None:
            self._ask(StatusRequest(), ModelsRequest())

    def _open(self, starts: bool) -> None:
        self._hang_up()
        self._link = Link(self, starts)
        self._link.welcomed.connect(self._refresh)
        self._link.came.connect(self._read)
        self._link.absent.connect(self._miss)
        self._link.failed.connect(self._give_up)
        self._link.open()

    def _hang_up(self) -> None:
        link, self._link, self._job = self._link, None, None
        self._waiting.clear()
        if link is not None:
            link.welcomed.disconnect()
            link.came.disconnect()
            link.absent.disconnect()
            link.failed.disconnect()
            link.close()

    def _ask(self, *requests: StatusRequest | ModelsRequest | StopRequest) -> None:
        self._waiting.extend(requests)
        self._next()

    def _next(self) -> None:
        """Send the next request; rest if there is none."""
        assert self._link is not None
        if not self._waiting:
            self._job = None
            self._link.rest()
            return
        self._job = Job(self._link.messenger, self._waiting.popleft())
        self._link.send()

    @slot
    def _read(self) -> None:
        while self._job is not None:
            try:
                event = self._job.next_event()
            except ClientError as problem:
                if problem.code not in PERHAPS_STALE:
                    raise
                self._miss()
                return
            if event is None:
                return
            if isinstance(event, Answer):
                self._show(event.header)
                self._next()

    @slot
    def _miss(self) -> None:
        """Show that no daemon runs."""
        self.fail(page.NOT_RUNNING)

    @slot
    def _give_up(self, sentence: str) -> None:
        self.fail(sentence)

    def _show(self, header: dict[str, Any]) -> None:
        """Show an answer."""
        if header["type"] == "status":
            self._state.setText(page.state_text(header))
            self._processor.setText(page.processor_text(header))
            self._memory.setText(page.memory_text(header))
            self._show_switch(running=True)
        elif header["type"] == "models":
            self._offers = page.offers(header["published"])
            self._add.setEnabled(True)
            entries = page.entries(header["installed"])
            if entries != self._entries:
                self._entries = entries
                self._list.setText("".join(map(_paragraph, entries)))

    def _show_unknown(self, sentence: str) -> None:
        """Show why nothing is known of the daemon."""
        self._state.setText(sentence)
        self._processor.setText("")
        self._memory.setText("")
        self._switch.setEnabled(False)
        self._add.setEnabled(False)

    def _show_switch(self, running: bool) -> None:
        if running != self._running:
            self._sentence.setText("")
        self._running = running
        self._switch.setText(qt_label(page.STOP_BUTTON if running else page.START_BUTTON))
        self._switch.setEnabled(True)

    # What the user does

    @slot
    def _start_or_stop(self, _checked: bool = False) -> None:
        self._switch.setEnabled(False)
        if self._running:
            self._sentence.setText(page.STOPPING)
            self._waiting.append(StopRequest())
            if self._job is None:
                self._next()
        else:
            self._sentence.setText(STARTING)
            self._open(starts=True)

    @slot
    def _open_log(self, _checked: bool = False) -> None:
        path = self._settings.log_file
        if not open_file(Path(path)):
            self._sentence.setText(page.CANNOT_OPEN_LOG.format(path=path))

    @slot
    def _offer(self, _checked: bool = False) -> None:
        self._adding = AddingDialog(self._offers, self)
        self._adding.finished.connect(self._refresh_soon)
        self._adding.open()

    @slot
    def _refresh_soon(self, _result: int) -> None:
        self._refresh()

    @slot
    def _leave(self, _result: int) -> None:
        self._timer.stop()
        self._hang_up()
        self.deleteLater()


def _line(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def _paragraph(entry: page.Entry) -> str:
    """Return a model as Qt's rich text."""
    details = escape(entry.details).replace("\n", "<br>")
    return f"<p><b>{escape(entry.title)}</b><br>{details}</p>"
