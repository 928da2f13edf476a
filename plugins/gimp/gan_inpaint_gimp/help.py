"""Files that the desktop opens: the pages of the manual, behind the Help buttons, and the log."""

from __future__ import annotations

from pathlib import Path

from gan_inpaint_client import manual

from .bindings import Gimp, Gio, GLib, Gtk


def open_file(path: Path) -> bool:
    """Open a file as the desktop does; return False if it is missing, or nothing opens such files."""
    try:
        return path.is_file() and bool(Gio.AppInfo.launch_default_for_uri(path.as_uri(), None))
    except GLib.Error:
        return False


def add_help(dialog: Gtk.Dialog, page: str) -> None:
    """Give a dialog a Help button, which opens a page of the manual.

    GIMP's own one looks for a page in GIMP's manual, which has none.
    """
    own = dialog.get_widget_for_response(Gtk.ResponseType.HELP)
    area = dialog.get_action_area()
    if own is not None:
        own.destroy()
    button = Gtk.Button(label=manual.HELP_BUTTON, use_underline=True, visible=True)
    button.connect("clicked", _show, page)
    area.pack_start(button, False, False, 0)
    area.reorder_child(button, 0)
    area.set_child_secondary(button, True)


def _show(_button: Gtk.Button, page: str) -> None:
    path = manual.page(page)
    if not open_file(path):
        Gimp.message(manual.CANNOT_OPEN.format(path=path))
