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
    QCheckBox,
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
    kept = _messages.copy()
    _messages.clear()
    return kept


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


def trigger_later(action: str) -> None:
    """Do the same after the answer to this call, if Krita does not live to answer it."""
    QTimer.singleShot(0, Krita.instance().action(action).trigger)


def shortcut(action: str) -> str:
    return Krita.instance().action(action).shortcut().toString()


def menu(name: str) -> list[str]:
    """The texts of a menu's entries."""
    return [entry.text().replace("&", "") for entry in _menu(name).actions() if not entry.isSeparator()]


def tool_tip(action: str) -> str:
    """What an action says of itself."""
    return Krita.instance().action(action).toolTip()


def shows(title: str) -> bool:
    """Whether a dialog of that title is shown."""
    return bool(shown(QDialog, title))


def says(title: str) -> list[str]:
    """The texts of the labels of the dialog with that title; nothing where it is not shown."""
    return [label.text() for dialog in shown(QDialog, title) for label in dialog.findChildren(QLabel)]


def buttons(title: str) -> dict[str, bool]:
    """The buttons of the dialog with that title, and whether each can be pressed."""
    found = [button for dialog in shown(QDialog, title) for button in dialog.findChildren(QPushButton)]
    return {button.text().replace("&", ""): button.isEnabled() for button in found}


def push(title: str, button: str) -> None:
    """Press a button of the dialog with that title."""
    found = [each for dialog in shown(QDialog, title) for each in dialog.findChildren(QPushButton)]
    next(each for each in found if each.text().replace("&", "") == button).click()


def accept(title: str) -> list[str]:
    """Press the first button of the dialog with that title; the texts of its labels."""
    dialog = shown(QDialog, title)[0]
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    dialog.findChild(QDialogButtonBox).button(OK).click()
    return texts


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
    return bool(shown(QDialog, title=TITLE))


def dialog_offers_models() -> bool:
    return dialog_is_shown() and len(_models()) > 1


def dialog(**wanted: Any) -> dict[str, Any]:
    """What the dialog shows, after `wanted` was chosen in it."""
    model, quality = _choice("model"), _choice("quality")
    dilate, feather = _dialog().findChildren(QSpinBox)
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


def dialog_choices(name: str) -> list[list[str]]:
    """The texts and values of one of the dialog's choices."""
    box = _choice(name)
    return [[box.itemText(index), box.itemData(index)] for index in range(box.count())]


def choose(name: str, value: str) -> None:
    """Choose a value in one of the dialog's choices."""
    box = _choice(name)
    box.setCurrentIndex(box.findData(value))


def press(button: str) -> None:
    """Press a button of the dialog."""
    press_in(_dialog(), button)


def switch_preview(on: bool) -> None:
    """Switch the dialog's preview on or off."""
    _dialog().findChild(QCheckBox, "preview").setChecked(on)


def preview_says(sentence: str) -> bool:
    """Whether that is the sentence below the preview."""
    return dialog_is_shown() and _dialog().findChild(QLabel, "preview sentence").text() == sentence


def preview_colours(split: int) -> list[str]:
    """The colours of the left and of the right edge of the preview's middle row, with the slider at that percentage."""
    _dialog().findChild(QSlider, "preview split").setValue(split)
    image = _dialog().findChild(QLabel, "preview picture").pixmap().toImage()
    middle = image.height() // 2
    return [image.pixelColor(x, middle).name() for x in (image.width() // 2 - 2, image.width() // 2 + 2)]


def dialog_has(name: str) -> bool:
    """Whether the dialog shows a choice."""
    box = _choice(name)
    return box is not None and box.isVisible()


def press_variants() -> None:
    """Press the dialog's button that shows variants."""
    buttons = _dialog().findChild(QDialogButtonBox).buttons()
    next(button for button in buttons if button.text().replace("&", "") == "Variants…").click()


def progress() -> str:
    """The text of the progress window; empty when it is not shown."""
    windows = shown(QProgressDialog)
    return windows[0].labelText() if windows else ""


def press_cancel() -> None:
    shown(QProgressDialog)[0].findChild(QPushButton).click()


def close_message_box() -> str:
    """The text of the message box that is shown, which is closed."""
    boxes = shown(QMessageBox)
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


def shown(kind: type[QWidget], title: str | None = None) -> list[Any]:
    """The visible windows of a kind, with any title where none is given."""
    windows = (each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible())
    return [window for window in windows if title in (None, window.windowTitle())]


def _dialog() -> QDialog:
    return shown(QDialog, title=TITLE)[0]


def press_in(dialog: QDialog, button: str) -> None:
    kind = QDialogButtonBox.StandardButton.Cancel if button == "Cancel" else OK
    pressed = dialog.findChild(QDialogButtonBox).button(kind)
    assert pressed.text().replace("&", "") == button
    pressed.click()


def _choice(name: str) -> QComboBox:
    return _dialog().findChild(QComboBox, name)


def _models() -> list[str]:
    box = _choice("model")
    return [box.itemData(index) for index in range(box.count())]
