"""GAN Inpaint for Krita: Filter → GAN Inpaint… removes what is selected.

What is selected of the active layer, and its surroundings, go to the daemon on this computer; what comes back becomes a
new layer.
"""

from krita import Krita

from .extension import GanInpaint

Krita.instance().addExtension(GanInpaint(Krita.instance()))
