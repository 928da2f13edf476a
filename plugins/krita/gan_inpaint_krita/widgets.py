"""The options of `gan_inpaint_client.dialogs` as widgets of Qt."""

from __future__ import annotations

from gan_inpaint_client.dialogs import ChoiceOption, NumberOption

from .qt import QComboBox, QDialogButtonBox, QSpinBox, Qt


def row_label(label: str) -> str:
    """Return an option's label as Qt shows it at the start of a row."""
    return f"{_qt_label(label)}:"


def choice_box(option: ChoiceOption, chosen: str) -> QComboBox:
    """Return a choice among the values of an option."""
    box = QComboBox()
    for index, choice in enumerate(option.choices):
        box.addItem(choice.label, choice.name)
        box.setItemData(index, choice.description, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(box.findData(chosen))
    box.setToolTip(option.description)
    return box


def pixel_box(option: NumberOption, value: int) -> QSpinBox:
    """Return a field for an option that is a number of pixels."""
    box = QSpinBox()
    box.setRange(int(option.least), int(option.most))
    box.setValue(value)
    box.setToolTip(option.description)
    return box


def buttons_of(label: str) -> QDialogButtonBox:
    """Return a button with this label, and Cancel."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.button(QDialogButtonBox.StandardButton.Ok).setText(_qt_label(label))
    return buttons


def _qt_label(label: str) -> str:
    """Return a label in which `&` marks the character that Alt chooses."""
    return label.replace("_", "&")
