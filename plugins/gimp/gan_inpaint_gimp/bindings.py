"""GIMP's libraries, in the versions that this plug-in needs."""

from __future__ import annotations

import gi

for _library, _version in {"Babl": "0.1", "Gegl": "0.4", "Gimp": "3.0", "GimpUi": "3.0", "Gtk": "3.0"}.items():
    gi.require_version(_library, _version)

from gi.repository import Babl, Gegl, Gimp, GimpUi, GLib, GObject, Gtk  # noqa: E402

__all__ = ["Babl", "GLib", "GObject", "Gegl", "Gimp", "GimpUi", "Gtk"]
