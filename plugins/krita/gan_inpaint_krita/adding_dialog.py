"""The dialog that downloads a published model, once the user has said so."""

from __future__ import annotations

from gan_inpaint_client import Job, Progress
from gan_inpaint_client import settings_page as page
from gan_inpaint_client.daemon_requests import Answer, GetRequest
from gan_inpaint_client.dialogs import CANCEL_BUTTON

from .failures import slot
from .link import Link
from .qt import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from .widgets import qt_label

WIDTH = 440  # pixels


class AddingDialog(QDialog):
    """Offers published models, says what is known of each, and downloads one at a time, each over a separate link.

    The daemon drops a download as soon as its link is closed, so what is not complete by then is not installed.
    """

    def __init__(self, offers: list[page.Offer], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(page.ADD_TITLE)
        self.setMinimumWidth(WIDTH)
        self._offers = list(offers)
        self._wanted: page.Offer | None = None  # what is being downloaded
        self._link: Link | None = None
        self._job: Job[Answer] | None = None
        self._choice = QComboBox(objectName="offer")
        for offer in offers:
            self._choice.addItem(offer.title, offer.name)
        self._details, self._sentence = QLabel(), QLabel("" if offers else page.NOTHING_TO_ADD)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self._download = buttons.addButton(qt_label(page.DOWNLOAD_BUTTON), role.ActionRole)
        self._cancel = buttons.addButton(qt_label(CANCEL_BUTTON), role.ActionRole)
        close = buttons.addButton(qt_label(page.CLOSE_BUTTON), role.RejectRole)
        for button, press in ((self._download, self._confirm), (self._cancel, self._abort), (close, self._close)):
            button.setAutoDefault(False)
            button.clicked.connect(press)
        self._choice.currentIndexChanged.connect(self._describe)
        self.finished.connect(self._leave)
        self._lay_out(buttons)
        self._describe(0)

    def fail(self, sentence: str) -> None:
        """End the download with a sentence; the dialog stays."""
        self._end(sentence)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        hint = QLabel(page.ADD_HINT)
        layout = QVBoxLayout(self)
        for label in (hint, self._details, self._sentence):
            label.setWordWrap(True)
        for widget in (hint, self._choice, self._details, self._bar, self._sentence, buttons):
            layout.addWidget(widget)

    def _chosen(self) -> page.Offer | None:
        return next((offer for offer in self._offers if offer.name == self._choice.currentData()), None)

    @slot
    def _describe(self, _index: int) -> None:
        offer = self._chosen()
        self._details.setText(offer.details if offer else "")
        self._show_buttons()

    def _show_buttons(self) -> None:
        """Let the user press what has a sense now."""
        busy = self._wanted is not None
        self._choice.setEnabled(not busy)
        self._download.setEnabled(not busy and self._chosen() is not None)
        self._cancel.setEnabled(busy)
        self._bar.setVisible(busy)
        self.adjustSize()

    # The user

    @slot
    def _confirm(self, _checked: bool = False) -> None:
        """Ask whether to download."""
        offer = self._chosen()
        if offer is None:
            return
        question = QMessageBox(QMessageBox.Icon.Question, page.DOWNLOAD_TITLE, offer.question, parent=self)
        role = QMessageBox.ButtonRole
        yes: QPushButton = question.addButton(qt_label(page.CONFIRM_BUTTON), role.AcceptRole)
        question.addButton(qt_label(CANCEL_BUTTON), role.RejectRole)
        yes.clicked.connect(self._begin)
        question.finished.connect(question.deleteLater)
        question.open()

    @slot
    def _abort(self, _checked: bool = False) -> None:
        self._end(page.NOT_INSTALLED)

    @slot
    def _close(self, _checked: bool = False) -> None:
        self.reject()

    @slot
    def _leave(self, _result: int) -> None:
        self._hang_up()
        self.deleteLater()

    # The download

    @slot
    def _begin(self, _checked: bool = False) -> None:
        self._wanted = self._chosen()
        self._sentence.setText("")
        self._bar.setRange(0, 0)
        self._show_buttons()
        self._link = Link(self)
        self._link.welcomed.connect(self._ask)
        self._link.came.connect(self._read)
        self._link.failed.connect(self._give_up)
        self._link.open()

    @slot
    def _ask(self) -> None:
        if self._link is not None and self._wanted is not None:
            self._job = Job(self._link.messenger, GetRequest(self._wanted.name))
            self._link.send()

    @slot
    def _read(self) -> None:
        while self._job is not None and self._wanted is not None:
            event = self._job.next_event()
            if event is None:
                return
            if isinstance(event, Answer):
                self._added(self._wanted)
            else:
                self._show(event)

    @slot
    def _give_up(self, sentence: str) -> None:
        self._end(sentence)

    def _show(self, progress: Progress) -> None:
        self._bar.setRange(0, 1000)  # the size of a large file in bytes is no number for Qt
        self._bar.setValue(1000 * progress["done"] // max(progress["total"], 1))
        self._sentence.setText(page.download_text(progress))

    def _added(self, offer: page.Offer) -> None:
        self._offers.remove(offer)
        self._end(page.installed_text(offer))
        self._choice.removeItem(self._choice.findData(offer.name))

    def _end(self, sentence: str) -> None:
        self._hang_up()
        self._wanted = None
        self._sentence.setText(sentence)
        self._show_buttons()

    def _hang_up(self) -> None:
        link, self._link, self._job = self._link, None, None
        if link is not None:
            link.welcomed.disconnect()
            link.came.disconnect()
            link.failed.disconnect()
            link.close()
