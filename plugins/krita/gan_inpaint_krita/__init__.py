"""GAN Inpaint for Krita: Filter → GAN Inpaint… removes what is selected.

The selected part of the active layer and its surroundings go to the daemon on this computer. The answer becomes a new
layer.
"""

import sys
from pathlib import Path

from krita import Krita

# The installer puts the client there: all plug-ins share one `sys.path`, so nothing else may be in that folder.
sys.path.insert(0, str(Path(__file__).with_name("packages")))

from gan_inpaint_client.language import choose

from .qt import QLocale

choose(QLocale().uiLanguages())  # before the modules whose sentences are constants; Krita sets Qt's language by its own

from .extension import GanInpaint  # noqa: E402

Krita.instance().addExtension(GanInpaint(Krita.instance()))
