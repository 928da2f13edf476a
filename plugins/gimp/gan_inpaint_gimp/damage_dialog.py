"""The dialogs of Select scratches… and Repair scratches…"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gan_inpaint_client import ClientError

from . import damage
from .bindings import Gimp, GimpUi, GLib, Gtk
from .selected import Refusal

_PAUSE_MS = 150  # without a change of the slider, after which its value is tried


class Shown(NamedTuple):
    """Whether `something` is selected, and a sentence about it."""

    something: bool
    sentence: str


def ask(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig) -> bool:
    """Let the user change the arguments; false if they want no repair."""
    dialog = _dialog(procedure, config, "GAN Inpaint: repair scratches", "Re_pair")
    wanted = dialog.run()
    dialog.destroy()
    return bool(wanted)


def ask_and_show(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, show: Callable[[], Shown]) -> bool:
    """Let the user change the arguments, and see at once what they select; false if they want no selection.

    `show` shows what the arguments select; what it raises, ClientError or Refusal, ends the dialog and is passed on.
    """
    dialog = _dialog(procedure, config, "GAN Inpaint: select scratches", "S_elect")
    live = _Live(dialog, show)
    for name in damage.NAMES:
        config.connect(f"notify::{name}", live.changed)
    wanted = bool(dialog.run())
    live.end(wanted)
    dialog.destroy()
    return wanted


def _dialog(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, title: str, label: str) -> GimpUi.ProcedureDialog:
    GimpUi.init(procedure.get_name())
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label(label)
    dialog.get_scale_entry("sensitivity", 1.0)
    dialog.fill(damage.NAMES)
    return dialog


class _Live:
    """Calls `show` at once, and again when the arguments have been left alone for a moment after a change.

    A callback of the main loop cannot raise to whoever runs the dialog, so a failure is kept until `end`.
    """

    def __init__(self, dialog: GimpUi.ProcedureDialog, show: Callable[[], Shown]) -> None:
        self._dialog = dialog
        self._show = show
        self._timer = 0
        self._failure: ClientError | Refusal | None = None
        self._label = Gtk.Label(xalign=0.0, visible=True)
        dialog.get_content_area().pack_start(self._label, False, False, 6)
        self._update()

    def changed(self, *_: object) -> None:
        """An argument has another value."""
        self._stop_timer()
        self._timer = GLib.timeout_add(_PAUSE_MS, self._on_timer)

    def end(self, wanted: bool) -> None:
        """The dialog has ended: if it was not in vain, the last change must be shown as well. Raises the failure."""
        if self._failure is not None:
            raise self._failure
        if self._stop_timer() and wanted:
            self._update()

    def _on_timer(self) -> bool:
        self._timer = 0
        try:
            self._update()
        except (ClientError, Refusal) as failure:
            self._failure = failure
            self._dialog.response(Gtk.ResponseType.CANCEL)
        return GLib.SOURCE_REMOVE

    def _update(self) -> None:
        shown = self._show()
        self._label.set_text(shown.sentence)
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, shown.something)

    def _stop_timer(self) -> bool:
        """Whether there was one."""
        waiting, self._timer = self._timer, 0
        return bool(waiting) and GLib.source_remove(waiting)
