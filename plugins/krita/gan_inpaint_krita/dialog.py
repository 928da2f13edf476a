"""The dialog of Filter → GAN Inpaint…"""

from __future__ import annotations

from typing import Any

from gan_inpaint_client.dialogs import (
    AVOID,
    DILATE,
    FEATHER,
    FILL_BUTTON,
    FILL_TITLE,
    FRAMES,
    LAYER_OUTPUT,
    MODEL_DESCRIPTION,
    MODEL_LABEL,
    NEW_LAYER_HINT,
    PREVIEW,
    QUALITY,
    SAMPLE,
    SOURCE,
    VARIANTS_BUTTON,
    VARIANTS_DESCRIPTION,
    licence_text,
    model_title,
    models_offered,
)
from gan_inpaint_client.requests import DEFAULT_MODEL

from .failures import slot
from .options import Options, is_on, remember_switch
from .previewing import Preview
from .qt import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QWidget
from .selected import Selected
from .sources import Mask
from .widgets import buttons_of, choice_box, mask_box, pixel_box, qt_label, row_label

TITLE_CHARACTERS = 36  # wide enough for the title of the window


class FillDialog(QDialog):
    """Asks for the options of a fill of what is selected; Enter fills with the last values. `masks` are the picture's.

    Which frames are filled is asked where the layer has several.

    `wants_variants`, once it is accepted: whether several fills shall be shown.
    """

    def __init__(self, last: Options, masks: list[Mask], selected: Selected, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(FILL_TITLE)
        self._model = QComboBox(objectName="model")
        self._model.addItem(model_title(last.model), last.model)
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._model.setMinimumContentsLength(TITLE_CHARACTERS)
        self._model.setToolTip(MODEL_DESCRIPTION)
        self._model.currentIndexChanged.connect(self._show_licence)
        self._licence = QLabel()
        self._licence.setWordWrap(True)
        self._licences: dict[str, str] = {}
        self._quality = choice_box(QUALITY, last.quality)
        self._source = choice_box(SOURCE, last.source)
        self._output = choice_box(LAYER_OUTPUT, last.output)
        self._frames = choice_box(FRAMES, last.frames)
        self._dilate = pixel_box(DILATE, last.dilate)
        self._feather = pixel_box(FEATHER, last.feather)
        self._avoid, self._sample = (mask_box(*each, masks) for each in ((AVOID, last.avoid), (SAMPLE, last.sample)))
        form = QFormLayout()
        form.addRow(row_label(MODEL_LABEL), self._model)
        form.addRow(self._licence)
        form.addRow(row_label(QUALITY.label), self._quality)
        form.addRow(row_label(SOURCE.label), self._source)
        form.addRow(row_label(LAYER_OUTPUT.label), self._output)
        if len(selected.frames()) > 1:
            form.addRow(row_label(FRAMES.label), self._frames)
        form.addRow(row_label(DILATE.label), self._dilate)
        form.addRow(row_label(FEATHER.label), self._feather)
        form.addRow(row_label(AVOID.label), self._avoid)
        form.addRow(row_label(SAMPLE.label), self._sample)
        self._preview = Preview(selected, is_on(PREVIEW))
        form.addRow(self._preview.switch)
        hint = QLabel(NEW_LAYER_HINT)
        hint.setWordWrap(True)
        form.addRow(hint)
        buttons = buttons_of(FILL_BUTTON, "fill")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        variants = buttons.addButton(qt_label(VARIANTS_BUTTON), QDialogButtonBox.ButtonRole.ActionRole)
        variants.setToolTip(VARIANTS_DESCRIPTION)
        variants.clicked.connect(self._accept_variants)
        form.addRow(buttons)
        columns = QHBoxLayout(self)
        columns.addLayout(form)
        columns.addWidget(self._preview)
        self.wants_variants = False
        self.finished.connect(self._end_preview)
        for box in (self._model, self._quality, self._source, self._avoid, self._sample):
            box.currentIndexChanged.connect(self._change)
        for box in (self._dilate, self._feather):
            box.valueChanged.connect(self._change)
        self._change()

    @property
    def options(self) -> Options:
        """What is chosen."""
        return Options(
            model=self._model.currentData(),
            quality=self._quality.currentData(),
            source=self._source.currentData(),
            output=self._output.currentData(),
            frames=self._frames.currentData(),
            dilate=self._dilate.value(),
            feather=self._feather.value(),
            avoid=self._avoid.currentData(),
            sample=self._sample.currentData(),
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

    @slot
    def _change(self, _value: int = 0) -> None:
        if self._model.currentData() is not None:  # the models are just being listed
            self._preview.change(self.options)

    @slot
    def _end_preview(self, _result: int) -> None:
        self._preview.drop()
        remember_switch(PREVIEW, self._preview.switch.isChecked())

    def fail(self, sentence: str) -> None:
        """Show what went wrong in the preview."""
        self._preview.fail(sentence)

    def _accept_variants(self, _checked: bool) -> None:
        self.wants_variants = True
        self.accept()

    def _show_licence(self, _index: int) -> None:
        self._licence.setText(self._licences.get(self._model.currentData(), ""))
