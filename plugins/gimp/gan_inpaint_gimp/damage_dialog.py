"""The dialogs of Select scratches… and Repair scratches…"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gan_inpaint_client import ClientError, Refusal
from gan_inpaint_client.dialogs import REPAIR_BUTTON, REPAIR_TITLE, SELECT_BUTTON, SELECT_TITLE

from . import damage
from .bindings import Gimp, GimpUi, GLib, Gtk

_PAUSE_MS = 150  # a value is tried once the slider has not moved for this time


class Shown(NamedTuple):
    """Whether `something` is selected, and a sentence about it."""

    something: bool
    sentence: str


def ask(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig) -> bool:
    """Let the user change the arguments; return False if the user cancels."""
    dialog = _dialog(procedure, config, REPAIR_TITLE, REPAIR_BUTTON)
    wanted = dialog.run()
    dialog.destroy()
    return bool(wanted)


def ask_and_show(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, show: Callable[[], Shown]) -> bool:
    """Let the user change the arguments and show at once what they select; return False if the user cancels.

    `show` shows what the arguments select. If it raises ClientError or Refusal, the dialog ends and raises it again.
    """
    dialog = _dialog(procedure, config, SELECT_TITLE, SELECT_BUTTON)
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
    """Calls `show` at once, and again a moment after the last change of an argument.

    A callback of the main loop cannot raise to the caller of the dialog, so a failure is kept until `end`.
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
        """Note that an argument has another value."""
        self._stop_timer()
        self._timer = GLib.timeout_add(_PAUSE_MS, self._on_timer)

    def end(self, wanted: bool) -> None:
        """Show the last change after the dialog has ended, unless the user has cancelled it; raise the failure."""
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
        """Stop the timer; return whether it was running."""
        waiting, self._timer = self._timer, 0
        return bool(waiting) and GLib.source_remove(waiting)
