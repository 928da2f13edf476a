"""The dialog of Filter → GAN Inpaint…"""

from __future__ import annotations

from typing import Any

from gan_inpaint_client.dialogs import (
    DILATE,
    FEATHER,
    FILL_BUTTON,
    FILL_TITLE,
    MODEL_DESCRIPTION,
    MODEL_LABEL,
    QUALITY,
    licence_text,
    model_title,
    models_offered,
)
from gan_inpaint_client.requests import DEFAULT_MODEL

from .options import Options
from .qt import QComboBox, QDialog, QFormLayout, QLabel, QWidget
from .widgets import buttons_of, choice_box, pixel_box, row_label

TITLE_CHARACTERS = 36  # wide enough for the title of the window


class FillDialog(QDialog):
    """Asks for the model, the quality, the dilation and the feather; Enter fills with the last values."""

    def __init__(self, last: Options, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(FILL_TITLE)
        self._model = QComboBox()
        self._model.addItem(model_title(last.model), last.model)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._model.setMinimumContentsLength(TITLE_CHARACTERS)
        self._model.setToolTip(MODEL_DESCRIPTION)
        self._model.currentIndexChanged.connect(self._show_licence)
        self._licence = QLabel()
        self._licence.setWordWrap(True)
        self._licences: dict[str, str] = {}
        self._quality = choice_box(QUALITY, last.quality)
        self._dilate = pixel_box(DILATE, last.dilate)
        self._feather = pixel_box(FEATHER, last.feather)
        form = QFormLayout(self)
        form.addRow(row_label(MODEL_LABEL), self._model)
        form.addRow(self._licence)
        form.addRow(row_label(QUALITY.label), self._quality)
        form.addRow(row_label(DILATE.label), self._dilate)
        form.addRow(row_label(FEATHER.label), self._feather)
        buttons = buttons_of(FILL_BUTTON)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    @property
    def options(self) -> Options:
        """What is chosen."""
        return Options(
            model=self._model.currentData(),
            quality=self._quality.currentData(),
            dilate=self._dilate.value(),
            feather=self._feather.value(),
        )

    def offer(self, models: list[dict[str, Any]]) -> None:
        """Offer the models of the daemon's `welcome`; the chosen model stays chosen if it is among them."""
        chosen = self._model.currentData()
        offered = models_offered(models)
        self._licences = {model.name: licence_text(model.licence) for model in offered}
        self._model.clear()
        for model in offered:
            self._model.addItem(model.title, model.name)
        there = self._model.findData(chosen)
        self._model.setCurrentIndex(there if there >= 0 else self._model.findData(DEFAULT_MODEL))
        self.adjustSize()

    def _show_licence(self, _index: int) -> None:
        self._licence.setText(self._licences.get(self._model.currentData(), ""))
