"""The dialog in which one of several fills is chosen."""

from __future__ import annotations

from collections.abc import Callable

from gan_inpaint_client.dialogs import (
    BEFORE_LABEL,
    CANCEL_BUTTON,
    KEEP_VARIANTS,
    MORE_BUTTON,
    VARIANTS_TITLE,
    numbered_label,
)

from . import switches
from .bindings import GimpUi, Gtk
from .help import add_help
from .selected import Selected
from .thumbnails import thumbnail

SIDE = 176  # pixels of a picture's longer side
COLUMNS = 4
BESIDE, BELOW = 40, 60  # pixels that a button needs around its picture
SPACING = 6

MORE, CHOSEN = 1, 2  # responses


class VariantsDialog:
    """Shows the hole before and after each fill; one click chooses one. `on_more` is called if others are wanted.

    A switch says whether all fills shall be kept, where they `can_be_kept`.
    """

    on_more: Callable[[], None]

    def __init__(self, selected: Selected, can_be_kept: bool) -> None:
        GimpUi.init("gan-inpaint")
        self._selected = selected
        self._chosen: int | None = None
        self._count = 0
        self._dialog = GimpUi.Dialog(title=VARIANTS_TITLE, role="gan-inpaint-variants", border_width=SPACING)
        self._dialog.add_button(CANCEL_BUTTON, Gtk.ResponseType.CANCEL)
        self._dialog.add_button(MORE_BUTTON, MORE)
        add_help(self._dialog, "variants")
        self._sentence = Gtk.Label(xalign=0.0, visible=True)
        self._strip = Gtk.Grid(row_spacing=SPACING, column_spacing=SPACING, visible=True)
        area = self._dialog.get_content_area()
        area.set_spacing(SPACING)
        area.pack_start(_scrolled(self._strip), True, True, 0)
        area.pack_start(self._sentence, False, False, 0)
        self._keep = Gtk.CheckButton(
            label=KEEP_VARIANTS.label,
            use_underline=True,
            tooltip_text=KEEP_VARIANTS.description,
            active=can_be_kept and switches.is_on(KEEP_VARIANTS),
            visible=can_be_kept,
        )
        area.pack_start(self._keep, False, False, 0)
        self._add(_box(_picture(selected, selected.pixels(selected.area)), BEFORE_LABEL))

    def add(self, pixels: bytes, label: str) -> None:
        """Show another fill, by the pixels of the selected part's surroundings."""
        number = self._count - 1
        button = Gtk.Button(relief=Gtk.ReliefStyle.NONE, visible=True)
        box = _box(_picture(self._selected, pixels), numbered_label(self._count, label), button)
        button.add(box)
        button.connect("clicked", self._choose, number)
        self._add(button)

    def say(self, sentence: str, busy: bool) -> None:
        """Show a sentence; more can be wanted only if the dialog is not `busy`."""
        self._sentence.set_text(sentence)
        self._dialog.set_response_sensitive(MORE, not busy)

    @property
    def keeps(self) -> bool:
        """Whether all fills shall be kept."""
        return bool(self._keep.get_active())

    def run(self) -> int | None:
        """Show the dialog until the user chooses; return the number of the fill, from 0, or None on Cancel."""
        while (response := self._dialog.run()) == MORE:
            self.on_more()
        if self._keep.get_visible():
            switches.remember(KEEP_VARIANTS, self.keeps)
        return self._chosen if response == CHOSEN else None

    def cancel(self) -> None:
        """End `run` as Cancel does."""
        self._dialog.response(Gtk.ResponseType.CANCEL)

    def destroy(self) -> None:
        self._dialog.destroy()

    def _choose(self, _button: Gtk.Button, number: int) -> None:
        self._chosen = number
        self._dialog.response(CHOSEN)

    def _add(self, widget: Gtk.Widget) -> None:
        self._strip.attach(widget, self._count % COLUMNS, self._count // COLUMNS, 1, 1)
        self._count += 1


def _picture(selected: Selected, pixels: bytes) -> Gtk.Image:
    return Gtk.Image(pixbuf=thumbnail(selected, pixels, SIDE), visible=True)


def _box(picture: Gtk.Image, text: str, chosen: Gtk.Button | None = None) -> Gtk.Widget:
    """Return a picture above its label, whose key presses a button if it has one."""
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING, visible=True)
    label = Gtk.Label(label=text, use_underline=chosen is not None, mnemonic_widget=chosen, visible=True)
    picture.set_size_request(SIDE, SIDE)
    box.pack_start(picture, False, False, 0)
    box.pack_start(label, False, False, 0)
    return box


def _scrolled(pictures: Gtk.Widget) -> Gtk.Widget:
    """Return an area that shows two rows of pictures at once."""
    area = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, visible=True)
    area.set_size_request(COLUMNS * (SIDE + BESIDE), 2 * (SIDE + BELOW))
    area.add(pictures)
    return area
