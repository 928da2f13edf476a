"""GIMP's libraries, in the versions that this plug-in needs."""

from __future__ import annotations

import gi

_VERSIONS = {"Babl": "0.1", "GdkPixbuf": "2.0", "Gegl": "0.4", "Gimp": "3.0", "GimpUi": "3.0", "Gtk": "3.0"}
for _library, _version in _VERSIONS.items():
    gi.require_version(_library, _version)

from gi.repository import Babl, GdkPixbuf, Gegl, Gimp, GimpUi, Gio, GLib, GObject, Gtk  # noqa: E402

__all__ = ["Babl", "GLib", "GObject", "GdkPixbuf", "Gegl", "Gimp", "GimpUi", "Gio", "Gtk"]
