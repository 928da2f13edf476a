"""The dialog in which one of several fills is chosen."""

from __future__ import annotations

from functools import partial

from gan_inpaint_client.dialogs import BEFORE_LABEL, KEEP_VARIANTS, MORE_BUTTON, VARIANTS_TITLE, numbered_label

from .options import is_on, remember_switch
from .qt import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QIcon,
    QImage,
    QLabel,
    QPixmap,
    QScrollArea,
    QSize,
    Qt,
    QToolButton,
    QVBoxLayout,
    QWidget,
    pyqtSignal,
)
from .widgets import add_help, check_box, qt_label

SIDE = 176  # pixels of a picture's longer side
BESIDE, BELOW = 24, 48  # pixels that a button needs around its picture
COLUMNS = 4


class VariantsDialog(QDialog):
    """Shows the hole before and after each fill; one click chooses one.

    A switch says whether all fills shall be kept, where they `can_be_kept`.

    Signals:
        chosen: the number of a fill, from 0.
        more: others are wanted.
    """

    chosen = pyqtSignal(int)
    more = pyqtSignal()

    def __init__(self, before: QImage, can_be_kept: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(VARIANTS_TITLE)
        self._count = 0
        self._sentence = QLabel()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._more = buttons.addButton(qt_label(MORE_BUTTON), QDialogButtonBox.ButtonRole.ActionRole)
        self._more.setEnabled(False)
        add_help(buttons, "variants")
        self._more.clicked.connect(lambda _checked: self.more.emit())
        buttons.rejected.connect(self.reject)
        pictures = QWidget()
        self._strip = QGridLayout(pictures)
        now = self._add(before, BEFORE_LABEL)
        now.setEnabled(False)
        now.setIcon(_icon(before, QIcon.Mode.Disabled))
        layout = QVBoxLayout(self)
        layout.addWidget(_scrolled(pictures))
        layout.addWidget(self._sentence)
        self._keep = check_box(KEEP_VARIANTS, can_be_kept and is_on(KEEP_VARIANTS))
        self._keep.toggled.connect(partial(remember_switch, KEEP_VARIANTS))
        layout.addWidget(self._keep)
        self._keep.setVisible(can_be_kept)
        layout.addWidget(buttons)

    def add(self, after: QImage, label: str) -> None:
        """Show another fill."""
        number = self._count - 1
        text = qt_label(numbered_label(self._count, label))
        self._add(after, text).clicked.connect(lambda _checked: self.chosen.emit(number))

    def say(self, sentence: str, busy: bool) -> None:
        """Show a sentence; more can be wanted only if the dialog is not `busy`."""
        self._sentence.setText(sentence)
        self._more.setEnabled(not busy)

    @property
    def keeps(self) -> bool:
        """Whether all fills shall be kept."""
        return bool(self._keep.isChecked())

    def _add(self, image: QImage, text: str) -> QToolButton:
        button = QToolButton(objectName=f"fill {self._count}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(SIDE, SIDE))
        button.setIcon(_icon(image, QIcon.Mode.Normal))
        button.setText(text)
        self._strip.addWidget(button, self._count // COLUMNS, self._count % COLUMNS)
        self._count += 1
        return button


def _scrolled(pictures: QWidget) -> QScrollArea:
    """Return an area that shows two rows of pictures at once."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setMinimumSize(COLUMNS * (SIDE + BESIDE) + BESIDE, 2 * (SIDE + BELOW))
    area.setWidget(pictures)
    return area


def _icon(image: QImage, mode: QIcon.Mode) -> QIcon:
    """Return the picture as an icon that looks the same in this mode, also if that is the disabled one."""
    icon = QIcon()
    icon.addPixmap(QPixmap.fromImage(image), mode)
    return icon
