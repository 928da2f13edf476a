"""A search that follows its dialog. The daemon is asked in a thread, so that the dialog stays alive meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gan_inpaint_client import (
    DAMAGE_MAP_GONE,
    Client,
    ClientError,
    DetectionReply,
    DetectRequest,
    Progress,
    Refusal,
    SelectRequest,
)
from gan_inpaint_client.dialogs import KINDS, kind_label
from gan_inpaint_client.stages import percent_text

from .bindings import GimpUi, GLib, Gtk
from .damage import Damage
from .search import Search
from .selection import Overlay


class Live:
    """Shows what the dialog's values select, and the next values as soon as these are shown.

    A callback of the main loop cannot raise to the caller of the dialog, so a failure is kept until `end`.
    """

    def __init__(
        self,
        dialog: GimpUi.ProcedureDialog,
        client: Client,
        search: Search,
        overlay: Overlay,
        chosen: Callable[[], Damage],
    ) -> None:
        self._dialog, self._client, self._search = dialog, client, search
        self._overlay, self._chosen = overlay, chosen
        self._wanted: Damage | None = None  # the values that are shown, or asked for
        self._thread: threading.Thread | None = None
        self._failure: ClientError | Refusal | None = None
        self._ended = False
        self._label = Gtk.Label(xalign=0.0, visible=True)
        dialog.get_content_area().pack_start(self._label, False, False, 6)
        self._begin()

    def changed(self, *_: object) -> None:
        """Note that an argument has another value."""
        if self._thread is None and not self._ended:
            self._begin()

    def end(self, wanted: bool) -> None:
        """Stop; if the user wants the damage, wait for that of the last values. Raise the failure, if there is one."""
        self._ended = True
        if self._failure is not None:
            raise self._failure
        if not wanted:
            return  # a request that is still open ends with this process
        if self._thread is not None:
            self._thread.join()
        if self._thread is not None or self._wanted != self._chosen():
            self._search.look(self._client, self._chosen())
            self._overlay.show(self._search.selected)

    def _begin(self) -> None:
        self._wanted = self._chosen()
        self._search.begin(**self._wanted)
        self._next()

    def _next(self) -> None:
        """Ask for the next strip, or show what was found in all of them."""
        try:
            request = self._search.next_request()
            if request is None:
                self._show()
                return
        except Refusal as refusal:
            self._fail(refusal)
            return
        self._thread = threading.Thread(target=self._ask, args=(request,), daemon=True)
        self._thread.start()

    def _ask(self, request: DetectRequest | SelectRequest) -> None:
        """Wait for the daemon, in the thread."""
        try:
            on_progress = self._tell if isinstance(request, DetectRequest) else None
            answer: DetectionReply | ClientError = self._client.perform(request, on_progress)
        except ClientError as problem:
            answer = problem
        GLib.idle_add(self._take, answer)

    def _take(self, answer: DetectionReply | ClientError) -> bool:
        if self._ended:
            return GLib.SOURCE_REMOVE
        self._thread = None
        if isinstance(answer, DetectionReply):
            self._search.take(answer)
        elif answer.code == DAMAGE_MAP_GONE:
            self._search.forget()
        else:
            self._fail(answer)
            return GLib.SOURCE_REMOVE
        if self._wanted == self._chosen():
            self._next()
        else:
            self._begin()
        return GLib.SOURCE_REMOVE

    def _show(self) -> None:
        pixels = self._overlay.show(self._search.selected)
        self._label.set_text(self._search.sentence(pixels))
        for kind in KINDS:
            self._dialog.get_widget(kind.name, Gtk.CheckButton).set_label(kind_label(kind, self._search.counts))
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, pixels > 0)

    def _tell(self, progress: Progress) -> None:
        GLib.idle_add(self._label.set_text, percent_text(self._search.progress(progress)))

    def _fail(self, failure: ClientError | Refusal) -> None:
        self._failure = failure
        self._dialog.response(Gtk.ResponseType.CANCEL)
