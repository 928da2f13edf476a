"""Exemplar completion: texture and structure of a hole are copied from the photograph around it.

The generator's smooth fill says what belongs where; the photograph says what it looks like. Each place of the hole
copies from one offset: the offsets are few, and neighbouring places agree on them or meet where their copies look alike
(He and Sun, "Statistics of Patch Offsets for Image Completion", 2012). Blending in the gradient domain hides the rest.
"""

from gan_inpaint.engine.exemplar.completion import BOX_PIXELS, complete, surroundings

__all__ = ["BOX_PIXELS", "complete", "surroundings"]
