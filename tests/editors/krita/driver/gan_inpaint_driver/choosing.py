"""The dialogs in which damage and variants are chosen."""

from __future__ import annotations

from typing import Any

from PyQt5.QtGui import QIcon, QImage
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
)

from .windows import OK, press_in, shown

VARIANTS = "GAN Inpaint: variants"
SCRATCHES = ("GAN Inpaint: select scratches", "GAN Inpaint: repair scratches")


def scratches(**wanted: Any) -> dict[str, Any]:
    """What the dialog of one of the entries about scratches shows, after `wanted` was chosen in it."""
    dialog = _scratches()[0]
    *kinds, everything, _overlay = dialog.findChildren(QCheckBox)
    everything.setChecked(wanted.get("everything", everything.isChecked()))
    for box in kinds:
        box.setChecked(box.objectName() in wanted.get("kinds", [box.objectName()] if box.isChecked() else []))
    sensitivity, tone, dilate = (dialog.findChild(kind) for kind in (QSlider, QComboBox, QSpinBox))
    sensitivity.setValue(wanted.get("percent", sensitivity.value()))
    tone.setCurrentIndex(tone.findData(wanted.get("tone", tone.currentData())))
    dilate.setValue(wanted.get("dilate", dilate.value()))
    chosen = [box.objectName() for box in kinds if box.isChecked()]
    return {
        **{"percent": sensitivity.value(), "tone": tone.currentData(), "dilate": dilate.value()},
        **{"kinds": chosen, "everything": everything.isChecked()},
    }


def press_overlay() -> None:
    """Choose between an outline and an overlay."""
    _scratches()[0].findChild(QCheckBox, "overlay").click()


def kind_labels() -> list[str]:
    """The kinds of damage in the dialog, with their numbers."""
    return [box.text().replace("&", "") for box in _scratches()[0].findChildren(QCheckBox)[:-2]]


def sensitivity_text() -> str:
    """The number beside the slider."""
    slider = _scratches()[0].findChild(QSlider)
    labels = [label for label in _scratches()[0].findChildren(QLabel) if label.y() == slider.y() or label.text()]
    return next(label.text() for label in labels if label.text().replace(".", "").isdecimal())


def scratches_are_shown() -> bool:
    return bool(_scratches())


def scratches_say(sentence: str) -> bool:
    """Whether that is in the dialog's sentence."""
    labels = [label for dialog in _scratches() for label in dialog.findChildren(QLabel)]
    return any(sentence in label.text() for label in labels)


def scratches_are_ready() -> bool:
    """Whether the dialog's button can be pressed, which it can while the selection is what the dialog says."""
    return any(box.button(OK).isEnabled() for dialog in _scratches() for box in dialog.findChildren(QDialogButtonBox))


def press_scratches(button: str) -> None:
    press_in(_scratches()[0], button)


def variants() -> list[str]:
    """The texts of the dialog of variants, the picture of before first; empty where it is not shown."""
    return [button.text().replace("&", "") for dialog in _variants() for button in _pictures(dialog)]


def variants_are_ready() -> bool:
    """Whether more fills can be asked for, which they can once all have come."""
    return any(_more(dialog).isEnabled() for dialog in _variants())


def variants_say(sentence: str) -> bool:
    """Whether that is in the dialog's sentence."""
    return any(sentence in label.text() for dialog in _variants() for label in dialog.findChildren(QLabel))


def variants_look_different() -> bool:
    """Whether no two pictures of the dialog are alike."""
    (dialog,) = _variants()
    images = [_image_of(button) for button in _pictures(dialog)]
    return all(one != other for index, one in enumerate(images) for other in images[:index])


def press_more() -> None:
    _more(_variants()[0]).click()


def choose_variant(number: int) -> None:
    """Click on a fill; the first one is number 1."""
    _pictures(_variants()[0])[number].click()


def keep_variants(on: bool) -> None:
    """Switch on or off whether all fills are kept."""
    _variants()[0].findChild(QCheckBox, "keep-variants").setChecked(on)


def variants_are_kept() -> bool:
    box = _variants()[0].findChild(QCheckBox, "keep-variants")
    return bool(box.isVisible() and box.isChecked())


def cancel_variants() -> None:
    _variants()[0].findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel).click()


def _scratches() -> list[QDialog]:
    return [dialog for title in SCRATCHES for dialog in shown(QDialog, title)]


def _variants() -> list[QDialog]:
    return shown(QDialog, VARIANTS)


def _pictures(dialog: QDialog) -> list[QToolButton]:
    buttons = [button for button in dialog.findChildren(QToolButton) if button.objectName().startswith("fill ")]
    return sorted(buttons, key=lambda button: int(button.objectName().split()[1]))


def _image_of(button: QToolButton) -> QImage:
    mode = QIcon.Mode.Normal if button.isEnabled() else QIcon.Mode.Disabled
    return button.icon().pixmap(button.iconSize(), mode).toImage()


def _more(dialog: QDialog) -> QPushButton:
    buttons = dialog.findChild(QDialogButtonBox)
    return next(button for button in buttons.buttons() if button.text().replace("&", "") == "More")
