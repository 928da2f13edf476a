#!/usr/bin/env python3
"""What GIMP 3 runs. The installer puts it beside this package, in a folder of the same name as GIMP demands."""

from __future__ import annotations

import sys

from gan_inpaint_client.language import choose
from gan_inpaint_gimp.bindings import Gimp, GLib

choose(
    GLib.get_language_names()
)  # before the modules whose sentences are constants; GIMP sets LANGUAGE by its preferences

from gan_inpaint_gimp.plugin import GanInpaint  # noqa: E402

Gimp.main(GanInpaint.__gtype__, sys.argv)
