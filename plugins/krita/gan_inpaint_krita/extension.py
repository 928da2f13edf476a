"""The plug-in's entries in Krita's Filter menu."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial

from krita import Document, Extension, Krita, Window

from gan_inpaint_client import Refusal, refusals
from gan_inpaint_client.dialogs import REPAIR_BUTTON, REPAIR_TITLE
from gan_inpaint_client.patchwork import Ask

from .dialog import FillDialog
from .failures import slot
from .job import Work
from .link import Link
from .options import Damage, Options
from .qt import QIcon, QMessageBox, QObject, Qt, QWidget
from .scratches_dialog import ScratchesDialog
from .search import Search
from .selected import Selected

LINE_CHARACTERS = 72  # Krita breaks no lines
MILLISECONDS_A_CHARACTER = 70
MEDIUM_PRIORITY = 1


class GanInpaint(Extension):
    """“GAN Inpaint…” asks and fills; “GAN Inpaint Again” fills with the last values, by one click or one key.

    “GAN Inpaint: Select Scratches…” selects damage; “GAN Inpaint: Repair Scratches…” asks, then finds and fills it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._current: QObject | None = None

    def setup(self) -> None:
        """Prepare nothing; Krita demands the method."""

    def createActions(self, window: Window) -> None:  # noqa: N802 (Krita calls it, for each window)
        for name, text, chosen in (
            ("gan_inpaint", "GAN Inpaint…", self.ask),
            ("gan_inpaint_again", "GAN Inpaint Again", self.again),
            ("gan_inpaint_select_scratches", "GAN Inpaint: Select Scratches…", self.select_scratches),
            ("gan_inpaint_repair_scratches", "GAN Inpaint: Repair Scratches…", self.repair_scratches),
        ):
            window.createAction(name, text, "filter").triggered.connect(chosen)

    @slot
    def ask(self, _checked: bool = False) -> None:
        """Show the dialog at once; connect to the daemon meanwhile, and offer its models as soon as it answers."""
        selected = self._read(Selected.of)
        link, dialog = Link(_window()), FillDialog(Options.remembered(), _window())
        link.welcomed.connect(partial(self._offer, dialog, link))
        link.failed.connect(partial(self._cannot_ask, dialog))
        dialog.finished.connect(partial(self._answered, dialog, link, selected))
        self._hold(dialog)
        dialog.open()
        link.open()

    @slot
    def again(self, _checked: bool = False) -> None:
        """Fill with the last values."""
        self._fill(self._read(Selected.of), Options.remembered(), Link(_window()))

    @slot
    def select_scratches(self, _checked: bool = False) -> None:
        """Look for damage, inside the selection if there is one, and show it as the selection."""
        self._begin(Search(self._read(Selected.of_all), Link(_window()), _window()))

    @slot
    def repair_scratches(self, _checked: bool = False) -> None:
        """Show the dialog, then find damage, inside the selection if there is one, and fill it."""
        selected = self._read(Selected.of_all)
        dialog = ScratchesDialog(REPAIR_TITLE, REPAIR_BUTTON, Damage.remembered(), _window())
        dialog.say("The repaired pixels become a new layer; nothing else changes.", ready=True)
        dialog.finished.connect(partial(self._repair, dialog, selected))
        self._hold(dialog)
        dialog.open()

    def fail(self, sentence: str) -> None:
        """Tell the user something; over a picture by a message that vanishes without a click."""
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

    def _read(self, read: Callable[[Document | None], Selected]) -> Selected:
        if self._current is not None:
            raise Refusal(refusals.AT_WORK)
        return read(Krita.instance().activeDocument())

    def _hold(self, current: QObject) -> None:
        """Refuse other work until this is over; closing its window ends it too."""
        self._current = current
        current.destroyed.connect(partial(self._let_go, current))

    @slot
    def _let_go(self, current: QObject, _object: QObject) -> None:
        if self._current is current:
            self._current = None

    @slot
    def _offer(self, dialog: FillDialog, link: Link) -> None:
        dialog.offer(link.models or [])

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
        self._fill(selected, dialog.options, link)

    def _fill(self, selected: Selected, options: Options, link: Link) -> None:
        self._work(selected, partial(selected.fill_request, options), link)

    @slot
    def _repair(self, dialog: ScratchesDialog, selected: Selected, wanted: int) -> None:
        self._current = None
        dialog.deleteLater()
        if wanted:
            dialog.damage.remember()
            self._work(selected, partial(selected.repair_request, dialog.damage), Link(_window()))

    def _work(self, selected: Selected, ask: Ask, link: Link) -> None:
        self._begin(Work(selected.patchwork(), ask, selected.add, selected.pixel_format, link, _window()))

    def _begin(self, work: Work | Search) -> None:
        self._hold(work)
        work.ended.connect(self._ended)
        work.start()

    @slot
    def _ended(self, sentence: str) -> None:
        self._current = None
        if sentence:
            self.fail(sentence)


def _window() -> QWidget:
    return Krita.instance().activeWindow().qwindow()
