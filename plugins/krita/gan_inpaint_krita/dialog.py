"""The dialog of Filter → GAN Inpaint…"""

from __future__ import annotations

from typing import Any

from .options import DEFAULT_MODEL, MOST_PIXELS, QUALITIES, Options
from .qt import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

TITLE_CHARACTERS = 24


class FillDialog(QDialog):
    """Asks for the model, the quality, the grow and the feather; Enter fills with what was used last."""

    def __init__(self, last: Options, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("GAN Inpaint")
        self._model = QComboBox()
        self._model.addItem(last.model.capitalize(), last.model)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._model.setMinimumContentsLength(TITLE_CHARACTERS)
        self._model.setToolTip("What fills the selection")
        self._quality = QComboBox()
        for name, title in QUALITIES.items():
            self._quality.addItem(title, name)
        self._quality.setCurrentIndex(self._quality.findData(last.quality))
        self._quality.setToolTip("How much work the fill is worth; the best one takes up to four times as long")
        self._grow = _pixels(last.grow, "How much around the selection is not trusted as a sample of what to fill in")
        self._feather = _pixels(last.feather, "Over how much of the selection, inside its edge, the fill fades in")
        form = QFormLayout(self)
        form.addRow("&Model:", self._model)
        form.addRow("&Quality:", self._quality)
        form.addRow("&Grow:", self._grow)
        form.addRow("F&eather:", self._feather)
        form.addRow(self._buttons())

    @property
    def options(self) -> Options:
        return Options(
            self._model.currentData(), self._grow.value(), self._feather.value(), self._quality.currentData()
        )

    def offer(self, models: list[dict[str, Any]]) -> None:
        """Put to choice the models of the daemon's `welcome`; what is chosen stays chosen if it is among them.

        The default one is asked for as such, so that a better one that takes its place is used at once.
        """
        chosen = self._model.currentData()
        self._model.clear()
        for model in models:
            self._model.addItem(model["title"], DEFAULT_MODEL if model["default"] else model["name"])
        there = self._model.findData(chosen)
        self._model.setCurrentIndex(there if there >= 0 else self._model.findData(DEFAULT_MODEL))
        self.adjustSize()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("&Fill")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons


def _pixels(value: int, meaning: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, MOST_PIXELS)
    box.setSuffix(" px")
    box.setValue(value)
    box.setToolTip(meaning)
    return box
