"""The preview of a fill in its dialog: a switch, a picture that shows before and after, and a sentence.

The daemon is asked in a thread, so that the dialog stays alive meanwhile; GIMP is called by the main loop only. Nothing
of a preview gets into the image.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gan_inpaint_client import Client, ClientError, FillReply, Refusal, previews
from gan_inpaint_client.dialogs import PREVIEW
from gan_inpaint_client.patchwork import Patchwork

from . import switches
from .background import in_background
from .bindings import GdkPixbuf, GimpUi, GLib, Gtk
from .daemon import new_client
from .selected import Selected
from .thumbnails import thumbnail

Read = Callable[[], Selected]
"""Returns what the options of now fill; raises Refusal if that is nothing."""
Plan = Callable[[Selected, str], Patchwork]
"""Returns the work on it in a quality, begun."""

_SPACING = 6
_STEPS = 100  # of the slider
_CHARACTERS = 40  # of a line of the sentence


class Preview:
    """Shows what the options of now make, coarsely first; an option that changes drops what is under way."""

    def __init__(self, read: Read, plan: Plan, quality: Callable[[], str], dialog: GimpUi.ProcedureDialog) -> None:
        self._read, self._plan, self._quality = read, plan, quality
        self._timer = 0
        self._client: Client | None = None
        self._before: GdkPixbuf.Pixbuf | None = None
        self._after: GdkPixbuf.Pixbuf | None = None
        self._switch = Gtk.CheckButton(
            label=PREVIEW.label, use_underline=True, tooltip_text=PREVIEW.description, active=switches.is_on(PREVIEW)
        )
        self._picture = Gtk.Image()
        self._slider = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, _STEPS, 1)
        self._sentence = Gtk.Label(xalign=0.0, wrap=True)
        self._seen = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=_SPACING)
        self._lay_out(dialog)
        self._switch.connect("toggled", self._toggle)
        self._slider.connect("value-changed", self._draw)
        self._toggle()

    def changed(self, *_: object) -> None:
        """Note that an option has another value."""
        self._drop()
        if self._switch.get_active():
            self._timer = GLib.timeout_add(previews.STILL_MILLISECONDS, self._begin)

    def end(self) -> None:
        """Drop what is under way, and remember whether a preview is wanted."""
        self._drop()
        switches.remember(PREVIEW, self._switch.get_active())

    def _lay_out(self, dialog: GimpUi.ProcedureDialog) -> None:
        """Put the switch below the options, and the rest beside them."""
        self._picture.set_size_request(previews.SIDE, previews.SIDE)
        self._slider.set_draw_value(False)
        self._slider.set_tooltip_text(previews.SPLIT_DESCRIPTION)
        self._sentence.set_max_width_chars(_CHARACTERS)
        for widget in (self._picture, self._slider, self._sentence):
            self._seen.pack_start(widget, False, False, 0)
            widget.show()
        area, button = dialog.get_content_area(), dialog.get_widget_for_response(Gtk.ResponseType.OK)
        options = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=area.get_spacing(), visible=True)
        for row in area.get_children():
            if not button.is_ancestor(row):
                area.remove(row)
                options.pack_start(row, False, False, 0)
        options.pack_start(self._switch, False, False, 0)
        self._switch.show()
        columns = Gtk.Box(spacing=2 * _SPACING, visible=True)
        columns.pack_start(options, True, True, 0)
        columns.pack_start(self._seen, False, False, 0)
        area.pack_start(columns, True, True, 0)

    def _toggle(self, *_: object) -> None:
        self._seen.set_visible(self._switch.get_active())
        self.changed()

    def _drop(self) -> None:
        """Forget what was asked; the daemon ends its work on it at once."""
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0
        if self._client is not None:
            self._client.hang_up()
            self._client = None

    def _begin(self) -> bool:
        self._timer = 0
        try:
            selected = self._read()
            if previews.is_too_large(selected.area):
                self._show(None, None, previews.TOO_LARGE)
                return GLib.SOURCE_REMOVE
            self._before = thumbnail(selected, selected.pixels(selected.area), previews.SIDE)
            self._client = new_client()
            self._next(self._client, selected, previews.qualities(self._quality()))
        except (Refusal, ClientError) as problem:
            self._fail(problem)
        return GLib.SOURCE_REMOVE

    def _next(self, client: Client, selected: Selected, left: list[str]) -> None:
        """Begin with the next quality, if one is left."""
        if left:
            self._ask(client, selected, self._plan(selected, left[0]), left[1:])

    def _ask(self, client: Client, selected: Selected, work: Patchwork, left: list[str]) -> None:
        """Ask for the next crop; show the fill after the last one."""
        request = work.next_request()
        if request is not None:
            in_background(partial(client.perform, request), partial(self._take, client, selected, work, left))
            return
        after = thumbnail(selected, work.pixels(selected.area), previews.SIDE)
        self._show(self._before, after, previews.sentence(left))
        self._next(client, selected, left)

    def _take(
        self, client: Client, selected: Selected, work: Patchwork, left: list[str], answer: FillReply | ClientError
    ) -> None:
        if client is not self._client:
            client.close()
            return
        try:
            if isinstance(answer, ClientError):
                raise answer
            work.take(answer)
            self._ask(client, selected, work, left)
        except (Refusal, ClientError) as problem:
            self._fail(problem)

    def _fail(self, problem: ClientError | Refusal) -> None:
        self._show(None, None, problem.advice if isinstance(problem, ClientError) else str(problem))

    def _show(self, before: GdkPixbuf.Pixbuf | None, after: GdkPixbuf.Pixbuf | None, sentence: str) -> None:
        self._before, self._after = before, after
        self._sentence.set_text(sentence)
        self._draw()

    def _draw(self, *_: object) -> None:
        """Show the fill, and left of the slider the picture before it."""
        if self._before is None or self._after is None:
            self._picture.clear()
            return
        seen, width = self._after.copy(), self._after.get_width()
        columns = previews.split_columns(width, self._slider.get_value() / _STEPS)
        if columns:
            self._before.copy_area(0, 0, columns, self._after.get_height(), seen, 0, 0)
        self._picture.set_from_pixbuf(seen)
