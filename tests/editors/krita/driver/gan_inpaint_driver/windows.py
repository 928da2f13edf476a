"""Krita's window, and the dialogs and messages that come with a fill."""

from __future__ import annotations

import sys
import time
import traceback
from typing import Any

from krita import Krita, View
from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import (
    QAction,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMenu,
    QMessageBox,
    QProgressDialog,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

TITLE = "GAN Inpaint: fill selection"
SCRATCHES = ("GAN Inpaint: select scratches", "GAN Inpaint: repair scratches")
OK = QDialogButtonBox.StandardButton.Ok

_messages: list[str] = []
_defects: list[str] = []


def watch_failures() -> None:
    """Keep what is shown as a floating message, which Krita draws itself, and what no slot has caught."""
    show = View.showFloatingMessage

    def keep_and_show(view: View, message: str, *style: Any) -> None:
        _messages.append(message)
        show(view, message, *style)

    View.showFloatingMessage = keep_and_show
    # Krita's own hook opens a modal window, which nobody here would close.
    sys.excepthook = lambda *failure: _defects.append("".join(traceback.format_exception(*failure)))


def messages() -> list[str]:
    """The floating messages since the last call."""
    shown = _messages.copy()
    _messages.clear()
    return shown


def floating_message_is_shown() -> bool:
    widgets = QApplication.allWidgets()
    return any(widget.isVisible() for widget in widgets if widget.metaObject().className() == "KisFloatingMessage")


def no_floating_message_is_shown() -> bool:
    return not floating_message_is_shown()


def defects() -> list[str]:
    """Tracebacks of all exceptions that left a slot."""
    return _defects


def trigger(action: str) -> bool:
    """Do what choosing a menu entry or its shortcut does; false where the entry is gray."""
    entry = Krita.instance().action(action)
    enabled = bool(entry.isEnabled())
    entry.trigger()
    return enabled


def shortcut(action: str) -> str:
    return Krita.instance().action(action).shortcut().toString()


def menu(name: str) -> list[str]:
    """The texts of a menu's entries."""
    return [entry.text().replace("&", "") for entry in _menu(name).actions() if not entry.isSeparator()]


def open_menu(name: str, entry: str) -> None:
    """Show a menu with one of its entries under the mouse, as a user does before the click."""
    menu = _menu(name)
    _window().menuBar().setActiveAction(menu.menuAction())
    menu.setActiveAction(next(action for action in menu.actions() if action.text() == entry))


def close_menu(name: str) -> None:
    _menu(name).close()


def maximize() -> None:
    _window().showMaximized()


def dialog_is_shown() -> bool:
    return bool(_shown(QDialog, title=TITLE))


def dialog_offers_models() -> bool:
    return dialog_is_shown() and len(_models()) > 1


def dialog(**wanted: Any) -> dict[str, Any]:
    """What the dialog shows, after `wanted` was chosen in it."""
    (model, quality), (dilate, feather) = _choices(), _dialog().findChildren(QSpinBox)
    if "model" in wanted:
        model.setCurrentIndex(_models().index(wanted["model"]))
    quality.setCurrentIndex(quality.findData(wanted.get("quality", quality.currentData())))
    dilate.setValue(wanted.get("dilate", dilate.value()))
    feather.setValue(wanted.get("feather", feather.value()))
    return {
        "models": _models(),
        "titles": [model.itemText(index) for index in range(model.count())],
        "model": model.currentData(),
        "quality": quality.currentData(),
        "dilate": dilate.value(),
        "feather": feather.value(),
    }


def press(button: str) -> None:
    """Press a button of the dialog."""
    _press(_dialog(), button)


def scratches(**wanted: Any) -> dict[str, Any]:
    """What the dialog of one of the entries about scratches shows, after `wanted` was chosen in it."""
    dialog = _scratches()[0]
    sensitivity, kinds, dilate = (dialog.findChild(kind) for kind in (QSlider, QComboBox, QSpinBox))
    sensitivity.setValue(wanted.get("percent", sensitivity.value()))
    kinds.setCurrentIndex(kinds.findData(wanted.get("kinds", kinds.currentData())))
    dilate.setValue(wanted.get("dilate", dilate.value()))
    return {"percent": sensitivity.value(), "kinds": kinds.currentData(), "dilate": dilate.value()}


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
    _press(_scratches()[0], button)


def progress() -> str:
    """The text of the progress window; empty when it is not shown."""
    shown = _shown(QProgressDialog)
    return shown[0].labelText() if shown else ""


def press_cancel() -> None:
    _shown(QProgressDialog)[0].findChild(QPushButton).click()


def close_message_box() -> str:
    """The text of the message box that is shown, which is closed."""
    boxes = _shown(QMessageBox)
    if not boxes:
        return ""
    boxes[0].close()
    return boxes[0].text()


class _Gaps:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.largest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(20)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.largest, self._last = max(self.largest, now - self._last), now


_gaps: list[_Gaps] = []


def watch_gaps() -> None:
    _gaps[:] = [_Gaps()]


def largest_gap() -> float:
    """Seconds, since `watch_gaps`."""
    return _gaps.pop().largest


def _window() -> Any:
    return Krita.instance().activeWindow().qwindow()


def _menu(name: str) -> QMenu:
    entries: list[QAction] = _window().menuBar().actions()
    return next(entry.menu() for entry in entries if entry.text().replace("&", "") == name)


def _shown(kind: type[QWidget], title: str = "") -> list[Any]:
    widgets = QApplication.topLevelWidgets()
    return [
        w for w in widgets if isinstance(w, kind) and w.isVisible() and w.windowTitle() in (title or w.windowTitle())
    ]


def _dialog() -> QDialog:
    return _shown(QDialog, title=TITLE)[0]


def _scratches() -> list[QDialog]:
    return [dialog for title in SCRATCHES for dialog in _shown(QDialog, title)]


def _press(dialog: QDialog, button: str) -> None:
    kind = QDialogButtonBox.StandardButton.Cancel if button == "Cancel" else OK
    pressed = dialog.findChild(QDialogButtonBox).button(kind)
    assert pressed.text().replace("&", "") == button
    pressed.click()


def _choices() -> list[QComboBox]:
    return list(_dialog().findChildren(QComboBox))


def _models() -> list[str]:
    box = _choices()[0]
    return [box.itemData(index) for index in range(box.count())]
