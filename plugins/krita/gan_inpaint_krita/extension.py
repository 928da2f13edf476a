"""The plug-in's entries in Krita's Filter menu."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from krita import Document, Extension, Krita, Window

from gan_inpaint_client import Box, Refusal, refusals
from gan_inpaint_client.dialogs import REPAIR_BUTTON, REPAIR_TITLE, REPAIRED_HINT
from gan_inpaint_client.language import _
from gan_inpaint_client.patchwork import Ask, Patchwork

from .choosing import Choosing
from .dialog import FillDialog
from .failures import slot
from .frames import Frames, Keep
from .job import Work
from .link import Link
from .options import Damage, Options
from .qt import QIcon, QMessageBox, QObject, Qt, QWidget
from .scratches_dialog import ScratchesDialog
from .search import Search
from .selected import Painted, Selected
from .settings_dialog import SettingsDialog
from .several import Part, Several, chosen_layers, open_pictures
from .sources import Sources, masks_of
from .tracing import Drawn

Read = TypeVar("Read")

LINE_CHARACTERS = 72  # Krita breaks no lines
MILLISECONDS_A_CHARACTER = 70
MEDIUM_PRIORITY = 1
SHORTCUT_IN_TIP = re.compile(r" \([^)]*\)$")


class GanInpaint(Extension):
    """“GAN Inpaint…” asks and fills; “GAN Inpaint Again” fills with the last values, by one click or one key.

    Both fill each of the chosen layers. “GAN Inpaint: Fill All Open Images” does so in every picture.

    “GAN Inpaint: Variants…” shows several fills with the last values; a click adds one of them.

    “GAN Inpaint: Fill Transparent Parts” does so where the layer is transparent.

    “GAN Inpaint: Fill What Is Painted” does so where something is painted on the layer.

    “GAN Inpaint: Trace Scratch” selects the scratch under a painted stroke, or under a rough selection.

    “GAN Inpaint: Settings…” shows the daemon and its models, and adds published ones.

    “GAN Inpaint: Select Scratches…” selects damage; “GAN Inpaint: Repair Scratches…” asks, then finds and fills it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._current: QObject | None = None
        self._settings: SettingsDialog | None = None

    def setup(self) -> None:
        """Prepare nothing; Krita demands the method."""

    def createActions(self, window: Window) -> None:  # noqa: N802 (Krita calls it, for each window)
        for name, text, chosen in (
            ("gan_inpaint", _("GAN Inpaint…"), self.ask),
            ("gan_inpaint_again", _("GAN Inpaint Again"), self.again),
            ("gan_inpaint_all", _("GAN Inpaint: Fill All Open Images"), self.fill_all),
            ("gan_inpaint_variants", _("GAN Inpaint: Variants…"), self.choose_variant),
            ("gan_inpaint_transparent", _("GAN Inpaint: Fill Transparent Parts"), self.fill_transparent_parts),
            ("gan_inpaint_painted", _("GAN Inpaint: Fill What Is Painted"), self.fill_painted),
            ("gan_inpaint_select_scratches", _("GAN Inpaint: Select Scratches…"), self.select_scratches),
            ("gan_inpaint_repair_scratches", _("GAN Inpaint: Repair Scratches…"), self.repair_scratches),
            ("gan_inpaint_trace_scratch", _("GAN Inpaint: Trace Scratch"), self.trace_scratch),
            ("gan_inpaint_settings", _("GAN Inpaint: Settings…"), self.show_settings),
        ):
            action = window.createAction(name, text, "filter")
            tip = SHORTCUT_IN_TIP.sub("", action.toolTip())  # Krita takes it from gan_inpaint.action
            action.setToolTip(_(tip))
            action.triggered.connect(chosen)

    @slot
    def ask(self, _checked: bool = False) -> None:
        """Show the dialog at once; connect to the daemon meanwhile, and offer its models as soon as it answers."""
        selected = self._read(Selected.of)
        layers = chosen_layers(selected.document)
        link = Link(_window())
        dialog = FillDialog(Options.remembered(), masks_of(selected.document), selected, _window())
        link.welcomed.connect(partial(self._offer, dialog, link))
        link.failed.connect(partial(self._cannot_ask, dialog))
        dialog.finished.connect(partial(self._answered, dialog, link, selected, layers))
        self._hold(dialog)
        dialog.open()
        link.open()

    @slot
    def again(self, _checked: bool = False) -> None:
        """Fill with the last values."""
        layers = self._read(chosen_layers)
        if len(layers) > 1:
            self._fill_several(layers, Options.remembered(), pictures=False)
        else:
            self._fill_frames(self._read(Selected.of), Options.remembered(), Link(_window()))

    @slot
    def fill_all(self, _checked: bool = False) -> None:
        """Fill what is selected in every open picture with the last values."""
        self._fill_several(self._read(open_pictures), Options.remembered(), pictures=True)

    @slot
    def choose_variant(self, _checked: bool = False) -> None:
        """Show several fills with the last values, and add the one that is chosen."""
        self._choose(self._read(Selected.of), Options.remembered(), Link(_window()))

    @slot
    def fill_transparent_parts(self, _checked: bool = False) -> None:
        """Fill what is transparent in the layer with the last values, inside the selection if there is one."""
        options = Options.remembered()._replace(source="active-layer")
        self._fill(self._read(Selected.of_transparent_parts), options, Link(_window()))

    @slot
    def fill_painted(self, _checked: bool = False) -> None:
        """Fill what is painted over on the active layer with the last values; it covers the paint."""
        self._fill(self._read(Painted.of_layer), Options.remembered(), Link(_window()))

    @slot
    def select_scratches(self, _checked: bool = False) -> None:
        """Look for damage, inside the selection if there is one, and show it as the selection."""
        self._begin(Search(self._read(Selected.of_all), Link(_window()), _window()))

    @slot
    def trace_scratch(self, _checked: bool = False) -> None:
        """Select the scratch under a stroke that is painted on the layer, or under a rough selection."""
        if self._current is not None:
            raise Refusal(refusals.AT_WORK)
        drawn = Drawn.of(Krita.instance().activeDocument())
        tracing = drawn.tracing()
        add = partial(drawn.select, tracing)
        self._begin(Work(tracing, tracing.begin, add, drawn.pixel_format, Link(_window()), _window()))

    @slot
    def repair_scratches(self, _checked: bool = False) -> None:
        """Show the dialog, then find damage, inside the selection if there is one, and fill it."""
        selected = self._read(Selected.of_all)
        dialog = ScratchesDialog(REPAIR_TITLE, REPAIR_BUTTON, "repair-scratches", Damage.remembered(), _window())
        dialog.say(REPAIRED_HINT, ready=True)
        dialog.finished.connect(partial(self._repair, dialog, selected))
        self._hold(dialog)
        dialog.open()

    @slot
    def show_settings(self, _checked: bool = False) -> None:
        """Show the daemon and its models, beside any work."""
        if self._settings is None:
            self._settings = SettingsDialog(_window())
            self._settings.destroyed.connect(self._forget_settings)
        self._settings.show()
        self._settings.raise_()

    @slot
    def _forget_settings(self, _object: QObject) -> None:
        self._settings = None

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

    def _read(self, read: Callable[[Document | None], Read]) -> Read:
        """Return what is read in the picture that is shown; raise Refusal if other work is under way."""
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
    def _answered(self, dialog: FillDialog, link: Link, selected: Selected, layers: list[Part], wanted: int) -> None:
        self._current = None
        link.welcomed.disconnect()
        link.failed.disconnect()
        dialog.deleteLater()
        if not wanted:
            link.close()
            return
        dialog.options.remember()
        if dialog.wants_variants:
            self._choose(selected, dialog.options, link)
        elif len(layers) > 1:
            link.close()
            self._fill_several(layers, dialog.options, pictures=False)
        else:
            self._fill_frames(selected, dialog.options, link)

    def _choose(self, selected: Selected, options: Options, link: Link) -> None:
        selected = selected.taken_from(options.source)
        sources = Sources.of(selected.document, options.avoid, options.sample)
        self._begin(Choosing(selected, options, sources, link, _window()))

    def _fill(self, selected: Selected, options: Options, link: Link) -> None:
        self._begin(self._fill_work(options, link, selected))

    def _fill_frames(self, selected: Selected, options: Options, link: Link) -> None:
        """Fill frames of an animated layer; a layer without several frames as ever."""
        times = selected.frames()
        if len(times) < 2:
            self._fill(selected, options, link)
            return
        link.close()
        if not selected.ground().can_be_copied():
            raise Refusal(refusals.ANIMATED_SEEN_THROUGH)
        if options.frames == "this":
            times = [time for time in times if time <= selected.document.currentTime()][-1:]

        def begin(frame: Selected, keep: Keep) -> Work:
            return self._fill_work(options, Link(_window()), frame, keep)

        self._begin(Frames(selected, times, begin, _window()))

    def _fill_several(self, parts: list[Part], options: Options, pictures: bool) -> None:
        def begin(selected: Selected) -> Work:
            return self._fill_work(options, Link(_window()), selected)

        self._begin(Several(parts, begin, pictures, _window()))

    def _fill_work(self, options: Options, link: Link, selected: Selected, keep: Keep | None = None) -> Work:
        selected = selected.taken_from(options.source)
        sources = Sources.of(selected.document, options.avoid, options.sample)
        ask = partial(selected.fill_request, options, sources)
        if keep is None:
            keep = partial(Selected.add, masked=options.masked)
        return self._work(selected, ask, link, sources.sampling_box(), keep)

    @slot
    def _repair(self, dialog: ScratchesDialog, selected: Selected, wanted: int) -> None:
        self._current = None
        dialog.deleteLater()
        if wanted:
            dialog.damage.remember()
            asked = dialog.damage.request_fields()
            self._begin(self._work(selected, partial(selected.repair_request, asked), Link(_window())))

    def _work(
        self, selected: Selected, ask: Ask, link: Link, sampling: Box | None = None, keep: Keep = Selected.add
    ) -> Work:
        pieces = selected.patchwork()
        begin, add = partial(self._plan, pieces, ask, sampling), partial(keep, selected, pieces)
        return Work(pieces, begin, add, selected.pixel_format, link, _window())

    @staticmethod
    def _plan(pieces: Patchwork, ask: Ask, sampling: Box | None, most: int) -> None:
        pieces.begin(ask, most, sampling)

    def _begin(self, work: Work | Search | Choosing | Several | Frames) -> None:
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
