"""The dialog that downloads a published model, once the user has said so."""

from __future__ import annotations

from gan_inpaint_client import ClientError, Progress, Settings, connect
from gan_inpaint_client import settings_page as page
from gan_inpaint_client.daemon_requests import Answer, GetRequest
from gan_inpaint_client.dialogs import CANCEL_BUTTON

from .background import in_background
from .bindings import GimpUi, GLib, Gtk

SPACING = 6
CHARACTERS = 60  # of a line of the details

DOWNLOAD = 1  # a response


class AddingDialog:
    """Offers published models, says what is known of each, and downloads one at a time."""

    def __init__(self, settings: Settings, offers: list[page.Offer], parent: Gtk.Window) -> None:
        self._settings, self._offers = settings, offers
        self._cancelled = self._ended = False
        self._wanted: page.Offer | None = None  # what is being downloaded
        self._dialog = GimpUi.Dialog(title=page.ADD_TITLE, role="gan-inpaint-add", border_width=SPACING)
        self._dialog.set_transient_for(parent)
        self._dialog.set_modal(True)
        self._dialog.add_button(page.CLOSE_BUTTON, Gtk.ResponseType.CLOSE)
        self._dialog.add_button(CANCEL_BUTTON, Gtk.ResponseType.CANCEL)
        self._dialog.add_button(page.DOWNLOAD_BUTTON, DOWNLOAD)
        self._choice = Gtk.ComboBoxText(visible=True)
        for offer in offers:
            self._choice.append(offer.name, offer.title)
        self._details, self._sentence = (
            Gtk.Label(xalign=0.0, wrap=True, max_width_chars=CHARACTERS, visible=True) for _ in range(2)
        )
        self._bar = Gtk.ProgressBar(visible=False)
        self._choice.connect("changed", self._describe)
        self._lay_out()

    def run(self) -> None:
        """Show the dialog until the user closes it; what is not complete by then is not installed."""
        while (response := self._dialog.run()) in (DOWNLOAD, Gtk.ResponseType.CANCEL):
            if response == DOWNLOAD and self._wanted is None:
                self._confirm()
            elif self._wanted is None:
                break  # Escape
            else:
                self._cancelled = True  # seen at the next progress, a second later at most
        self._ended = self._cancelled = True
        self._dialog.destroy()

    def _lay_out(self) -> None:
        area = self._dialog.get_content_area()
        area.set_spacing(SPACING)
        hint = Gtk.Label(label=page.ADD_HINT, xalign=0.0, wrap=True, max_width_chars=CHARACTERS, visible=True)
        for widget in (hint, self._choice, self._details, self._bar, self._sentence):
            area.pack_start(widget, False, False, 0)
        self._choice.set_active(0)
        self._show_buttons()
        if not self._offers:
            self._sentence.set_text(page.NOTHING_TO_ADD)

    def _chosen(self) -> page.Offer | None:
        return next((offer for offer in self._offers if offer.name == self._choice.get_active_id()), None)

    def _describe(self, _choice: Gtk.ComboBoxText) -> None:
        offer = self._chosen()
        self._details.set_text(offer.details if offer else "")
        self._show_buttons()

    def _show_buttons(self) -> None:
        """Let the user press what has a sense now."""
        busy = self._wanted is not None
        self._choice.set_sensitive(not busy)
        self._dialog.set_response_sensitive(DOWNLOAD, not busy and self._chosen() is not None)
        self._dialog.set_response_sensitive(Gtk.ResponseType.CANCEL, busy)
        self._bar.set_visible(busy)

    def _confirm(self) -> None:
        """Ask whether to download, and begin if the user says so."""
        offer = self._chosen()
        if offer is None:
            return
        question = Gtk.MessageDialog(
            transient_for=self._dialog, modal=True, message_type=Gtk.MessageType.QUESTION, text=offer.question
        )
        question.set_title(page.DOWNLOAD_TITLE)
        question.add_button(CANCEL_BUTTON, Gtk.ResponseType.CANCEL)
        question.add_button(page.CONFIRM_BUTTON, Gtk.ResponseType.OK)
        wanted = question.run() == Gtk.ResponseType.OK
        question.destroy()
        if wanted:
            self._begin(offer)

    def _begin(self, offer: page.Offer) -> None:
        self._wanted, self._cancelled = offer, False
        self._bar.set_fraction(0.0)
        self._sentence.set_text("")
        self._show_buttons()
        in_background(lambda: self._get(offer), lambda answer: self._take(offer, answer))

    def _get(self, offer: page.Offer) -> Answer:
        """Let the daemon download, in the thread; the daemon drops the download as soon as this hangs up."""

        def on_progress(progress: Progress) -> None:
            if self._cancelled:
                raise ClientError("cancelled", page.NOT_INSTALLED)
            GLib.idle_add(self._show, progress)

        with connect(self._settings.runtime_file, self._settings.command) as client:
            return client.perform(GetRequest(offer.name), on_progress)

    def _show(self, progress: Progress) -> bool:
        if self._wanted is not None:
            self._bar.set_fraction(progress["done"] / max(progress["total"], 1))
            self._sentence.set_text(page.download_text(progress))
        return GLib.SOURCE_REMOVE

    def _take(self, offer: page.Offer, answer: Answer | ClientError) -> None:
        if self._ended:
            return
        if isinstance(answer, ClientError):
            self._end(answer.advice)
            return
        self._offers = [other for other in self._offers if other is not offer]
        self._end(page.installed_text(offer))
        self._choice.remove(self._choice.get_active())
        self._choice.set_active(0)

    def _end(self, sentence: str) -> None:
        self._wanted = None
        self._sentence.set_text(sentence)
        self._show_buttons()
