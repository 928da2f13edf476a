#!/usr/bin/env python3
"""What GIMP 3 runs. The installer puts it beside this package, in a folder of the same name as GIMP demands."""

from __future__ import annotations

import sys

from gan_inpaint_gimp.bindings import Gimp
from gan_inpaint_gimp.plugin import GanInpaint

Gimp.main(GanInpaint.__gtype__, sys.argv)
