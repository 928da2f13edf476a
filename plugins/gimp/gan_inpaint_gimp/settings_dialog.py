"""The dialog of Filters → GAN Inpaint → Settings…: the daemon and its models."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from gan_inpaint_client import PERHAPS_STALE, ClientError, Settings, connect
from gan_inpaint_client import settings_page as page
from gan_inpaint_client.daemon_requests import ModelsRequest, StatusRequest
from gan_inpaint_client.stages import STARTING

from .adding_dialog import AddingDialog
from .background import in_background
from .bindings import GimpUi, GLib, Gtk
from .help import add_help, open_file

SPACING = 6
LIST = (460, 280)  # pixels
CHARACTERS = 60  # of a line of the list


class Known(NamedTuple):
    """The daemon's `status` and `models`."""

    status: dict[str, Any]
    models: dict[str, Any]


class SettingsDialog:
    """Asks the daemon again and again while it is open; asking does not start the daemon."""

    def __init__(self, settings: Settings) -> None:
        GimpUi.init("gan-inpaint")
        self._settings = settings
        self._asking = self._ended = False
        self._running: bool | None = None
        self._entries: list[page.Entry] = []
        self._offers: list[page.Offer] = []
        self._dialog = GimpUi.Dialog(title=page.SETTINGS_TITLE, role="gan-inpaint-settings", border_width=SPACING)
        self._dialog.add_button(page.CLOSE_BUTTON, Gtk.ResponseType.CLOSE)
        add_help(self._dialog, "settings")
        self._state, self._processor, self._memory, self._sentence = (_line() for _ in range(4))
        self._switch = _button(page.STOP_BUTTON, self._start_or_stop)
        self._add = _button(page.ADD_BUTTON, self._offer)
        self._list = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2 * SPACING, visible=True)
        self._lay_out()

    def run(self) -> None:
        """Show the dialog until the user closes it."""
        self._show_unknown(page.LOOKING)
        self._refresh()
        timer = GLib.timeout_add(int(1000 * page.REFRESH_SECONDS), self._refresh)
        self._dialog.run()
        self._ended = True
        GLib.source_remove(timer)
        self._dialog.destroy()

    def _lay_out(self) -> None:
        buttons = Gtk.Box(spacing=SPACING, visible=True)
        for button in (self._switch, _button(page.LOG_BUTTON, self._open_log)):
            buttons.pack_start(button, False, False, 0)
        area = self._dialog.get_content_area()
        area.set_spacing(SPACING)
        for widget in (self._state, self._processor, self._memory, buttons, _line(page.MODELS_LABEL)):
            area.pack_start(widget, False, False, 0)
        area.pack_start(_scrolled(self._list), True, True, 0)
        add = Gtk.Box(visible=True)
        add.pack_start(self._add, False, False, 0)
        area.pack_start(add, False, False, 0)
        area.pack_start(self._sentence, False, False, 0)

    # The daemon

    def _refresh(self) -> bool:
        if not self._asking:
            self._asking = True
            in_background(self._ask, self._take)
        return GLib.SOURCE_CONTINUE

    def _ask(self) -> Known:
        """Ask the daemon, in the thread."""
        with connect(self._settings.runtime_file) as client:
            return Known(client.perform(StatusRequest()).header, client.perform(ModelsRequest()).header)

    def _take(self, answer: Known | ClientError) -> None:
        self._asking = False
        if self._ended:
            return
        if isinstance(answer, ClientError):
            self._show_unknown(page.NOT_RUNNING if answer.code in PERHAPS_STALE else answer.advice)
            self._show_switch(running=False)
        else:
            self._show(answer)

    def _show(self, known: Known) -> None:
        self._state.set_text(page.state_text(known.status))
        self._processor.set_text(page.processor_text(known.status))
        self._memory.set_text(page.memory_text(known.status))
        self._show_switch(running=True)
        self._offers = page.offers(known.models["published"])
        self._add.set_sensitive(True)
        entries = page.entries(known.models["installed"])
        if entries != self._entries:
            self._entries = entries
            self._show_models()

    def _show_unknown(self, sentence: str) -> None:
        """Show why nothing is known of the daemon."""
        self._state.set_text(sentence)
        self._processor.set_text("")
        self._memory.set_text("")
        self._switch.set_sensitive(False)
        self._add.set_sensitive(False)

    def _show_switch(self, running: bool) -> None:
        if running != self._running:
            self._sentence.set_text("")
        self._running = running
        self._switch.set_label(page.STOP_BUTTON if running else page.START_BUTTON)
        self._switch.set_sensitive(True)

    def _show_models(self) -> None:
        for child in self._list.get_children():
            child.destroy()
        for entry in self._entries:
            label = _line()
            label.set_max_width_chars(CHARACTERS)
            title, details = (GLib.markup_escape_text(text, -1) for text in (entry.title, entry.details))
            label.set_markup(f"<b>{title}</b>\n{details}")
            self._list.pack_start(label, False, False, 0)

    # What the user does

    def _start_or_stop(self, _button: Gtk.Button) -> None:
        self._switch.set_sensitive(False)
        self._sentence.set_text(page.STOPPING if self._running else STARTING)
        in_background(self._stop if self._running else self._start, self._switched)

    def _stop(self) -> None:
        """Ask the daemon to end, in the thread."""
        with connect(self._settings.runtime_file) as client:
            client.stop()

    def _start(self) -> None:
        """Start the daemon, in the thread."""
        connect(self._settings.runtime_file, self._settings.command).close()

    def _switched(self, problem: ClientError | None) -> None:
        if self._ended:
            return
        if problem is not None:
            self._sentence.set_text(problem.advice)
        self._refresh()

    def _open_log(self, _button: Gtk.Button) -> None:
        path = self._settings.log_file
        if not open_file(Path(path)):
            self._sentence.set_text(page.CANNOT_OPEN_LOG.format(path=path))

    def _offer(self, _button: Gtk.Button) -> None:
        AddingDialog(self._settings, self._offers, self._dialog).run()
        self._refresh()


def _line(text: str = "") -> Gtk.Label:
    return Gtk.Label(label=text, xalign=0.0, wrap=True, visible=True)


def _button(label: str, press: Any) -> Gtk.Button:
    button = Gtk.Button(label=label, use_underline=True, visible=True)
    button.connect("clicked", press)
    return button


def _scrolled(content: Gtk.Widget) -> Gtk.Widget:
    area = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, visible=True)
    area.set_size_request(*LIST)
    area.add(content)
    return area
