"""The dialogs of Filter → Select Scratches… and Filter → Repair Scratches…"""

from __future__ import annotations

from .options import KINDS, MOST_AROUND_DAMAGE, MOST_SENSITIVE, Damage
from .qt import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSlider,
    QSpinBox,
    Qt,
    QWidget,
    pyqtSignal,
)

SLIDER_WIDTH = 220
TENTH = MOST_SENSITIVE // 10


class ScratchesDialog(QDialog):
    """Asks what is damage, with a sentence below; `action` is what its button says.

    Signals:
        changed: another value was chosen.
    """

    changed = pyqtSignal()

    def __init__(self, title: str, action: str, last: Damage, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._sensitivity = _slider(last.percent)
        self._kinds = QComboBox()
        for name, label in KINDS.items():
            self._kinds.addItem(label, name)
        self._kinds.setCurrentIndex(self._kinds.findData(last.kinds))
        self._kinds.setToolTip("Damage that is lighter than the picture around it, darker, or both")
        self._grow = QSpinBox()
        self._grow.setRange(0, MOST_AROUND_DAMAGE)
        self._grow.setSuffix(" px")
        self._grow.setValue(last.grow)
        self._grow.setToolTip("How much wider than what was found is taken, so that no rim of it stays")
        self._sentence = QLabel()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._button.setText(action)
        self._lay_out()
        self._connect()

    @property
    def damage(self) -> Damage:
        return Damage(self._sensitivity.value(), self._kinds.currentData(), self._grow.value())

    def say(self, sentence: str, ready: bool) -> None:
        """Tell how it stands; where nothing is `ready`, there is nothing that the button could do."""
        self._sentence.setText(sentence)
        self._button.setEnabled(ready)

    def hold(self) -> None:
        """What was said last is no longer true: it must not be taken for what is chosen now."""
        self._button.setEnabled(False)

    @property
    def _button(self) -> QWidget:
        return self._buttons.button(QDialogButtonBox.StandardButton.Ok)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.addRow("&Sensitivity:", self._sensitivity)
        form.addRow("&Kinds:", self._kinds)
        form.addRow("&Grow:", self._grow)
        form.addRow(self._sentence)
        form.addRow(self._buttons)

    def _connect(self) -> None:
        self._sensitivity.valueChanged.connect(self._change)
        self._kinds.currentIndexChanged.connect(self._change)
        self._grow.valueChanged.connect(self._change)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _change(self, _value: int) -> None:
        self.changed.emit()


def _slider(percent: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, MOST_SENSITIVE)
    slider.setPageStep(TENTH)
    slider.setTickInterval(TENTH)
    slider.setTickPosition(QSlider.TickPosition.TicksBelow)
    slider.setMinimumWidth(SLIDER_WIDTH)
    slider.setValue(percent)
    slider.setToolTip("The further to the right, the fainter the damage that is found, and the more is taken for it")
    return slider
