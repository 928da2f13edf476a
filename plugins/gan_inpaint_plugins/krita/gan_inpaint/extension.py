"""The plug-in's entries in Krita's Filter menu."""

from __future__ import annotations

from krita import Extension, Krita, Window

from .dialog import FillDialog
from .failures import slot
from .job import Fill
from .link import Link
from .options import Options
from .qt import QIcon, QMessageBox, QObject, Qt, QWidget
from .selected import Selected

MESSAGE_MILLISECONDS = 6000
MEDIUM_PRIORITY = 1


class GanInpaint(Extension):
    """“GAN Inpaint…” asks and fills; “GAN Inpaint Again” fills with what was chosen last, by one click or one key."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._dialog: FillDialog | None = None
        self._fill: Fill | None = None

    def setup(self) -> None:
        """Krita calls it once; there is nothing to prepare."""

    def createActions(self, window: Window) -> None:  # noqa: N802 (Krita calls it, for each window)
        window.createAction("gan_inpaint", "GAN Inpaint…", "filter").triggered.connect(self.ask)
        window.createAction("gan_inpaint_again", "GAN Inpaint Again", "filter").triggered.connect(self.again)

    @slot
    def ask(self, _checked: bool = False) -> None:
        """Show the dialog, if there is something to fill."""
        if self._is_busy():
            return
        Selected.of(Krita.instance().activeDocument())
        link = Link(_window())
        self._dialog = dialog = FillDialog(Options.remembered(), link, _window())
        link.failed.connect(self._cannot_ask)
        dialog.finished.connect(self._answered)
        dialog.open()
        link.open()

    @slot
    def again(self, _checked: bool = False) -> None:
        """Fill with what was chosen last."""
        if not self._is_busy():
            self._begin(Options.remembered(), Link(_window()))

    def fail(self, sentence: str) -> None:
        """Tell the user, without a window to close where a picture is shown."""
        krita = Krita.instance()
        if krita.activeDocument() is not None:
            view = krita.activeWindow().activeView()
            view.showFloatingMessage(sentence, QIcon(), MESSAGE_MILLISECONDS, MEDIUM_PRIORITY)
            return
        box = QMessageBox(QMessageBox.Icon.Information, "GAN Inpaint", sentence, parent=_window())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setModal(False)
        box.show()

    def _is_busy(self) -> bool:
        """Whether there is a dialog or a fill already; then the user is told."""
        if self._fill is not None:
            self.fail("A fill is being made already. Wait for it, or cancel it.")
        return self._fill is not None or self._dialog is not None

    @slot
    def _cannot_ask(self, sentence: str) -> None:
        if self._dialog is not None:
            self._dialog.reject()
            self.fail(sentence)

    @slot
    def _answered(self, wanted: int) -> None:
        dialog, self._dialog = self._dialog, None
        dialog.deleteLater()
        ...
