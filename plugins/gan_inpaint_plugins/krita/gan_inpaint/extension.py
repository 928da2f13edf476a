"""The plug-in's entries in Krita's Filter menu."""

from __future__ import annotations

import textwrap
from functools import partial

from krita import Extension, Krita, Window

from .dialog import FillDialog
from .failures import Refusal, slot
from .job import Fill
from .link import Link
from .options import Options
from .qt import QIcon, QMessageBox, QObject, Qt, QWidget
from .selected import Selected

LINE_CHARACTERS = 72  # Krita breaks no lines
MILLISECONDS_A_CHARACTER = 70
MEDIUM_PRIORITY = 1


class GanInpaint(Extension):
    """“GAN Inpaint…” asks and fills; “GAN Inpaint Again” fills with what was chosen last, by one click or one key."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._current: FillDialog | Fill | None = None

    def setup(self) -> None:
        """Krita calls it once; there is nothing to prepare."""

    def createActions(self, window: Window) -> None:  # noqa: N802 (Krita calls it, for each window)
        window.createAction("gan_inpaint", "GAN Inpaint…", "filter").triggered.connect(self.ask)
        window.createAction("gan_inpaint_again", "GAN Inpaint Again", "filter").triggered.connect(self.again)

    @slot
    def ask(self, _checked: bool = False) -> None:
        """Show the dialog, at once; the daemon is connected to behind it and offers its models when it is there."""
        selected = self._select()
        link, dialog = Link(_window()), FillDialog(Options.remembered(), _window())
        link.welcomed.connect(partial(self._offer, dialog, link))
        link.failed.connect(partial(self._cannot_ask, dialog))
        dialog.finished.connect(partial(self._answered, dialog, link, selected))
        self._hold(dialog)
        dialog.open()
        link.open()

    @slot
    def again(self, _checked: bool = False) -> None:
        """Fill with what was chosen last."""
        self._begin(self._select(), Options.remembered(), Link(_window()))

    def fail(self, sentence: str) -> None:
        """Tell the user something, without a window to close where a picture is shown."""
        krita = Krita.instance()
        if krita.activeDocument() is not None:
            text = "\n".join(textwrap.fill(line, LINE_CHARACTERS) for line in sentence.splitlines())
            view = krita.activeWindow().activeView()
            view.showFloatingMessage(text, QIcon(), len(text) * MILLISECONDS_A_CHARACTER, MEDIUM_PRIORITY)
            return
        box = QMessageBox(QMessageBox.Icon.Information, "GAN Inpaint", sentence, parent=_window())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setModal(False)
        box.show()

    def _select(self) -> Selected:
        if self._current is not None:
            raise Refusal("GAN Inpaint is at work already. Wait for it, or cancel it.")
        return Selected.of(Krita.instance().activeDocument())

    def _hold(self, current: FillDialog | Fill) -> None:
        """Do nothing else until this is over; closing its window ends it too."""
        self._current = current
        current.destroyed.connect(partial(self._let_go, current))

    @slot
    def _let_go(self, current: FillDialog | Fill, _object: QObject) -> None:
        if self._current is current:
            self._current = None

    @slot
    def _offer(self, dialog: FillDialog, link: Link) -> None:
        dialog.offer(link.models)

    @slot
    def _cannot_ask(self, dialog: FillDialog, sentence: str) -> None:
        dialog.reject()
        self.fail(sentence)

    @slot
    def _answered(self, dialog: FillDialog, link: Link, selected: Selected, wanted: int) -> None:
        self._current = None
        link.welcomed.disconnect()
        link.failed.disconnect()
        dialog.deleteLater()
        if not wanted:
            link.close()
            return
        dialog.options.remember()
        self._begin(selected, dialog.options, link)

    def _begin(self, selected: Selected, options: Options, link: Link) -> None:
        fill = Fill(selected, options, link, _window())
        self._hold(fill)
        fill.ended.connect(self._ended)
        fill.start()

    @slot
    def _ended(self, sentence: str) -> None:
        self._current = None
        if sentence:
            self.fail(sentence)


def _window() -> QWidget:
    return Krita.instance().activeWindow().qwindow()
