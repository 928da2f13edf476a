"""The options of `gan_inpaint_client.dialogs` as widgets of Qt."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from gan_inpaint_client import manual
from gan_inpaint_client.dialogs import NO_MASK, Choice, ChoiceOption, MaskOption, NumberOption
from gan_inpaint_client.language import _

from .qt import QCheckBox, QComboBox, QDesktopServices, QDialogButtonBox, QMessageBox, QSpinBox, Qt, QUrl
from .sources import Mask


def row_label(label: str) -> str:
    """Return an option's label as Qt shows it at the start of a row."""
    return _("{label}:").format(label=qt_label(label))


def choice_box(option: ChoiceOption, chosen: str) -> QComboBox:
    """Return a choice among the values of an option."""
    box = QComboBox(objectName=option.name)
    for index, choice in enumerate(option.choices):
        box.addItem(choice.label, choice.name)
        box.setItemData(index, choice.description, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(box.findData(chosen))
    box.setToolTip(option.description)
    return box


def check_box(choice: Choice, chosen: bool) -> QCheckBox:
    """Return a switch for one of several values that can be chosen together."""
    box = QCheckBox(qt_label(choice.label), objectName=choice.name)
    box.setChecked(chosen)
    box.setToolTip(choice.description)
    return box


def mask_box(option: MaskOption, chosen: str, masks: list[Mask]) -> QComboBox:
    """Return a choice among the masks of the picture, and none."""
    box = QComboBox(objectName=option.name)
    box.addItem(NO_MASK, "")
    for mask in masks:
        box.addItem(mask.name, mask.id)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.setToolTip(option.description)
    return box


def pixel_box(option: NumberOption, value: int) -> QSpinBox:
    """Return a field for an option that is a number of pixels."""
    box = QSpinBox()
    box.setRange(int(option.least), int(option.most))
    box.setValue(value)
    box.setToolTip(option.description)
    return box


def buttons_of(label: str, page: str) -> QDialogButtonBox:
    """Return a button with this label, Cancel, and Help, which opens a page of the manual."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    add_help(buttons, page)
    buttons.button(QDialogButtonBox.StandardButton.Ok).setText(qt_label(label))
    return buttons


def add_help(buttons: QDialogButtonBox, page: str) -> None:
    """Add a Help button, which opens a page of the manual."""
    button = buttons.addButton(qt_label(manual.HELP_BUTTON), QDialogButtonBox.ButtonRole.HelpRole)
    button.setAutoDefault(False)
    button.clicked.connect(partial(_show_page, buttons, page))


def open_file(path: Path) -> bool:
    """Open a file as the desktop does; return False if it is missing, or nothing opens such files."""
    return path.is_file() and bool(QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))


def _show_page(buttons: QDialogButtonBox, page: str, _checked: bool) -> None:
    path = manual.page(page)
    if not open_file(path):
        sentence = manual.CANNOT_OPEN.format(path=path)
        QMessageBox(QMessageBox.Icon.Information, "GAN Inpaint", sentence, parent=buttons.window()).open()


def qt_label(label: str) -> str:
    """Return a label in which `&` marks the character that Alt chooses."""
    return label.replace("_", "&")
