"""The dialogs of Filter → GAN Inpaint: Select Scratches… and Filter → GAN Inpaint: Repair Scratches…"""

from __future__ import annotations

from collections.abc import Mapping

from gan_inpaint_client.dialogs import DAMAGE_DILATE, EVERYTHING, KINDS, OVERLAY, SENSITIVITY, TONE, kind_label
from gan_inpaint_client.language import decimal

from .options import MOST_SENSITIVE, Damage
from .qt import QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QSlider, Qt, QWidget, pyqtSignal
from .widgets import buttons_of, check_box, choice_box, pixel_box, qt_label, row_label

SLIDER_WIDTH = 220  # pixels
TENTH = MOST_SENSITIVE // 10


class ScratchesDialog(QDialog):
    """Asks which damage to look for, with a sentence below; `action` is the label of its button, `page` that of the
    manual.

    Signals:
        changed: another value was chosen.
        overlaid: the user switches between outline and overlay, which `offer_overlay` makes possible.
    """

    changed = pyqtSignal()
    overlaid = pyqtSignal()

    def __init__(self, title: str, action: str, page: str, last: Damage, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._sensitivity, self._value = _slider(last.percent), QLabel(_fraction(last.percent))
        self._tone = choice_box(TONE, last.tone)
        self._kinds = {kind: check_box(kind, kind.name in last.kinds) for kind in KINDS}
        self._everything = check_box(EVERYTHING, last.everything)
        self._dilate = pixel_box(DAMAGE_DILATE, last.dilate)
        self._overlay = check_box(OVERLAY, chosen=False)
        self._overlay.hide()
        self._sentence = QLabel()
        self._buttons = buttons_of(action, page)
        self._lay_out()
        self._connect()

    @property
    def damage(self) -> Damage:
        """What is chosen."""
        kinds = tuple(kind.name for kind, box in self._kinds.items() if box.isChecked())
        return Damage(
            percent=self._sensitivity.value(),
            tone=self._tone.currentData(),
            dilate=self._dilate.value(),
            kinds=kinds,
            everything=self._everything.isChecked(),
        )

    def count(self, places: Mapping[str, int] | None) -> None:
        """Show the number of places of each kind beside it; None shows no numbers."""
        for kind, box in self._kinds.items():
            box.setText(qt_label(kind_label(kind, places)))

    def say(self, sentence: str, ready: bool) -> None:
        """Show a sentence; the button can be pressed only if the dialog is `ready`."""
        self._sentence.setText(sentence)
        self._button.setEnabled(ready)

    def hold(self) -> None:
        """Disable the button until `say` reports the result for the values chosen now."""
        self._button.setEnabled(False)

    def offer_overlay(self) -> None:
        """Show the box that switches to an overlay."""
        self._overlay.show()

    def end_overlay(self) -> None:
        """Switch back to the outline."""
        self._overlay.setChecked(False)

    @property
    def _button(self) -> QWidget:
        return self._buttons.button(QDialogButtonBox.StandardButton.Ok)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        slider = QHBoxLayout()
        slider.addWidget(self._sensitivity)
        slider.addWidget(self._value)
        label = QLabel(row_label(SENSITIVITY.label))
        label.setBuddy(self._sensitivity)
        form.addRow(label, slider)
        form.addRow(row_label(TONE.label), self._tone)
        for box in (*self._kinds.values(), self._everything):
            form.addRow(box)
        form.addRow(row_label(DAMAGE_DILATE.label), self._dilate)
        form.addRow(self._overlay)
        form.addRow(self._sentence)
        form.addRow(self._buttons)

    def _connect(self) -> None:
        self._sensitivity.valueChanged.connect(self._change)
        self._tone.currentIndexChanged.connect(self._change)
        for box in (*self._kinds.values(), self._everything):
            box.stateChanged.connect(self._change)
        self._dilate.valueChanged.connect(self._change)
        self._overlay.toggled.connect(lambda _shown: self.overlaid.emit())
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _change(self, _value: int) -> None:
        self._value.setText(_fraction(self._sensitivity.value()))
        self.changed.emit()


def _fraction(percent: int) -> str:
    return decimal(percent / MOST_SENSITIVE, 2)


def _slider(percent: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, MOST_SENSITIVE)
    slider.setPageStep(TENTH)
    slider.setTickInterval(TENTH)
    slider.setTickPosition(QSlider.TickPosition.TicksBelow)
    slider.setMinimumWidth(SLIDER_WIDTH)
    slider.setValue(percent)
    slider.setToolTip(SENSITIVITY.description)
    return slider
