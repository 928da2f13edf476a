"""The dialog of Filter → GAN Inpaint…"""

from __future__ import annotations

from .failures import slot
from .link import Link
from .options import MOST_PIXELS, Options
from .qt import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget


class FillDialog(QDialog):
    """Asks for the model, the grow and the feather; Enter fills with what was used last.

    It is there at once. The daemon is connected to behind it, and then offers its models.
    """

    def __init__(self, last: Options, link: Link, parent: QWidget) -> None:
        super().__init__(parent)
        self.link = link
        self._model = QComboBox()
        self._model.addItem(last.model.capitalize(), last.model)
        self._model.setToolTip("What fills the selection")
        self._grow = _pixels(last.grow, "How much around the selection is not trusted as a sample of what to fill in")
        self._feather = _pixels(last.feather, "Over how much of the selection, inside its edge, the fill fades in")
        self._fill_form()
        link.welcomed.connect(self._offer_models)

    @property
    def options(self) -> Options:
        return Options(self._model.currentData(), self._grow.value(), self._feather.value())

    def fail(self, _sentence: str) -> None:
        self.reject()

    @slot
    def _offer_models(self) -> None:
        """What is chosen stays chosen, if it is among the daemon's models."""
        chosen = self._model.currentData()
        self._model.clear()
        for model in self.link.models:
            self._model.addItem(model["title"], model["name"])
        self._model.setCurrentIndex(max(0, self._model.findData(chosen)))

    def _fill_form(self) -> None:
        self.setWindowTitle("GAN Inpaint")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("&Fill")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow("&Model:", self._model)
        form.addRow("&Grow:", self._grow)
        form.addRow("F&eather:", self._feather)
        form.addRow(buttons)


def _pixels(value: int, meaning: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, MOST_PIXELS)
    box.setSuffix(" px")
    box.setValue(value)
    box.setToolTip(meaning)
    return box
